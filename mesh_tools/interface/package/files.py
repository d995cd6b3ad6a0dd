"""Interface packages on disk: written only where they differ, each file in one step, nothing stale left."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from mesh_tools.errors import Location, MeshError
from mesh_tools.files import write_atomically
from mesh_tools.model.interface import SCHEMA_VERSION, Interface

SEEN_FILE = "interface.json"
"""In each package: the whole interface that was synced last, for this sync's successor alone. dbt does not read it."""


def write_package(folder: Path, files: Mapping[str, str], seen: Interface) -> bool:
    """Make ``folder`` hold exactly ``files`` and the interface they were made from.

    Returns:
        Whether anything had to be written or removed.

    Raises:
        MeshError: the folder cannot be written.
    """
    wanted = {name: text.encode() for name, text in files.items()} | {SEEN_FILE: msgspec.json.encode(seen) + b"\n"}
    try:
        changed = [write_atomically(folder / name, data) for name, data in wanted.items()]
        removed = _remove_others(folder, wanted)
    except OSError as error:
        raise MeshError(f"cannot be written: {error.strerror}", where=Location.of(folder)) from None
    return any(changed) or removed


def read_seen(folder: Path) -> Interface | None:
    """The interface that the package in ``folder`` was made from; ``None`` when it is not known."""
    try:
        seen = msgspec.json.decode((folder / SEEN_FILE).read_bytes(), type=Interface)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None  # first sync: then everything is news
    return seen if seen.schema_version == SCHEMA_VERSION else None


def remove_packages(state: Path, keep: Iterable[str]) -> list[str]:
    """Remove the packages below ``state`` whose producers are not in ``keep``; their names."""
    kept = set(keep)
    stale = [path for path in sorted(state.glob("*")) if (path / SEEN_FILE).is_file() and path.name not in kept]
    for path in stale:
        shutil.rmtree(path)
    return [path.name for path in stale]


def _remove_others(folder: Path, wanted: Mapping[str, bytes]) -> bool:
    keep = {folder / name for name in wanted}
    others = [path for path in folder.rglob("*") if path.is_file() and path not in keep]
    for path in others:
        path.unlink()
    for path in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
        if not any(path.iterdir()):
            path.rmdir()
    return bool(others)
