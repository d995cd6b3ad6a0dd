"""Nulls, keys and references."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.contracts.pairs import VersionPair
from mesh_tools.contracts.rules.guarantees.telling import (
    FIELDS,
    columns_of,
    differences,
    gained,
    lost,
)
from mesh_tools.contracts.rules.rule import Finding, rule


@rule("CHG015", "not-null-lost", cls="breaking", level="guarantee", refine="column", fields=FIELDS, seen=("B/-", "B"))
def not_null_lost(pair: VersionPair) -> Iterator[Finding]:
    """A column may be null from now on.

    Lost with the constraint or test that kept it; with severity `warn` or a `where` filter, which let nulls through;
    and with a materialization or warehouse that does not enforce the constraint. A primary key keeps its columns from
    being null, too.

    Why:
        Rows drop out of joins and filters, and sums and counts change.

    Example:
        before: {guarantees: [{kind: not_null, columns: [carrier]}]}
        after: {guarantees: [{kind: not_null, columns: [carrier], severity: warn, enforced: false}]}

    To do:
        Keep a `not_null` test of severity error, without a filter, or make the change in a new version.
    """
    for difference in differences(pair, "not_null", "lost"):
        column = difference.promise.columns[0]
        yield lost(difference, f"{column} may be null now", key="not_null")


@rule("CHG016", "not-null-gained", cls="safe", level="guarantee", fields=FIELDS, seen=("S", "info"))
def not_null_gained(pair: VersionPair) -> Iterator[Finding]:
    """A column is never null from now on.

    Why:
        Consumers may rely on it; what they do today goes on to work.

    Example:
        before: {}
        after: {guarantees: [{kind: not_null, columns: [carrier]}]}

    To do:
        Nothing.
    """
    for difference in differences(pair, "not_null", "gained"):
        column = difference.promise.columns[0]
        yield gained(difference, f"{column} is never null", key="not_null")


@rule("CHG017", "key-lost", cls="breaking", level="guarantee", fields=FIELDS, seen=("B/-", "B"))
def key_lost(pair: VersionPair) -> Iterator[Finding]:
    """Rows are no longer unique by some columns, or by other columns than before: the grain is another.

    Why:
        Joins on the key repeat rows, and every sum behind them is too large. Consumers that never name the column are
        hit as well.

    Example:
        before: {guarantees: [{kind: unique, columns: [flight_id]}]}
        after: {guarantees: [{kind: unique, columns: [flight_id, carrier]}]}

    To do:
        Keep the key and its test, or make the change in a new version.
    """
    for difference in differences(pair, "unique", "lost"):
        if not difference.is_only_declared:
            yield lost(difference, f"rows are not unique by {columns_of(difference)} any more", key="unique")
    for difference in differences(pair, "unique", "changed"):
        if difference.old and difference.new:
            before, after = difference.old.columns, difference.new.columns
            message = f"rows are unique by ({', '.join(after)}), not by ({', '.join(before)})"
            yield Finding(columns=before, old=list(before), new=list(after), key="unique", message=message)


@rule("CHG018", "key-gained", cls="safe", level="guarantee", fields=FIELDS, seen=("S", "info"))
def key_gained(pair: VersionPair) -> Iterator[Finding]:
    """Rows are unique by some columns from now on.

    Why:
        Consumers may join on it; what they do today goes on to work.

    Example:
        before: {}
        after: {guarantees: [{kind: unique, columns: [flight_id]}]}

    To do:
        Nothing.
    """
    for difference in differences(pair, "unique", "gained"):
        yield gained(difference, f"rows are unique by {columns_of(difference)}", key="unique")


@rule(
    "CHG023", "relationship-lost", cls="breaking", level="guarantee", refine="column", fields=FIELDS, seen=("-/B", "B")
)
def relationship_lost(pair: VersionPair) -> Iterator[Finding]:
    """A column no longer refers to rows of another product, or to those of another one.

    Why:
        Inner joins lose the rows whose partner is missing.

    Example:
        before: {guarantees: [{kind: relationship, columns: [carrier], arguments: {to: ops.carriers, field: [code]}}]}
        after: {}

    To do:
        Keep the `relationships` test of severity error, or make the change in a new version.
    """
    for difference in differences(pair, "relationship", "lost"):
        if not difference.is_only_declared:
            target = difference.promise.detail
            yield lost(
                difference, f"{columns_of(difference)} may miss its row in {target} now", key=f"relationship {target}"
            )
    for difference in differences(pair, "relationship", "changed"):
        old, new = difference.old, difference.new
        if old and new:
            message = f"{columns_of(difference)} refers to {new.detail}, not to {old.detail}"
            yield Finding(columns=old.columns, old=old.detail, new=new.detail, key="relationship", message=message)


@rule("CHG057", "relationship-gained", cls="safe", level="guarantee", fields=FIELDS)
def relationship_gained(pair: VersionPair) -> Iterator[Finding]:
    """A column refers to rows of another product from now on.

    Why:
        Consumers may join on it; what they do today goes on to work.

    Example:
        before: {}
        after: {guarantees: [{kind: relationship, columns: [carrier], arguments: {to: ops.carriers, field: [code]}}]}

    To do:
        Nothing.
    """
    for difference in differences(pair, "relationship", "gained"):
        target = difference.promise.detail
        yield gained(difference, f"{columns_of(difference)} has its row in {target}", key=f"relationship {target}")
