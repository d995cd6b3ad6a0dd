"""Descriptions of mends, which rules give and nobody carries out until `--fix` asks for it.

A rule gives one only where nothing is left to decide: whoever reads the diff shall only have to nod. A fix that cannot
be carried out (an anchor is in the way, the file has changed) is told as such, and changes nothing.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mesh_tools.artifacts.manifest import RefCall
from mesh_tools.lint.places.place import Step, YamlPlace
from mesh_tools.model.interface import Version


class SetKey(Struct, frozen=True, kw_only=True):
    """Give a mapping of a YAML file a key, or another value of it.

    What is to go below ``config`` goes beside it when its first key stands there already, as ``meta`` did before
    dbt 1.10.

    Attributes:
        place: The mapping, which must exist.
        steps: Keys below it; mappings that are missing are made, and so is the item of a list that ``(list, name)``
            means.
        value: Plain values.
    """

    place: YamlPlace
    steps: tuple[Step, ...]
    value: Any


class CutKey(Struct, frozen=True, kw_only=True):
    """Remove a key of a YAML file, or an item of a list, with its comments; and what is empty then.

    Attributes:
        place: The key; the item of a list as ``(list, name)``, or its index written as text.
    """

    place: YamlPlace


class InsertItem(Struct, frozen=True, kw_only=True):
    """Put an item at the end of a list of a YAML file, unless it has it.

    Attributes:
        place: A mapping, which must exist.
        steps: Keys below it that lead to the list, which is made when it is missing.
        value: Plain values.
    """

    place: YamlPlace
    steps: tuple[Step, ...]
    value: Any


class CutText(Struct, frozen=True, kw_only=True):
    """Remove characters of an SQL file, and the lines on which nothing else stands.

    Attributes:
        file: Relative to the project's folder.
        code: What dbt has read, without the blanks around it: a file that holds anything else by now is left as it is.
        offsets: Where in ``code`` the characters are, in order.
    """

    file: str
    code: str
    offsets: tuple[int, ...]


class PinRef(Struct, frozen=True, kw_only=True):
    """Give a ref in an SQL, YAML or Python file a version, or a project: every call in the file that is like it.

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


class Together(Struct, frozen=True, kw_only=True):
    """Several of them: all, or none when one of them cannot be carried out."""

    fixes: tuple[SetKey | CutKey | InsertItem | PinRef | CutText, ...]


Fix = SetKey | CutKey | InsertItem | PinRef | CutText | Together
