"""What became of a type: the verdict of a comparison."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

TypeChangeKind = Literal["same", "widened", "narrowed", "lossy", "family", "nested", "unknown"]
NestedChangeKind = Literal["added", "removed", "reordered", "changed"]


class TypeChange(Struct, frozen=True):
    """How values of the old type fare in the new one.

    Attributes:
        kind:
            ``same``: the warehouse calls both types by one name.
            ``widened``: each old value is kept exactly, and compares as before; new values may be larger or finer.
            ``narrowed``: the values that still fit are kept exactly, others are refused when the table is built.
            ``lossy``: values change silently: digits, precision or padding.
            ``family``: another kind of value; comparisons, joins and sorting mean something else.
            ``nested``: the same outer type; ``parts`` hold all that differs.
            ``unknown``: a type that is not known, so that nothing is known of the change.
        parts: What differs below the outer type: fields, elements, keys and values, to any depth.
    """

    kind: TypeChangeKind
    parts: tuple[NestedChange, ...] = ()


class NestedChange(Struct, frozen=True):
    """One difference inside a nested type.

    Attributes:
        path: From the column: ``address.zip``, ``[]`` (element), ``items[].price``, ``{key}``, ``{value}``; empty for
            the column itself, when its fields are ``reordered``, or its fixed size changed beside its elements.
        kind: ``reordered`` concerns the fields of the struct at ``path``.
        old: Canonical type before, ``None`` for an added field; the names in order when they are ``reordered``.
        new: Canonical type now, ``None`` for a removed field; likewise.
        change: Of a changed part, and never ``nested`` itself: each part is a leaf.
    """

    path: str
    kind: NestedChangeKind
    old: str | None = None
    new: str | None = None
    change: TypeChange | None = None


SAME = TypeChange("same")
WIDENED = TypeChange("widened")
NARROWED = TypeChange("narrowed")
LOSSY = TypeChange("lossy")
FAMILY = TypeChange("family")
UNKNOWN = TypeChange("unknown")
