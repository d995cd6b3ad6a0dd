"""What holds for every row. Promises are compared, never what carries them."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.contracts.pairs import ColumnPair, PromiseDifference, VersionPair
from mesh_tools.contracts.pairs.promises import PromiseKind
from mesh_tools.contracts.pairs.words import same_words
from mesh_tools.contracts.rules.rule import Finding, rule
from mesh_tools.interface.extract.guarantees import grain_of
from mesh_tools.model.change import ChangeClass
from mesh_tools.model.interface import ProductVersion

_FIELDS = ("guarantees", "columns")
_LIMITS: frozenset[PromiseKind] = frozenset({"values", "bounds", "check"})


@rule("CHG015", "not-null-lost", cls="breaking", level="guarantee", refine="column", fields=_FIELDS, seen=("B/-", "B"))
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
    for difference in _of(pair, "not_null", "lost"):
        column = difference.promise.columns[0]
        yield _lost(difference, f"{column} may be null now", key="not_null")


@rule("CHG016", "not-null-gained", cls="safe", level="guarantee", fields=_FIELDS, seen=("S", "info"))
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
    for difference in _of(pair, "not_null", "gained"):
        column = difference.promise.columns[0]
        yield _gained(difference, f"{column} is never null", key="not_null")


@rule("CHG017", "key-lost", cls="breaking", level="guarantee", fields=_FIELDS, seen=("B/-", "B"))
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
    for difference in _of(pair, "unique", "lost"):
        if not difference.is_only_declared:
            yield _lost(difference, f"rows are not unique by {_columns(difference)} any more", key="unique")
    for difference in _of(pair, "unique", "changed"):
        if difference.old and difference.new:
            before, after = difference.old.columns, difference.new.columns
            message = f"rows are unique by ({', '.join(after)}), not by ({', '.join(before)})"
            yield Finding(columns=before, old=list(before), new=list(after), key="unique", message=message)


@rule("CHG018", "key-gained", cls="safe", level="guarantee", fields=_FIELDS, seen=("S", "info"))
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
    for difference in _of(pair, "unique", "gained"):
        yield _gained(difference, f"rows are unique by {_columns(difference)}", key="unique")


@rule("CHG019", "value-added", cls="dangerous", level="guarantee", refine="column", fields=_FIELDS, seen=("-", "B"))
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
    for difference in _of(pair, "values", "changed"):
        if difference.old and difference.new and (added := difference.new.values - difference.old.values):
            is_closed = not closed.isdisjoint(difference.promise.columns)
            message = f"{_columns(difference)} may be {_listed(added)} now"
            yield Finding(
                columns=difference.promise.columns,
                new=sorted(added),
                key="values",
                cls="breaking" if is_closed else None,
                message=f"{message}, though its values were closed" if is_closed else message,
            )


@rule(
    "CHG020", "value-removed", cls="dangerous", level="guarantee", refine="column", fields=_FIELDS, seen=("-", "info")
)
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
    for difference in _of(pair, "values", "changed"):
        if difference.old and difference.new and (removed := difference.old.values - difference.new.values):
            yield Finding(
                columns=difference.promise.columns,
                old=sorted(removed),
                key="values",
                message=f"{_columns(difference)} is never {_listed(removed)} any more",
            )


@rule("CHG021", "limit-loosened", cls="breaking", level="guarantee", refine="column", fields=_FIELDS, seen=("B/-", "B"))
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
            yield _lost(difference, f"not promised any more: {_statement(difference)}", key=_limit_key(difference))
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
                key=_limit_key(difference),
                cls="dangerous" if is_check else None,
                message=f"{new.plain} is checked, not {old.plain}: whether that lets more through is not known"
                if is_check
                else f"{_columns(difference)} is promised to be {new.plain}, not {old.plain}",
            )


@rule("CHG022", "limit-tightened", cls="safe", level="guarantee", fields=_FIELDS, seen=("B", "info"))
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
        message = f"promised from now on: {_statement(difference)}"
        yield Finding(columns=promise.columns, new=promise.plain, key=_limit_key(difference), message=message)
    for difference in _of(pair, "bounds", "changed"):
        old, new = difference.old, difference.new
        if old and new and new.bounds.is_within(old.bounds):
            message = f"{_columns(difference)} is promised to be {new.plain}, which is more than {old.plain}"
            key = _limit_key(difference)
            yield Finding(columns=old.columns, old=old.plain, new=new.plain, key=key, message=message)


@rule(
    "CHG023", "relationship-lost", cls="breaking", level="guarantee", refine="column", fields=_FIELDS, seen=("-/B", "B")
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
    for difference in _of(pair, "relationship", "lost"):
        if not difference.is_only_declared:
            target = difference.promise.detail
            yield _lost(
                difference, f"{_columns(difference)} may miss its row in {target} now", key=f"relationship {target}"
            )
    for difference in _of(pair, "relationship", "changed"):
        old, new = difference.old, difference.new
        if old and new:
            message = f"{_columns(difference)} refers to {new.detail}, not to {old.detail}"
            yield Finding(columns=old.columns, old=old.detail, new=new.detail, key="relationship", message=message)


@rule("CHG057", "relationship-gained", cls="safe", level="guarantee", fields=_FIELDS)
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
    for difference in _of(pair, "relationship", "gained"):
        target = difference.promise.detail
        yield _gained(difference, f"{_columns(difference)} has its row in {target}", key=f"relationship {target}")


@rule("CHG024", "carrier-changed", cls="safe", bump="patch", level="guarantee", fields=_FIELDS, seen=("mixed", "mixed"))
def carrier_changed(pair: VersionPair) -> Iterator[Finding]:
    """The same is promised, and something else carries it.

    A test in place of a constraint, one of two carriers gone or come, a check written in another way that provably
    means the same, `unique` and `not_null` in place of a primary key.

    Why:
        Consumers rely on what holds, not on what makes it hold.

    Example:
        before: {guarantees: [{kind: not_null, columns: [carrier], carrier: constraint}]}
        after: {guarantees: [{kind: not_null, columns: [carrier], carrier: test}]}

    To do:
        Nothing.
    """
    for difference in pair.promises:
        if difference.event == "carried":
            old, new = (
                [] if promise is None else list(promise.carriers) for promise in (difference.old, difference.new)
            )
            key = f"{difference.promise.kind} {difference.promise.detail}".strip()
            message = f"still promised: {_statement(difference)}; by {_carriers(new)}, not by {_carriers(old)}"
            yield Finding(columns=difference.promise.columns, old=old, new=new, key=key, message=message)


@rule("CHG025", "constraint-not-enforced", cls="breaking", level="guarantee", fields=_FIELDS, seen=("-", "-"))
def constraint_not_enforced(pair: VersionPair) -> Iterator[Finding]:
    """A constraint is still declared, but nothing enforces it any more, and no test backs it.

    A view has no constraints, and many warehouses only note keys and checks down. Of `not_null`, `not-null-lost` tells.

    Why:
        The declaration looks like a promise, and rows that break it come through.

    Example:
        before: {guarantees: [{kind: unique, columns: [flight_id], carrier: constraint}]}
        after:
          materialized: view
          guarantees: [{kind: unique, columns: [flight_id], carrier: constraint, enforced: false}]

    To do:
        Add a data test of severity error for the same.
    """
    for difference in pair.promises:
        if difference.is_only_declared and difference.promise.kind not in {"not_null", "custom"}:
            key = f"{difference.promise.kind} {difference.promise.detail}".strip()
            yield _lost(difference, f"declared, but not enforced any more: {_statement(difference)}", key=key)


@rule(
    "CHG026",
    "custom-test-changed",
    cls="dangerous",
    level="guarantee",
    refine="column",
    fields=_FIELDS,
    seen=("-", "info"),
)
def custom_test_changed(pair: VersionPair) -> Iterator[Finding]:
    """A data test whose meaning is not known is gone, or has other arguments.

    A new one is safe.

    Why:
        What it kept out may come through; nobody but its author can tell.

    Example:
        before: {guarantees: [{kind: custom, columns: [carrier], arguments: {test: has_no_blanks}}]}
        after: {}

    To do:
        Say in the acknowledgement what it kept out, and why that may come through.
    """
    for difference in pair.promises:
        if difference.promise.kind != "custom":
            continue
        test = difference.promise.detail.partition(" ")[0]
        subject = f"test {test}" + (f" of {_columns(difference)}" if difference.promise.columns else "")
        key = f"custom {difference.promise.detail}"
        if difference.event == "lost":
            yield _lost(difference, f"{subject} is not kept any more", key=key)
        elif difference.event == "gained":
            yield _gained(difference, f"{subject} is kept", key=key, cls="safe")
        elif difference.event == "changed" and difference.old and difference.new:
            message = f"{subject} has other arguments"
            old, new = difference.old.detail, difference.new.detail
            yield Finding(columns=difference.promise.columns, old=old, new=new, key=f"custom {test}", message=message)


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


@rule("CHG058", "declaration-changed", cls="safe", bump="patch", level="guarantee", fields=_FIELDS)
def declaration_changed(pair: VersionPair) -> Iterator[Finding]:
    """What is declared, or only warned about, changed; nothing enforced it before, and nothing does now.

    Why:
        It was no promise, and is none.

    Example:
        before: {}
        after: {guarantees: [{kind: not_null, columns: [carrier], severity: warn, enforced: false}]}

    To do:
        Nothing. To promise it, add a data test of severity error.
    """
    for difference in pair.promises:
        if difference.event == "declared":
            old, new = (None if side is None else list(side.carriers) for side in (difference.old, difference.new))
            key = f"{difference.promise.kind} {difference.promise.detail}".strip()
            words = (
                "declared otherwise" if old and new else "declared, not enforced" if new else "not declared any more"
            )
            message = f"{words}: {_statement(difference)}"
            yield Finding(columns=difference.promise.columns, old=old, new=new, key=key, message=message)


def _of(pair: VersionPair, kind: PromiseKind, event: str) -> Iterator[PromiseDifference]:
    return (found for found in pair.promises if found.promise.kind == kind and found.event == event)


def _limits(pair: VersionPair, event: str) -> Iterator[PromiseDifference]:
    return (found for found in pair.promises if found.promise.kind in _LIMITS and found.event == event)


def _lost(difference: PromiseDifference, what: str, *, key: str) -> Finding:
    """What is not promised any more; ``old`` says what was, ``new`` how it is still declared."""
    left = list(difference.new.carriers) if difference.new else None
    why = f"; {_carriers(left)} is left" if left else ""
    promise = difference.promise
    return Finding(columns=promise.columns, old=promise.plain, new=left, key=key, message=f"{what}{why}")


def _gained(difference: PromiseDifference, what: str, *, key: str, cls: ChangeClass | None = None) -> Finding:
    promise = difference.promise
    return Finding(columns=promise.columns, new=promise.plain, key=key, cls=cls, message=f"{what} from now on")


def _columns(difference: PromiseDifference) -> str:
    return ", ".join(difference.promise.columns)


def _statement(difference: PromiseDifference) -> str:
    """What is promised, in words."""
    promise = difference.promise
    columns = _columns(difference)
    words: dict[PromiseKind, str] = {
        "not_null": f"{columns} is never null",
        "unique": f"rows are unique by {columns}",
        "values": f"{columns} is one of {_listed(promise.values)}",
        "bounds": f"{columns} {promise.bounds}",
        "check": promise.detail,
        "relationship": f"{columns} has its row in {promise.detail}",
        "custom": f"test {promise.detail.partition(' ')[0]}",
    }
    return words[promise.kind]


def _limit_key(difference: PromiseDifference) -> str:
    promise = difference.promise
    return f"check {promise.detail}" if promise.kind == "check" else promise.kind


def _listed(values: frozenset[str]) -> str:
    shown = sorted(values)
    return ", ".join(shown[:5]) + (f" and {len(shown) - 5} others" if len(shown) > 5 else "")  # noqa: PLR2004 - the same five


def _carriers(carriers: list[str] | None) -> str:
    return " and ".join(carriers or ()) or "a narrower key"


def _rows_digests(pair: VersionPair) -> tuple[str | None, str | None]:
    old, new = pair.old.logic, pair.new.logic
    if old is None or new is None or old.method != new.method or not (old.rows and new.rows):
        return None, None
    return old.rows, new.rows


def _follows_from_key(version: ProductVersion) -> bool:
    return set(version.grain) == set(grain_of(version.guarantees))
