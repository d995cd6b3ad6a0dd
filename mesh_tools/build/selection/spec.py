"""What a selector says, once it is read; printed, it reads as it was written."""

from __future__ import annotations

from msgspec import Struct

PROJECT = "project"
"""The method of a bare project name. It cannot be written out."""


class Criterion(Struct, frozen=True, kw_only=True):
    """One condition on nodes, and how far to walk from those that meet it.

    Attributes:
        method: One of :data:`~mesh_tools.build.selection.methods.METHODS`, or :data:`PROJECT`.
        value: What the method looks for.
        arguments: The rest of a dotted method: ``materialized`` of ``config.materialized``.
        is_bare: Whether the value stands alone, so that its method was told from its form.
        project: The project that alone is searched, for a bare ``project.rest``.
        with_ancestors: The prefix ``+``.
        ancestor_steps: The number before it; ``None`` is any.
        with_descendants: The suffix ``+``.
        descendant_steps: The number after it; ``None`` is any.
        with_ancestors_of_descendants: The prefix ``@``.
    """

    method: str
    value: str
    arguments: tuple[str, ...] = ()
    is_bare: bool = False
    project: str | None = None
    with_ancestors: bool = False
    ancestor_steps: int | None = None
    with_descendants: bool = False
    descendant_steps: int | None = None
    with_ancestors_of_descendants: bool = False

    def __str__(self) -> str:
        """As it is written: ``2+tag:nightly+``."""
        method = "" if self.is_bare else ".".join((self.method, *self.arguments)) + ":"
        before = f"{_number(self.ancestor_steps)}+" if self.with_ancestors else ""
        after = f"+{_number(self.descendant_steps)}" if self.with_descendants else ""
        at = "@" if self.with_ancestors_of_descendants else ""
        return f"{at}{before}{method}{self.value}{after}"


class Spec(Struct, frozen=True):
    """Criteria that a node must all meet: what stands between two blanks."""

    criteria: tuple[Criterion, ...]

    def __str__(self) -> str:
        """As it is written: ``tag:nightly,fleet``."""
        return ",".join(map(str, self.criteria))


def _number(steps: int | None) -> str:
    return "" if steps is None else str(steps)
