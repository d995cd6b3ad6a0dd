"""How an unused suppression is removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mesh_tools.errors import Location, MeshError
from mesh_tools.lint.fixes.fix import CutKey
from mesh_tools.lint.places.place import YamlPlace
from mesh_tools.lint.suppressions import Inline, Written
from mesh_tools.mesh.yaml_file import YamlFile


def removal(entry: Inline | Written) -> CutKey | None:
    """What removes ``entry`` from the YAML that holds it; ``None`` when nothing can."""
    if isinstance(entry, Inline):
        return CutKey(place=entry.place) if isinstance(entry.place, YamlPlace) else None
    keys = _keys(entry.where) if entry.where else None
    if keys is None or entry.where is None:
        return None
    return CutKey(place=YamlPlace(file=str(Path(entry.where.path).absolute()), steps=keys))


def _keys(where: Location) -> tuple[str, ...] | None:
    """The keys of the entry that stands at ``where``."""
    try:
        yaml = YamlFile.read(Path(where.path))
    except MeshError:
        return None
    for steps, number in _lists(yaml.value):
        for index in range(number):
            if yaml.locate(*steps, index) == where:
                return (*steps, str(index))
    return None


def _lists(value: object) -> Iterator[tuple[tuple[str, ...], int]]:
    """The lists of suppressions of a mesh.yml or lint.yml, with how many each holds."""
    lint = _of(value, "lint")
    yield ("ignores",), _length(_of(value, "ignores"))
    yield ("lint", "ignores"), _length(_of(lint, "ignores"))
    projects = _of(lint, "projects")
    for name in projects if isinstance(projects, dict) else ():
        yield ("lint", "projects", name, "ignores"), _length(_of(_of(projects, name), "ignores"))


def _of(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _length(value: object) -> int:
    return len(value) if isinstance(value, list) else 0
