"""The names that a project's own files give to models, seeds and snapshots, before dbt has parsed them."""

from __future__ import annotations

import re
from pathlib import Path

from mesh_tools.mesh.refs import resource_files
from mesh_tools.mesh.yaml_file import YamlFile
from mesh_tools.model.project import Project

_SNAPSHOT = re.compile(r"\{%-?\s*snapshot\s+(\w+)")
_VERSION_SUFFIX = re.compile(r"[._]v\d+\Z")


def local_names(project: Project) -> frozenset[str]:
    """Every name that a one-argument ref in this project may mean without leaving it.

    File stems, names in YAML (a versioned model's files are called after its versions), and snapshot blocks.
    """
    names: set[str] = set()
    for path in resource_files(project, ("model-paths", "snapshot-paths")):
        if path.suffix in {".yml", ".yaml"}:
            names |= _names_in_yaml(path)
        else:
            names |= {path.stem, _VERSION_SUFFIX.sub("", path.stem)}
            if path.suffix == ".sql":
                names |= _snapshots(path)
    for folder in project.resource_paths["seed-paths"]:
        names |= {path.stem for path in (project.path / folder).rglob("*.csv")}
    return frozenset(names)


def _snapshots(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8", errors="replace")
    return set(_SNAPSHOT.findall(text)) if "snapshot" in text else set()


def _names_in_yaml(path: Path) -> set[str]:
    value = YamlFile.read(path).value
    if not isinstance(value, dict):
        return set()
    entries = [entry for kind in ("models", "seeds", "snapshots") for entry in value.get(kind) or []]
    return {str(entry["name"]) for entry in entries if isinstance(entry, dict) and "name" in entry}
