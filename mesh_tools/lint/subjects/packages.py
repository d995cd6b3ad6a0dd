"""The dbt packages that projects install, with their versions: as they are locked, else as they are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from mesh_tools.errors import MeshError
from mesh_tools.lint.places.place import YamlPlace
from mesh_tools.mesh.discovery import PROJECT_FILE
from mesh_tools.mesh.workspace import STATE_FOLDER
from mesh_tools.mesh.yaml_file import YamlFile

_FILES = ("packages.yml", "dependencies.yml")
_LOCK = "package-lock.yml"
_EXACT = re.compile(r"v?\d+(\.\d+)*\Z")


class Pinned(Struct, frozen=True, kw_only=True):
    """A package of a project.

    Attributes:
        name: What tells it from others: of the hub, ``dbt-labs/dbt_utils``; of git the address; of a folder dbt's name.
        version: Version or revision.
        place: The entry that asks for it.
    """

    name: str
    version: str
    place: YamlPlace

    @property
    def order(self) -> tuple[int, ...] | None:
        """By which versions are compared; ``None`` for what is no exact version."""
        return (
            tuple(int(part) for part in self.version.removeprefix("v").split("."))
            if _EXACT.match(self.version)
            else None
        )


def packages_of(root: Path) -> dict[str, Pinned]:
    """The packages that the project in ``root`` asks for, by name; none that stand for other projects of the mesh."""
    # A folder is what it is now, whatever the lock names.
    locked = {name: version for name, version, entry, _ in _entries(root, _LOCK) if "local" not in entry}
    return {
        name: Pinned(
            name=name,
            version=locked.get(name, version),
            place=YamlPlace(file=file, steps=("packages", str(index))),
        )
        for file in _FILES
        for name, version, _, index in _entries(root, file)
    }


def _entries(root: Path, file: str) -> Iterator[tuple[str, str, Mapping[str, Any], int]]:
    value = _read(root / file)
    entries = value.get("packages") if isinstance(value, dict) else None
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict) and (known := _known(entry, root)):
            yield (*known, entry, index)


def _known(entry: Mapping[str, Any], root: Path) -> tuple[str, str] | None:
    """Name and version, where both are known."""
    if isinstance(entry.get("package"), str):
        version = entry.get("version")
        return entry["package"].lower(), ", ".join(map(str, version)) if isinstance(version, list) else str(version)
    if isinstance(entry.get("git"), str) and entry.get("revision"):
        address = entry["git"].lower().removesuffix("/").removesuffix(".git")
        folder = entry.get("subdirectory")
        return f"{address}#{folder}" if folder else address, str(entry["revision"])
    if isinstance(entry.get("local"), str) and not entry["local"].startswith(STATE_FOLDER):
        described = _read(root / entry["local"] / PROJECT_FILE)
        name, version = (described.get(key) if isinstance(described, dict) else None for key in ("name", "version"))
        return (str(name), str(version)) if name and version else None
    return None


def _read(path: Path) -> Any:
    try:
        return YamlFile.read(path).value if path.is_file() else None
    except MeshError:  # dbt tells of it
        return None
