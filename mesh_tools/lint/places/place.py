"""Descriptions of places, which cost nothing until somebody asks for the line."""

from __future__ import annotations

from msgspec import Struct

from mesh_tools.artifacts.manifest import RefCall
from mesh_tools.model.interface import Version

Step = str | tuple[str, str]
"""A key of a mapping, or ``(list, name)``: the item of the list under a key that is called so, or has that ``v``,
or is that ``local`` package."""


class YamlPlace(Struct, frozen=True, kw_only=True):
    """A key of a YAML file.

    Attributes:
        file: Relative to the project's folder.
        steps: From the top of the file to the key; what is not written there leads to the nearest parent.
        or_steps: Another way to it, taken when the first does not lead to its end, as for a column that stands under
            the model rather than under its version.
    """

    file: str
    steps: tuple[Step, ...] = ()
    or_steps: tuple[Step, ...] = ()

    def below(self, *steps: Step) -> YamlPlace:
        """The place of a key below this one."""
        other = (*self.or_steps, *steps) if self.or_steps else ()
        return YamlPlace(file=self.file, steps=(*self.steps, *steps), or_steps=other)


class CodePlace(Struct, frozen=True, kw_only=True):
    """A place in an SQL or Python file.

    Attributes:
        file: Relative to the project's folder.
        ref: The call of ``ref`` that is meant; the first that is alike.
        source: Else the first call of ``source`` with these two names.
        text: Else the first line that holds this text, in any case.
        line: Else this line.
        offset: Characters behind the beginning of ``text``, which may be many lines; without one, behind the blanks
            that the file begins with and dbt leaves out.
    """

    file: str
    ref: RefCall | None = None
    source: tuple[str, str] | None = None
    text: str = ""
    line: int | None = None
    offset: int | None = None


Place = YamlPlace | CodePlace


def patch_file(patch_path: str | None) -> str:
    """The YAML file of ``project://models/a.yml``; empty when there is none."""
    return (patch_path or "").partition("://")[2]


def entry_place(section: str, name: str, *, v: Version | None = None, patch_path: str | None, file: str) -> Place:
    """Where a resource is described: its entry in a YAML file, else its own file.

    Args:
        section: dbt's key of such resources: ``models``, ``seeds``, ...
        name: As the entry has it.
        v: Version of a model.
        patch_path: dbt's path of the YAML file.
        file: The resource's own file.
    """
    described = patch_file(patch_path) or (file if file.endswith((".yml", ".yaml")) else "")
    if not described:
        return CodePlace(file=file)
    entry: tuple[Step, ...] = ((section, name),)
    if v is None:
        return YamlPlace(file=described, steps=entry)
    return YamlPlace(file=described, steps=(*entry, ("versions", str(v))), or_steps=entry)
