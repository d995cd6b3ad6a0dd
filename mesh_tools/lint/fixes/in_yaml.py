"""Carries out mends of YAML files, on their text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mesh_tools.errors import MeshError
from mesh_tools.lint.fixes.fix import CutKey, InsertItem, SetKey
from mesh_tools.lint.fixes.refused import Refused
from mesh_tools.lint.places.place import Step, YamlPlace
from mesh_tools.lint.places.resolve import best_keys
from mesh_tools.mesh.yaml_edit import YamlEditor
from mesh_tools.mesh.yaml_file import YamlFile

YamlFix = SetKey | CutKey | InsertItem
Keys = tuple[str | int, ...]

_CONFIG = "config"
_NO_TEXT = "the file is not UTF-8"
_OLD_NAMES = {"data_tests": "tests"}
# A new key stands before the first of those that usually follow it, so that short ones do not end up below lists.
_ORDER = (
    *("name", "v", "label", "description", "access", "group", "latest_version", "deprecation_date", "defined_in"),
    *("data_type", "quote", "config", "meta", "constraints", "tests", "data_tests", "columns", "versions", "tables"),
)


def mended_yaml(data: bytes, path: Path, fix: YamlFix) -> bytes:
    """What ``path`` is to hold instead of ``data``.

    Raises:
        Refused: it cannot be done, or is done already.
    """
    try:
        text = data.decode("utf-8")
        editor = YamlEditor(path, text)
        if not text.endswith("\n") and _meaning(text, path) != repr(editor.value):
            raise Refused("the file ends in a text of several lines, without a line end")
        _apply(editor, fix)
    except UnicodeDecodeError:
        raise Refused(_NO_TEXT) from None
    except MeshError as error:
        raise Refused(error.message) from None
    return editor.data


def _meaning(text: str, path: Path) -> str:
    return repr(YamlFile.parse(text.removeprefix("\ufeff"), path).value)


def target_of(data: bytes, path: Path, fix: SetKey) -> tuple[str, ...]:
    """The keys that lead to what ``fix`` sets: however it is described, the same for the same.

    Raises:
        Refused: the mapping is not there, or the file is no YAML.
    """
    try:
        value = YamlEditor(path, data.decode("utf-8")).value
    except UnicodeDecodeError:
        raise Refused(_NO_TEXT) from None
    except MeshError as error:
        raise Refused(error.message) from None
    found, rest = _followed(value, _keys(value, fix.place), fix.steps)
    return (*map(str, found), *map(str, rest))


def _apply(editor: YamlEditor, fix: YamlFix) -> None:
    keys = _keys(editor.value, fix.place)
    match fix:
        case SetKey():
            _set(editor, keys, fix)
        case InsertItem():
            _insert(editor, keys, fix)
        case CutKey():
            editor.cut(keys)


def _set(editor: YamlEditor, keys: Keys, fix: SetKey) -> None:
    found, rest = _followed(editor.value, keys, fix.steps)
    if rest:
        _make(editor, found, rest, fix.value)
        return
    old = _at(editor.value, found)
    if old == fix.value:
        raise Refused("it is so already: dbt has to parse the project again")
    if (isinstance(old, str) and old.strip()) or isinstance(old, (dict, list)) or isinstance(fix.value, (dict, list)):
        raise Refused(f"'{found[-1]}' has another value there")
    editor.replace(found, fix.value)


def _insert(editor: YamlEditor, keys: Keys, fix: InsertItem) -> None:
    found, rest = _followed(editor.value, keys, fix.steps)
    if rest:
        _make(editor, found, rest, [fix.value])
        return
    old = _at(editor.value, found)
    if not isinstance(old, list):
        raise Refused(f"'{found[-1]}' is no list there")
    if fix.value in old:
        raise Refused("it is so already: dbt has to parse the project again")
    editor.insert(found, len(old), fix.value)


def _make(editor: YamlEditor, keys: Keys, steps: Sequence[Step], value: Any) -> None:
    """Add ``value`` under ``steps``, none of which is there yet."""
    first, *rest = steps
    parent = _at(editor.value, keys)
    if not isinstance(parent, dict):
        raise Refused(f"'{keys[-1]}' is no mapping there" if keys else "the file is no mapping")
    if isinstance(first, str):
        editor.add(keys, first, _nested(rest, value), before=_follower(parent, first))
        return
    section, item = first[0], _item(first[1], rest, value)
    old_name = _OLD_NAMES.get(section, section)
    section = old_name if old_name in parent else section
    if isinstance(parent.get(section), list):
        editor.insert((*keys, section), len(parent[section]), item)
    else:
        editor.add(keys, section, [item], before=_follower(parent, section))


def _nested(steps: Sequence[Step], value: Any) -> Any:
    for step in reversed(steps):
        value = {step: value} if isinstance(step, str) else {step[0]: [{"name": step[1], **_mapping(value)}]}
    return value


def _item(name: str, steps: Sequence[Step], value: Any) -> dict[str, Any]:
    return {"name": name, **_mapping(_nested(steps, value))}


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _follower(mapping: dict[str, Any], key: str) -> str | None:
    """The key of ``mapping`` that a new ``key`` is to stand before."""
    later = _ORDER[_ORDER.index(key) + 1 :] if key in _ORDER else ()
    return next((known for known in mapping if known in later), None)


def _keys(value: Any, place: YamlPlace) -> Keys:
    """The keys that lead to ``place``; dbt reads what stands below ``config`` from beside it, too."""
    beside = YamlPlace(file=place.file, steps=_without(place.steps), or_steps=_without(place.or_steps))
    for one in (place, beside):
        keys, whole = best_keys(value, one)
        if whole:
            return keys
    raise Refused("it is not written there: the file has changed, or the value comes from elsewhere")


def _without(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(step for step in steps if step != _CONFIG)


def _followed(value: Any, keys: Keys, steps: tuple[Step, ...]) -> tuple[Keys, tuple[Step, ...]]:
    """The keys as far as ``steps`` exist below ``keys``, and the steps that do not."""
    inner = _at(value, keys)
    if len(steps) > 1 and steps[0] == _CONFIG and isinstance(inner, dict):
        config = inner.get(_CONFIG)
        if steps[1] in inner and steps[1] not in (config if isinstance(config, dict) else {}):
            steps = steps[1:]
    for number in range(len(steps), -1, -1):
        found, whole = best_keys(inner, YamlPlace(file="", steps=steps[:number]))
        if whole:
            return (*keys, *found), steps[number:]
    return keys, steps


def _at(value: Any, keys: Keys) -> Any:
    for key in keys:
        value = value[key]
    return value
