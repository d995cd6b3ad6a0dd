"""What values and rows mean, as far as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mesh_tools.contracts.pairs import ColumnPair, VersionPair
from mesh_tools.contracts.pairs.renames import digest_of
from mesh_tools.contracts.pairs.words import same_words
from mesh_tools.contracts.rules.labels import MEANINGFUL_META
from mesh_tools.contracts.rules.rule import Finding, rule


@rule(
    "CHG028",
    "description-changed",
    cls="dangerous",
    level="meaning",
    refine="column",
    fields=("description", "columns"),
    seen=("-", "info"),
)
def description_changed(pair: VersionPair) -> Iterator[Finding]:
    """The description of a product or of a column says something else, or is gone.

    Safe when it differs in case, punctuation and blanks alone, and when there was none before.

    Why:
        A description that says something else may be the only trace of values that mean something else.

    Example:
        before: {columns: {distance_km: {description: Great-circle distance.}}}
        after: {columns: {distance_km: {description: Distance flown.}}}

    To do:
        If the words are better and the meaning is the same, say so in the acknowledgement. If the meaning is another,
        make the change in a new version.
    """
    if pair.old.description != pair.new.description:
        yield _described(pair.product, (), pair.old.description, pair.new.description)
    for column in pair.columns_that_differ("description"):
        yield _described(column.name, (column.name,), column.old.description, column.new.description)


def _described(subject: str, columns: tuple[str, ...], old: str, new: str) -> Finding:
    if not old:
        message = f"{subject} is described now"
        return Finding(columns=columns, new=new, cls="safe", bump="patch", message=message)
    if same_words(old, new):
        message = f"the description of {subject} is written otherwise, in the same words"
        return Finding(columns=columns, old=old, new=new, cls="safe", bump="patch", message=message)
    message = f"the description of {subject} says something else" if new else f"{subject} is not described any more"
    return Finding(columns=columns, old=old, new=new or None, message=message)


@rule("CHG029", "column-logic", cls="dangerous", level="meaning", refine="column", fields=("logic",), seen=("S", "-"))
def column_logic(pair: VersionPair) -> Iterator[Finding]:
    """A column of the same type is computed in another way.

    Told by a digest of its expression, through the private models of the project down to its sources. The SQL itself
    stays at home. Only digests of the same tracer are compared.

    Why:
        Its values may be others under the same name, and no test has to notice.

    Example:
        before: {logic: {method: tracer 1, columns: {distance_km: 1a}}}
        after: {logic: {method: tracer 1, columns: {distance_km: 2b}}}

    To do:
        Say in the acknowledgement what became of the values. If they mean something else, make a new version.
    """
    old, new = pair.old.logic, pair.new.logic
    if old is None or new is None or old.method != new.method:
        return
    for before, after in pair.columns.pairs:
        digests = digest_of(old.columns, before), digest_of(new.columns, after)
        # Another type is computed in another way, of course, and has a rule of its own.
        retyped = before.data_type and ColumnPair(pair.context, before, after).type_change.kind != "same"
        if None not in digests and digests[0] != digests[1] and not retyped:
            message = f"{before.name} is computed in another way"
            yield Finding(columns=(before.name,), old=digests[0], new=digests[1], message=message)


@rule(
    "CHG030",
    "semantic-type",
    cls="breaking",
    level="meaning",
    refine="column",
    fields=("semantic_type", "meta"),
    seen=("-", "info"),
)
def semantic_type(pair: ColumnPair) -> Iterator[Finding]:
    """A column's semantic type, or the way to measure or aggregate it, is another.

    By `semantic_type` in `meta.mesh`, and by the keys `aggregation`, `default_aggregation`, `measure`,
    `semantic_type` and `unit` that others keep in `meta`. Stating it for the first time is safe; no longer stating it
    is dangerous.

    Why:
        Sums of what may only be averaged are wrong, and codes of one list mean nothing in another.

    Example:
        before: {columns: {carrier: {semantic_type: iata_airline}}}
        after: {columns: {carrier: {semantic_type: icao_airline}}}

    To do:
        Add a column beside the old one, or make the change in a new version.
    """
    old, new = pair.old.semantic_type or None, pair.new.semantic_type or None
    if old != new:
        yield _stated("semantic type", pair.name, old, new)
    for key in sorted(MEANINGFUL_META):
        if pair.old.meta.get(key) != pair.new.meta.get(key):
            yield _stated(f"meta.{key}", pair.name, pair.old.meta.get(key), pair.new.meta.get(key))


def _stated(what: str, column: str, old: Any, new: Any) -> Finding:
    if old is None:
        message = f"the {what} of {column} is stated now: {new}"
        return Finding(new=new, key=what, cls="safe", bump="patch", message=message)
    if new is None:
        message = f"the {what} of {column} is not stated any more: it was {old}"
        return Finding(old=old, key=what, cls="dangerous", message=message)
    return Finding(old=old, new=new, key=what, message=f"the {what} of {column} is {new}, not {old}")
