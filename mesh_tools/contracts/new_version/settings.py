"""Where a model is configured: its YAML, its own file, ``dbt_project.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from mesh_tools.contracts.new_version.code import Setting, setting
from mesh_tools.contracts.new_version.find import Found
from mesh_tools.contracts.new_version.versions import Step
from mesh_tools.errors import Location, MeshError
from mesh_tools.mesh.discovery import PROJECT_FILE
from mesh_tools.mesh.yaml_file import YamlFile

_JINJA = "{{"


class Settings(Struct, frozen=True, kw_only=True):
    """How the relation of a model gets its name.

    Attributes:
        in_code: ``alias`` in the model's own file, which wins over what YAML says.
        shared: ``alias`` that all versions have: in the YAML of the model, or in ``dbt_project.yml``.
    """

    in_code: Setting | None
    shared: str | None

    @property
    def is_set(self) -> bool:
        """Whether the relation is called otherwise than dbt would call it."""
        return self.in_code is not None or self.shared is not None


def settings_of(found: Found, step: Step, code: str) -> Settings:
    """How the present version's relation gets its name.

    Raises:
        MeshError: the model is not public.
    """
    python = step.code.suffix == ".py"
    _check_public(found, step, setting(code, "access", python=python))
    config = config_of(found.entry)
    return Settings(
        in_code=setting(code, "alias", python=python),
        shared=_text(config.get("alias", _project_setting(found, step, "alias"))),
    )


def config_of(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """The ``config`` of an entry; empty when it has none."""
    config = entry.get("config")
    return config if isinstance(config, dict) else {}


def named_in_project_file(found: Found, step: Step) -> Location | None:
    """Where ``dbt_project.yml`` configures the model by its own name."""
    file, keys = _path_in_project_file(found, step)
    return file.locate("models", *keys) if keys and keys[-1] == found.name else None


def _check_public(found: Found, step: Step, in_code: Setting | None) -> None:
    """No manifest is at hand: it is enough that one of the places says so, or that only dbt can know."""
    places = [
        *(
            value
            for entry in (step.entry, found.entry)
            for value in (entry.get("access"), config_of(entry).get("access"))
        ),
        _project_setting(found, step, "access"),
        (in_code.value or _JINJA) if in_code else None,
    ]
    said = [str(value) for value in places if value is not None]
    if not any(value == "public" or _JINJA in value for value in said):
        access = said[0] if said else "protected"
        raise MeshError(
            f"{found.label} is {access}, not public: nobody outside of {found.project.name} reads it",
            where=found.yaml.locate(*found.keys),
            hint="change it together with its readers; versions are for public models",
        )


def _project_setting(found: Found, step: Step, key: str) -> Any:
    """What ``dbt_project.yml`` sets for the model: the nearest setting counts."""
    file, keys = _path_in_project_file(found, step)
    value: Any = None
    for depth in range(len(keys) + 1):
        level = _level(file, keys[:depth])
        value = level.get(f"+{key}", level[key] if isinstance(level.get(key), str) else value)
    return value


def _path_in_project_file(found: Found, step: Step) -> tuple[YamlFile, tuple[str, ...]]:
    """The keys below ``models`` that lead to the model's file, as far as there are any."""
    file = YamlFile.read(found.project.path / PROJECT_FILE)
    keys: list[str] = []
    for part in (found.project.name, *_folders(found, step.code), found.name):
        if not isinstance(_level(file, keys).get(part), dict):
            break
        keys.append(part)
    return file, tuple(keys)


def _folders(found: Found, code: Path) -> tuple[str, ...]:
    for folder in found.project.resource_paths["model-paths"]:
        if code.is_relative_to(found.project.path / folder):
            return code.parent.relative_to(found.project.path / folder).parts
    return ()


def _level(file: YamlFile, keys: list[str] | tuple[str, ...]) -> dict[str, Any]:
    value = file.value.get("models") if isinstance(file.value, dict) else None
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return str(value) if value is not None else None
