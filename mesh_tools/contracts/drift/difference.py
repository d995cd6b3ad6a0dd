"""One difference between a relation and its promise."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mesh_tools.model.change import ChangeClass

DriftKind = Literal[
    "relation-absent",
    "relation-kind",
    "column-missing",
    "column-extra",
    "column-type",
    "column-order",
    "not-null-lost",
    "not-null-extra",
    "constraint-lost",
    "constraint-extra",
]


class Difference(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is not as it was promised.

    Attributes:
        kind: Of the difference.
        severity: What it means for consumers who trust the promise, in the words of `mesh contract diff`.
        columns: Concerned, by their promised names; of an extra column as it is called there.
        promised: What the interface says, in words; ``None`` where it says nothing.
        found: What the catalogue says; ``None`` where there is nothing.
        message: In one sentence without a full stop.
    """

    kind: DriftKind
    severity: ChangeClass
    columns: tuple[str, ...] = ()
    promised: str | None = None
    found: str | None = None
    message: str
