"""What ``--base`` and ``--head`` name, told by how they are written."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from msgspec import Struct

from mesh_tools.errors import MeshError

Kind = Literal["accepted", "present", "registry", "git", "file"]

_SIDES: tuple[Kind, ...] = ("accepted", "present")
_PREFIXES: tuple[Kind, ...] = ("registry", "git", "file")
_DOCUMENTS = (".json", ".yml", ".yaml")

FORK = "..."
"""Behind a git ref: not its tip, but where the branch of the work tree left it, as in `git diff main...`."""


class Operand(Struct, frozen=True):
    """One side of a comparison.

    Attributes:
        kind: ``accepted``: the interface.yml of the work tree. ``present``: the newest manifest. ``registry``: what is
            published in an environment. ``git``: the interface.yml of a commit. ``file``: a document's path or URL.
        name: The environment, ref, path or URL; empty for the first two.
    """

    kind: Kind
    name: str = ""

    @property
    def at_fork(self) -> Operand:
        """The same; of a git ref where this branch left it: what was merged there since then is not undone here."""
        if self.kind != "git" or self.name.endswith(FORK):
            return self
        return Operand("git", f"{self.name}{FORK}")

    def __str__(self) -> str:
        """As it can be written, whatever else has that name."""
        return f"{self.kind}:{self.name}" if self.name else self.kind


def parse_operand(text: str, environments: Collection[str] = ()) -> Operand:
    """What ``text`` names; what it means does not depend on the files that there are.

    In this order: ``accepted`` and ``present``; a prefix (``registry:``, ``git:``, ``file:``); a URL or a name that
    ends in .json, .yml or .yaml is a document; the name of an environment is the registry; all else is a git ref.

    Args:
        text: As the user wrote it.
        environments: Those of the mesh.

    Raises:
        MeshError: it is empty, or a prefix without a name.
    """
    written = text.strip()
    prefix, colon, rest = written.partition(":")
    for kind in _SIDES:
        if written == kind:
            return Operand(kind)
    if "://" in written and not written.startswith("file:"):
        return Operand("file", written)
    for kind in _PREFIXES:
        if colon and prefix == kind:
            return Operand(kind, _named(rest, written))
    if written.lower().endswith(_DOCUMENTS):
        return Operand("file", written)
    return Operand("registry" if written in environments else "git", _named(written, text))


def _named(name: str, written: str) -> str:
    if not name.strip():
        raise MeshError(
            f"'{written}' names nothing to compare with",
            hint="write `registry:ENVIRONMENT`, `git:REF`, `file:PATH`, `accepted` or `present`",
        )
    return name
