"""Interface packages on disk: written only where they differ, each file in one step, nothing stale left."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from mesh_tools.errors import Location, MeshError
from mesh_tools.files import write_atomically
from mesh_tools.model.interface import SCHEMA_VERSION, Interface

GENERATED = "# Written by `mesh sync`: edits are lost. Not for version control.\n"
"""The first line of every YAML file in a package."""

_SEEN = "interface.{}.json"
_MARK = "dbt_project.yml"


def write_package(folder: Path, files: Mapping[str, str]) -> bool:
    """Make ``folder`` hold exactly ``files``, besides what :func:`write_seen` puts there.

    Returns:
        Whether anything had to be written or removed.

    Raises:
        MeshError: the folder cannot be written, or holds something else.
    """
    if folder.is_dir() and not _is_package(folder) and any(not path.name.startswith(".") for path in folder.iterdir()):
        raise MeshError(
            "this folder is no interface package of mesh, and is left as it is",
            where=Location.of(folder),
            hint="move it away, so that `mesh sync` can write the package here",
        )
    wanted = {name: text.encode() for name, text in files.items()}
    try:
        changed = [write_atomically(folder / name, data) for name, data in wanted.items()]
        removed = _remove_others(folder, wanted)
    except OSError as error:
        raise MeshError(f"cannot be written: {error.strerror}", where=Location.of(folder)) from None
    return any(changed) or removed


def write_seen(folder: Path, environment: str, seen: Interface) -> None:
    """Remember the whole interface that the package was made from, for the next sync. dbt does not read it.

    Raises:
        MeshError: the folder cannot be written.
    """
    try:
        write_atomically(folder / _SEEN.format(environment), msgspec.json.encode(seen) + b"\n")
    except OSError as error:
        raise MeshError(f"cannot be written: {error.strerror}", where=Location.of(folder)) from None


def read_seen(folder: Path, environment: str) -> Interface | None:
    """The interface of ``environment`` that the package was made from last; ``None`` when it is not known."""
    try:
        seen = msgspec.json.decode((folder / _SEEN.format(environment)).read_bytes(), type=Interface)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None  # first sync: then everything is news
    return seen if seen.schema_version == SCHEMA_VERSION else None


def remove_packages(state: Path, keep: Iterable[str]) -> list[str]:
    """Remove the packages below ``state`` whose producers are not in ``keep``; their names."""
    kept = set(keep)
    stale = [path for path in sorted(state.glob("*")) if path.name not in kept and _is_package(path)]
    for path in stale:
        shutil.rmtree(path)
    return [path.name for path in stale]


def _is_package(folder: Path) -> bool:
    """Whether mesh wrote this folder; ``dbt_project.yml`` is what it writes first."""
    try:
        return (folder / _MARK).read_text(encoding="utf-8").startswith(GENERATED)
    except (OSError, UnicodeDecodeError):
        return False


def _remove_others(folder: Path, wanted: Mapping[str, bytes]) -> bool:
    keep = {folder / name for name in wanted} | set(folder.glob(_SEEN.format("*")))
    others = [path for path in folder.rglob("*") if path.is_file() and path not in keep]
    for path in others:
        path.unlink()
    for path in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
        if not any(path.iterdir()):
            path.rmdir()
    return bool(others)
