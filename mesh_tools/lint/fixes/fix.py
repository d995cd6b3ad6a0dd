"""Descriptions of mends, which rules give and nobody carries out until `--fix` asks for it."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mesh_tools.artifacts.manifest import RefCall
from mesh_tools.lint.places.place import Step, YamlPlace
from mesh_tools.model.interface import Version


class SetKey(Struct, frozen=True, kw_only=True):
    """Give a mapping of a YAML file a key, or another value of it.

    Attributes:
        place: The mapping, which must exist.
        steps: Keys below it; mappings that are missing are made.
        value: Plain values.
    """

    place: YamlPlace
    steps: tuple[Step, ...]
    value: Any


class PinRef(Struct, frozen=True, kw_only=True):
    """Give a ref in an SQL, YAML or Python file a version, or a project.

    Attributes:
        file: Relative to the project's folder.
        ref: The call as it is.
        package: The project that it is to name; ``None`` leaves it.
        version: The version that it is to name; ``None`` leaves it.
    """

    file: str
    ref: RefCall
    package: str | None = None
    version: Version | None = None


Fix = SetKey | PinRef
