"""The model's entry in its YAML, with another version."""

from __future__ import annotations

from typing import Any

from mesh_tools.contracts.new_version.find import Found
from mesh_tools.contracts.new_version.relation import kept_alias, new_alias
from mesh_tools.contracts.new_version.settings import Settings, config_of
from mesh_tools.contracts.new_version.versions import Step
from mesh_tools.mesh.yaml_edit import YamlEditor
from mesh_tools.mesh.yaml_emit import Noted, Source

_LATEST = "latest_version"
_DATE = "deprecation_date"


def add_version(editor: YamlEditor, found: Found, step: Step, settings: Settings) -> None:
    """Add the new version to the model's entry.

    Args:
        editor: Of the file that describes the model.
        found: The model.
        step: From which version to which.
        settings: How the present version's relation gets its name.

    Raises:
        MeshError: an anchor, a merge or the layout is in the way; nothing has been written.
    """
    editor.check_plain(found.keys)
    if step.position is None:
        _begin(editor, found, step, settings)
    else:
        _continue(editor, found, step, settings)


def _begin(editor: YamlEditor, found: Found, step: Step, settings: Settings) -> None:
    """Of a model without versions: what is there becomes version 1."""
    keys = found.keys
    date_set = editor.cut((*keys, _DATE)) if _DATE in found.entry else None
    meta = _cut_meta(editor, found)
    own_alias = kept_alias(found, step, settings)
    kept: dict[str, Any] = {"v": step.base, "defined_in": found.name, _DATE: date_set or step.ends}
    kept |= _config(Noted(own_alias, "the relation stays where it is") if own_alias else None, meta)
    new: dict[str, Any] = {"v": step.new, **_config(new_alias(found, step, settings), meta)}
    if found.entry.get("columns"):
        new["columns"] = _all_columns()
    editor.add(keys, _LATEST, _latest(step))
    editor.add(keys, "versions", [kept, new])


def _continue(editor: YamlEditor, found: Found, step: Step, settings: Settings) -> None:
    """Of a model with versions: the present one is copied with all that it promises."""
    versions = (*found.keys, "versions")
    editor.check_plain(versions)
    base = step.position or 0
    editor.check_plain((*versions, base))
    copy = editor.source((*versions, base))
    _second_key(editor, found, base, _DATE, None if _DATE in step.entry else step.ends)
    _second_key(editor, found, base, "defined_in", _file_to_name(found, step))
    position = 0 if step.descending else len(found.entry["versions"])
    editor.insert(versions, position, copy)
    _differ(editor, (*versions, position), found, step, new_alias(found, step, settings))
    _set_latest(editor, found, step)


def _differ(editor: YamlEditor, keys: tuple[str | int, ...], found: Found, step: Step, alias: str | None) -> None:
    """Make of the copy an entry of its own."""
    editor.replace((*keys, "v"), step.new)
    for key in (_DATE, "defined_in"):
        if key in step.entry:
            editor.cut((*keys, key))
    if alias is not None and "alias" in config_of(step.entry):
        editor.replace((*keys, "config", "alias"), alias)
    elif alias is not None and config_of(step.entry):
        editor.add((*keys, "config"), "alias", alias)
    elif alias is not None:
        editor.add(keys, "config", {"alias": alias})
    elif "alias" in config_of(step.entry):
        editor.cut((*keys, "config", "alias"))
    if found.entry.get("columns") and "columns" not in step.entry:
        editor.add(keys, "columns", _all_columns())


def _set_latest(editor: YamlEditor, found: Found, step: Step) -> None:
    if found.entry.get(_LATEST) is not None:
        if step.latest:
            editor.replace((*found.keys, _LATEST), step.new)
    elif step.latest is not step.moves_by_itself:
        editor.add(found.keys, _LATEST, _latest(step), before="versions")


def _second_key(editor: YamlEditor, found: Found, position: int, key: str, value: Any) -> None:
    """Right behind ``v``, where people look for it."""
    if value is None:
        return
    keys = (*found.keys, "versions", position)
    names = list(_at(editor.value, keys))
    after_v = names.index("v") + 1
    editor.add(keys, key, value, before=names[after_v] if after_v < len(names) else None)


def _cut_meta(editor: YamlEditor, found: Found) -> Source | None:
    """``meta`` of the model when it holds promises, to be written under each version.

    Left where it is, dbt 1 would add its lists to those of a version, and dbt 2 would forget it for a version that has
    some of its own.
    """
    for keys in (("config", "meta"), ("meta",)):
        meta = found.entry if len(keys) == 1 else config_of(found.entry)
        value = meta.get("meta")
        if isinstance(value, dict) and "mesh" in value:
            return editor.cut((*found.keys, *keys))
    return None


def _config(alias: Any, meta: Source | None) -> dict[str, Any]:
    config = {key: value for key, value in (("alias", alias), ("meta", meta)) if value is not None}
    return {"config": config} if config else {}


def _file_to_name(found: Found, step: Step) -> str | None:
    """Only of the latest version dbt finds a file without a version in its name; it will not be that for ever."""
    return found.name if step.code.stem == found.name and "defined_in" not in step.entry else None


def _latest(step: Step) -> Any:
    if step.latest:
        return step.new
    return Noted(step.base, f"what a ref without a version means; {step.new} when consumers can take it")


def _all_columns() -> list[dict[str, Any]]:
    return [{"include": "all", "exclude": []}]


def _at(value: Any, keys: tuple[str | int, ...]) -> Any:
    for key in keys:
        value = value[key]
    return value
