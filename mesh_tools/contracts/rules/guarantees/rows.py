"""Which rows there are, and what one is."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.contracts.pairs import VersionPair
from mesh_tools.contracts.pairs.words import same_words
from mesh_tools.contracts.rules.rule import Finding, rule
from mesh_tools.interface.extract.guarantees import grain_of
from mesh_tools.model.interface import ProductVersion


@rule("CHG027", "population-changed", cls="dangerous", level="guarantee", fields=("scope", "logic"), seen=("S", "-"))
def population_changed(pair: VersionPair) -> Iterator[Finding]:
    """Which rows there are is decided otherwise.

    Dangerous when the joins, filters, grouping or sources of the SQL changed; breaking when the statement of `scope`
    changed or is gone. Stating it for the first time is safe, and so are other words that are the same but for case
    and punctuation.

    Why:
        Counts and sums change, though every row is right.

    Example:
        before: {logic: {method: tracer 1, rows: 1a}}
        after: {logic: {method: tracer 1, rows: 2b}}

    To do:
        Say in the acknowledgement which rows come and go, and how many.
    """
    old, new = pair.old.scope, pair.new.scope
    if old and new and old != new and same_words(old, new):
        yield Finding(old=old, new=new, key="scope", cls="safe", bump="patch", message="the scope is worded otherwise")
    elif old and old != new:
        message = f"the rows are others: {new}" if new else f"it is not stated any more which rows there are: {old}"
        yield Finding(old=old, new=new, key="scope", cls="breaking", message=message)
        return
    elif new and not old:
        yield Finding(new=new, key="scope", cls="safe", message=f"it is stated now which rows there are: {new}")
    before, after = _rows_digests(pair)
    if before != after:
        message = "the SQL decides otherwise which rows there are"
        yield Finding(old=before, new=after, key="rows", message=message)


@rule("CHG054", "grain-statement", cls="breaking", level="guarantee", fields=("grain",))
def grain_statement(pair: VersionPair) -> Iterator[Finding]:
    """The statement of what a row is changed: other columns identify it, or none are named any more.

    Stating it for the first time is safe. A grain that only follows from the key is told by `key-lost` and
    `key-gained`.

    Why:
        Consumers join and count by it.

    Example:
        before: {grain: [flight_id]}
        after: {grain: [carrier, flight_id]}

    To do:
        Make the change in a new version.
    """
    before = sorted(pair.old.grain)
    after = sorted(map(pair.before, pair.new.grain))
    if before == after or (_follows_from_key(pair.old) and _follows_from_key(pair.new)):
        return
    if not before:
        yield Finding(new=after, cls="safe", message=f"a row is identified by ({', '.join(after)}), as is stated now")
    else:
        now = f"({', '.join(after)})" if after else "nothing that is stated"
        message = f"a row is identified by {now}, not by ({', '.join(before)})"
        yield Finding(columns=tuple(before), old=before, new=after or None, message=message)


def _rows_digests(pair: VersionPair) -> tuple[str | None, str | None]:
    old, new = pair.old.logic, pair.new.logic
    if old is None or new is None or old.method != new.method or not (old.rows and new.rows):
        return None, None
    return old.rows, new.rows


def _follows_from_key(version: ProductVersion) -> bool:
    return set(version.grain) == set(grain_of(version.guarantees))
