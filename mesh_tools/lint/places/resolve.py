"""Looks places up: each file is read once, and only if a finding is in it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mesh_tools.artifacts.manifest import RefCall
from mesh_tools.errors import Location, MeshError, display_path
from mesh_tools.lint.places.place import CodePlace, Place, Step, YamlPlace
from mesh_tools.mesh.refs import refs_in_file
from mesh_tools.mesh.yaml_file import YamlFile

_LISTED_AS = {"data_tests": ("data_tests", "tests"), "arguments": ("arguments",)}
"""Other names that dbt has for a list."""


class Places:
    """Finds lines and columns.

    Args:
        roots: The folder of each project whose files are at hand.
    """

    def __init__(self, roots: Mapping[str, Path]) -> None:
        self._roots = roots
        self._yaml: dict[Path, YamlFile | None] = {}
        self._shown: dict[str, str] = {}
        self._paths: dict[tuple[str, str], Path | None] = {}

    def path(self, project: str, file: str) -> Path | None:
        """The file, if it is at hand."""
        key = (project, file)
        if key not in self._paths:
            root = self._roots.get(project)
            path = root / file if root is not None and file else None
            self._paths[key] = path if path is not None and path.is_file() else None
        return self._paths[key]

    def locate(self, project: str, place: Place) -> Location | None:
        """Where ``place`` is; without a line when the file is not at hand, ``None`` when there is no file at all."""
        if not place.file:
            return None
        path = self.path(project, place.file)
        if path is None:
            return self.file(project, place)
        return self._in_yaml(path, place) if isinstance(place, YamlPlace) else _in_code(path, place)

    def file(self, project: str, place: Place) -> Location | None:
        """The file of ``place``, which nobody reads for it; ``None`` when there is none."""
        if not place.file:
            return None
        if project not in self._shown:
            root = self._roots.get(project)
            self._shown[project] = display_path(root) if root is not None else ""
        return Location(os.path.normpath(os.path.join(self._shown[project], place.file)))  # noqa: PTH118 - many

    def keys(self, project: str, place: YamlPlace) -> tuple[tuple[str | int, ...], bool]:
        """The keys that lead to ``place`` as far as they exist, and whether they lead to its end."""
        path = self.path(project, place.file)
        file = self._file(path) if path else None
        return ((), False) if file is None else best_keys(file.value, place)

    def _in_yaml(self, path: Path, place: YamlPlace) -> Location:
        file = self._file(path)
        return Location.of(path) if file is None else file.locate(*best_keys(file.value, place)[0])

    def _file(self, path: Path) -> YamlFile | None:
        if path not in self._yaml:
            try:
                self._yaml[path] = YamlFile.read(path)
            except MeshError:  # dbt could read it when it parsed the project; it has been broken since
                self._yaml[path] = None
        return self._yaml[path]


def best_keys(value: Any, place: YamlPlace) -> tuple[tuple[str | int, ...], bool]:
    """The keys that lead to ``place`` in a YAML value, as far as they exist, and whether they lead to its end."""
    first, rest = _followed(value, place.steps)
    if not rest or not place.or_steps:
        return first, not rest
    other, missing = _followed(value, place.or_steps)
    # A key that a column lacks is nearest to the column, though it stands under the model rather than its version.
    is_nearer = _items(missing) < _items(rest)
    return (other, not missing) if is_nearer or not missing else (first, False)


def _followed(value: Any, steps: tuple[Step, ...]) -> tuple[tuple[str | int, ...], tuple[Step, ...]]:
    """The keys of the steps that exist, and the other steps."""
    keys: tuple[str | int, ...] = ()
    for position, step in enumerate(steps):
        found = _key(value, step) if isinstance(step, str) else _item(value, *step)
        if found is None:
            return keys, steps[position:]
        keys = (*keys, *found)
        for key in found:
            value = value[key]
    return keys, ()


def _items(steps: tuple[Step, ...]) -> int:
    return sum(not isinstance(step, str) for step in steps)


def _key(value: Any, key: str) -> tuple[str | int, ...] | None:
    if isinstance(value, list):  # an index, written as text
        return (int(key),) if key.isdigit() and int(key) < len(value) else None
    return (key,) if isinstance(value, dict) and key in value else None


def _item(value: Any, section: str, name: str) -> tuple[str | int, ...] | None:
    for key in _LISTED_AS.get(section, (section,)):
        items = value.get(key) if isinstance(value, dict) else None
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if _is_called(item, name):
                return (key, index)
    return None


def _is_called(item: Any, name: str) -> bool:
    if not isinstance(item, dict):
        return str(item) == name
    known = (item.get("name"), item.get("v"), item.get("local"))  # the last: a package
    return any(one is not None and str(one).lower() == name.lower() for one in known) or name in item


def _in_code(path: Path, place: CodePlace) -> Location:
    if place.ref is not None:
        return _ref_in(path, place.ref) or Location.of(path, 1, 1)
    if place.source is not None:
        return _source_in(path, *place.source) or Location.of(path, 1, 1)
    if place.offset is not None:
        return _at_offset(path, place.text, place.offset)
    if place.text:
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            position = line.lower().find(place.text.lower())
            if position >= 0:
                return Location.of(path, number, position + 1)
    return Location.of(path, place.line or 1, 1)


def _source_in(path: Path, source: str, table: str) -> Location | None:
    names = rf"""['"]{re.escape(source)}['"]\s*,\s*['"]{re.escape(table)}['"]"""
    text = path.read_text(encoding="utf-8", errors="replace")
    found = re.search(rf"(?<!\w)source\s*\(\s*{names}", text)
    if found is None:
        return None
    start = found.start()
    return Location.of(path, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))


def _at_offset(path: Path, text: str, offset: int) -> Location:
    code = path.read_bytes().decode("utf-8", errors="replace")  # with its line ends, which dbt keeps
    start = code.find(text) if text else len(code) - len(code.lstrip())
    if start < 0 or start + offset > len(code):  # the file has changed since dbt parsed it
        return Location.of(path, 1, 1)
    before = code[: start + offset]
    return Location.of(path, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _ref_in(path: Path, wanted: RefCall) -> Location | None:
    """The call that is most like ``wanted``: with its project and version, else with its name alone."""
    try:
        calls = [ref for ref in refs_in_file(path) if ref.name == wanted.name]
    except MeshError:
        return None
    alike = [ref for ref in calls if ref.project == wanted.package and str(ref.v) == str(wanted.version)]
    found = alike or calls
    return found[0].where if found else None
