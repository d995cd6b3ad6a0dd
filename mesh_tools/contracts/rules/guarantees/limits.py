"""Which values a column may have."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.contracts.pairs import ColumnPair, PromiseDifference, VersionPair
from mesh_tools.contracts.pairs.promise_differences import Event
from mesh_tools.contracts.pairs.promises import PromiseKind
from mesh_tools.contracts.rules.guarantees.telling import (
    FIELDS,
    columns_of,
    differences,
    limit_key,
    listed,
    lost,
    statement,
)
from mesh_tools.contracts.rules.rule import Finding, rule

_LIMITS: frozenset[PromiseKind] = frozenset({"values", "bounds", "check"})


@rule("CHG019", "value-added", cls="dangerous", level="guarantee", refine="column", fields=FIELDS, seen=("-", "B"))
def value_added(pair: VersionPair) -> Iterator[Finding]:
    """A column may hold values that it did not hold before.

    Breaking when the column was declared `closed`: its values were all that there would ever be in this version.

    Why:
        A `case when` of a consumer has no branch for the new value.

    Example:
        before: {guarantees: [{kind: accepted_values, columns: [carrier], arguments: {values: [AA, UA]}}]}
        after: {guarantees: [{kind: accepted_values, columns: [carrier], arguments: {values: [AA, UA, B6]}}]}

    To do:
        Tell the consumers that branch on the column, and acknowledge the change.
    """
    closed = {column.name for column in pair.old.columns if column.closed}
    for difference in differences(pair, "values", "changed"):
        if difference.old and difference.new and (added := difference.new.values - difference.old.values):
            is_closed = not closed.isdisjoint(difference.promise.columns)
            message = f"{columns_of(difference)} may be {listed(added)} now"
            yield Finding(
                columns=difference.promise.columns,
                new=sorted(added),
                key="values",
                cls="breaking" if is_closed else None,
                message=f"{message}, though its values were closed" if is_closed else message,
            )


@rule("CHG020", "value-removed", cls="dangerous", level="guarantee", refine="column", fields=FIELDS, seen=("-", "info"))
def value_removed(pair: VersionPair) -> Iterator[Finding]:
    """A column no longer holds values that it could hold before.

    Why:
        Rows moved to another value or are gone; a consumer's filter on the value finds nothing, without an error.

    Example:
        before: {guarantees: [{kind: accepted_values, columns: [carrier], arguments: {values: [AA, UA]}}]}
        after: {guarantees: [{kind: accepted_values, columns: [carrier], arguments: {values: [AA]}}]}

    To do:
        Tell the consumers that filter by the value, and acknowledge the change.
    """
    for difference in differences(pair, "values", "changed"):
        if difference.old and difference.new and (removed := difference.old.values - difference.new.values):
            yield Finding(
                columns=difference.promise.columns,
                old=sorted(removed),
                key="values",
                message=f"{columns_of(difference)} is never {listed(removed)} any more",
            )


@rule("CHG021", "limit-loosened", cls="breaking", level="guarantee", refine="column", fields=FIELDS, seen=("B/-", "B"))
def limit_loosened(pair: VersionPair) -> Iterator[Finding]:
    """Accepted values, a check or a range are gone, or let more through.

    Dangerous where two checks cannot be compared, so that it is not known whether the new one lets more through.

    Why:
        Consumers meet values that were ruled out.

    Example:
        before: {guarantees: [{kind: check, columns: [distance_km], arguments: {expression: distance_km > 10}}]}
        after: {guarantees: [{kind: check, columns: [distance_km], arguments: {expression: distance_km > 0}}]}

    To do:
        Keep the limit, or make the change in a new version.
    """
    for difference in _limits(pair, "lost"):
        if not difference.is_only_declared:
            yield lost(difference, f"not promised any more: {statement(difference)}", key=limit_key(difference))
    for difference in _limits(pair, "changed"):
        old, new = difference.old, difference.new
        if old is None or new is None or old.kind == "values":
            continue
        is_check = old.kind == "check"
        if is_check or not new.bounds.is_within(old.bounds):
            yield Finding(
                columns=old.columns,
                old=old.plain,
                new=new.plain,
                key=limit_key(difference),
                cls="dangerous" if is_check else None,
                message=f"{new.plain} is checked, not {old.plain}: whether that lets more through is not known"
                if is_check
                else f"{columns_of(difference)} is promised to be {new.plain}, not {old.plain}",
            )


@rule("CHG022", "limit-tightened", cls="safe", level="guarantee", fields=FIELDS, seen=("B", "info"))
def limit_tightened(pair: VersionPair) -> Iterator[Finding]:
    """Accepted values, a check or a range are new, or let less through.

    Why:
        Whatever comes now could come before.

    Example:
        before: {guarantees: [{kind: check, columns: [distance_km], arguments: {expression: distance_km > 0}}]}
        after: {guarantees: [{kind: check, columns: [distance_km], arguments: {expression: distance_km > 10}}]}

    To do:
        Nothing.
    """
    for difference in _limits(pair, "gained"):
        promise = difference.promise
        message = f"promised from now on: {statement(difference)}"
        yield Finding(columns=promise.columns, new=promise.plain, key=limit_key(difference), message=message)
    for difference in differences(pair, "bounds", "changed"):
        old, new = difference.old, difference.new
        if old and new and new.bounds.is_within(old.bounds):
            message = f"{columns_of(difference)} is promised to be {new.plain}, which is more than {old.plain}"
            key = limit_key(difference)
            yield Finding(columns=old.columns, old=old.plain, new=new.plain, key=key, message=message)


@rule("CHG055", "values-opened", cls="breaking", level="guarantee", refine="column", fields=("closed",))
def values_opened(pair: ColumnPair) -> Iterator[Finding]:
    """The values of a column were declared closed, and are not any more.

    Why:
        Consumers that handle each value were promised that there would be no other in this version.

    Example:
        before: {columns: {carrier: {closed: true}}}
        after: {}

    To do:
        Keep the column `closed`, or open it in a new version.
    """
    if pair.old.closed:
        yield Finding(old=True, message=f"the values of {pair.name} are not closed any more: others may come")


@rule("CHG056", "values-closed", cls="safe", level="guarantee", fields=("closed",))
def values_closed(pair: ColumnPair) -> Iterator[Finding]:
    """The values of a column are declared closed: there will be no others in this version.

    Why:
        Consumers may handle each value; what they do today goes on to work.

    Example:
        before: {}
        after: {columns: {carrier: {closed: true}}}

    To do:
        Nothing.
    """
    if pair.new.closed:
        yield Finding(new=True, message=f"the values of {pair.name} are closed: there will be no others")


def _limits(pair: VersionPair, event: Event) -> Iterator[PromiseDifference]:
    return (found for found in pair.promises if found.promise.kind in _LIMITS and found.event == event)
