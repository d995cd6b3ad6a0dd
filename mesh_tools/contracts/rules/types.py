"""What values are: their types, and how to read them."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.contracts.pairs import ColumnPair
from mesh_tools.contracts.rules.rule import Finding, rule
from mesh_tools.contracts.rules.type_words import judged_type

_MEASURES = ("unit", "timezone", "currency", "encoding")


@rule("CHG009", "type-alias", cls="safe", bump="none", level="shape", fields=("type:same",), seen=("B", "B"))
def type_alias(pair: ColumnPair) -> Iterator[Finding]:
    """A column's type is written in another way, and is the same type to the warehouse.

    Why:
        `integer` and `int4` are two names of one type.

    Example:
        before: {columns: {distance_km: {data_type: integer}}}
        after: {columns: {distance_km: {data_type: int4}}}

    To do:
        Nothing.
    """
    yield _retyped(pair)


@rule(
    "CHG010", "type-widened", cls="dangerous", level="shape", refine="typed", fields=("type:widened",), seen=("B", "B")
)
def type_widened(pair: ColumnPair) -> Iterator[Finding]:
    """A column's type holds every old value exactly, and more.

    Breaking for a consumer that hands the column on, unchanged, to its own enforced contract or to a table that keeps
    its rows between builds.

    Why:
        A value that the old type could not hold fails where a consumer has stored the old type.

    Example:
        before: {columns: {distance_km: {data_type: integer}}}
        after: {columns: {distance_km: {data_type: bigint}}}

    To do:
        Tell the consumers that store the column, and acknowledge the change; or make it in a new version.
    """
    yield _retyped(pair)


@rule(
    "CHG011",
    "type-narrowed",
    cls="dangerous",
    level="shape",
    refine="typed",
    fields=("type:narrowed",),
    seen=("B/S", "B"),
)
def type_narrowed(pair: ColumnPair) -> Iterator[Finding]:
    """A column's type holds fewer values; those that fit are what they were.

    Breaking for a consumer that hands the column on, unchanged, to its own enforced contract.

    Why:
        The producer's own build may fail, or cut off what does not fit.

    Example:
        before: {columns: {distance_km: {data_type: bigint}}}
        after: {columns: {distance_km: {data_type: integer}}}

    To do:
        Check that all values fit, then acknowledge the change.
    """
    yield _retyped(pair)


@rule("CHG012", "type-lossy", cls="breaking", level="shape", refine="column", fields=("type:lossy",), seen=("S", "B"))
def type_lossy(pair: ColumnPair) -> Iterator[Finding]:
    """A column's new type changes values silently: digits, precision or padding are lost.

    Why:
        Comparisons with stored values turn false, and sums differ, without any error.

    Example:
        before: {columns: {fare: {data_type: 'decimal(18,2)'}}}
        after: {columns: {fare: {data_type: 'decimal(18,0)'}}}

    To do:
        Make the change in a new version.
    """
    yield _retyped(pair)


@rule("CHG013", "type-family", cls="breaking", level="bind", refine="column", fields=("type:family",), seen=("B", "B"))
def type_family(pair: ColumnPair) -> Iterator[Finding]:
    """A column's values are of another kind, such as text for numbers, or moments for days.

    Why:
        Comparing, joining and sorting mean something else, or fail.

    Example:
        before: {columns: {distance_km: {data_type: integer}}}
        after: {columns: {distance_km: {data_type: varchar}}}

    To do:
        Add a column of the new type beside the old one, or make the change in a new version.
    """
    yield _retyped(pair)


@rule(
    "CHG052", "type-unknown", cls="dangerous", level="shape", refine="typed", fields=("type:unknown", "type:undeclared")
)
def type_unknown(pair: ColumnPair) -> Iterator[Finding]:
    """A column's type changed, and what that does to its values is not known.

    One of the types is not in the table of the warehouse, the warehouse is not known, or no type is declared any more.

    Why:
        What is not known is not taken to be safe.

    Example:
        before: {columns: {route: {data_type: linestring_2d}}}
        after: {columns: {route: {data_type: linestring_3d}}}

    To do:
        Look at what the warehouse does with such values, then acknowledge the change, or make it in a new version.
    """
    if pair.new.data_type:
        yield _retyped(pair)
    else:
        old = pair.old.data_type
        yield Finding(old=old, message=f"the type of {pair.name} is not declared any more: it was {old}")


@rule("CHG053", "type-declared", cls="safe", level="shape", fields=("type:declared",))
def type_declared(pair: ColumnPair) -> Iterator[Finding]:
    """A column's type is declared for the first time.

    Why:
        Nothing was promised before. Whether the column is computed otherwise is told by `column-logic`.

    Example:
        before: {columns: {carrier: {data_type: null}}}
        after: {columns: {carrier: {data_type: varchar}}}

    To do:
        Nothing.
    """
    yield Finding(new=pair.new.data_type, message=f"the type of {pair.name} is promised now: {pair.new.data_type}")


@rule("CHG014", "unit-changed", cls="breaking", level="meaning", refine="column", fields=_MEASURES, seen=("-", "-"))
def unit_changed(pair: ColumnPair) -> Iterator[Finding]:
    """A column's unit, time zone, currency or encoding is another, at the same type.

    Stating it for the first time is safe; no longer stating it is dangerous.

    Why:
        Every number is still a number, and every one of them means something else.

    Example:
        before: {columns: {distance_km: {unit: km}}}
        after: {columns: {distance_km: {unit: mile}}}

    To do:
        Add a column in the new unit beside the old one, or make the change in a new version.
    """
    for name in _MEASURES:
        old, new = getattr(pair.old, name) or None, getattr(pair.new, name) or None
        if old == new:
            continue
        words = f"{name} of {pair.name}"
        if not old:
            yield Finding(new=new, key=name, cls="safe", bump="patch", message=f"the {words} is stated now: {new}")
        elif not new:
            yield Finding(
                old=old, key=name, cls="dangerous", message=f"the {words} is not stated any more: it was {old}"
            )
        else:
            yield Finding(old=old, new=new, key=name, message=f"the {words} is {new}, not {old}")


def _retyped(pair: ColumnPair) -> Finding:
    old, new = pair.old.data_type, pair.new.data_type
    words = judged_type(pair.type_change.kind)[2]
    return Finding(old=old, new=new, message=f"the type of {pair.name} is {new}, not {old}: {words}")
