"""The names that a project's own files give to models, seeds and snapshots, before dbt has parsed them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from msgspec import Struct

from mesh_tools.errors import Location
from mesh_tools.mesh.refs import files_below, resource_files
from mesh_tools.mesh.yaml_file import YamlFile
from mesh_tools.model.project import Project

_SNAPSHOT = re.compile(r"\{%-?\s*snapshot\s+(\w+)")
_YAML = frozenset({".yml", ".yaml"})
_VERSION_SUFFIX = re.compile(r"[._]v\d+(\.\d+)?\Z")


class LocalNames(Struct, frozen=True):
    """What the files of a project call its own.

    Attributes:
        nodes: Every name that a one-argument ref may mean without leaving the project.
        described: YAML entries of models, with their places; an entry without a model of its own patches nothing.
    """

    nodes: frozenset[str]
    described: dict[str, Location]


def local_names(project: Project) -> LocalNames:
    """Read the names from file stems, snapshot blocks, and YAML (a versioned model's files are called otherwise).

    Raises:
        MeshError: a YAML file that cannot be parsed.
    """
    files = list(resource_files(project, ("model-paths", "snapshot-paths")))
    stems = {path.stem for path in files if path.suffix not in _YAML}
    nodes = stems | {_VERSION_SUFFIX.sub("", stem) for stem in stems}
    described: dict[str, Location] = {}
    for path in files:
        if path.suffix in _YAML:
            nodes |= _read_yaml(path, stems, described)
        else:
            nodes |= _snapshots(path)
    for folder in project.resource_paths["seed-paths"]:
        nodes |= {path.stem for path in files_below(project, folder) if path.suffix == ".csv"}
    return LocalNames(frozenset(nodes), described)


def _snapshots(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8", errors="replace") if path.suffix == ".sql" else ""
    return set(_SNAPSHOT.findall(text)) if "snapshot" in text else set()


def _read_yaml(path: Path, stems: set[str], described: dict[str, Location]) -> set[str]:
    file = YamlFile.read(path)
    names: set[str] = set()
    for kind in ("models", "snapshots", "seeds"):
        for i, entry in enumerate(_entries(file.value, kind)):
            name = entry.get("name")
            if not isinstance(name, str):
                continue
            if kind == "models":
                described.setdefault(name, file.locate(kind, i))
            if kind != "models" or any(_is_here(name, version, stems) for version in _entries(entry, "versions")):
                names.add(name)
    return names


def _is_here(name: str, version: dict[str, Any], stems: set[str]) -> bool:
    """Whether a version of a model has a file: a name of its own, or dbt's two ways to write the version."""
    v = version.get("v")
    return "defined_in" in version or not stems.isdisjoint({f"{name}_v{v}", f"{name}.v{v}"})


def _entries(value: Any, key: str) -> list[dict[str, Any]]:
    entries = value.get(key) if isinstance(value, dict) else None
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
