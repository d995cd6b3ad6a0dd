"""What carries a promise: constraints and tests, enforced or only declared, of known meaning or not."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.contracts.pairs import VersionPair
from mesh_tools.contracts.rules.guarantees.telling import (
    FIELDS,
    carriers_in_words,
    columns_of,
    gained,
    lost,
    statement,
)
from mesh_tools.contracts.rules.rule import Finding, rule


@rule("CHG024", "carrier-changed", cls="safe", bump="patch", level="guarantee", fields=FIELDS, seen=("mixed", "mixed"))
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
            message = (
                f"still promised: {statement(difference)}; by {carriers_in_words(new)}, not by {carriers_in_words(old)}"
            )
            yield Finding(columns=difference.promise.columns, old=old, new=new, key=key, message=message)


@rule("CHG025", "constraint-not-enforced", cls="breaking", level="guarantee", fields=FIELDS, seen=("-", "-"))
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
            yield lost(difference, f"declared, but not enforced any more: {statement(difference)}", key=key)


@rule(
    "CHG026",
    "custom-test-changed",
    cls="dangerous",
    level="guarantee",
    refine="column",
    fields=FIELDS,
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
        subject = f"test {test}" + (f" of {columns_of(difference)}" if difference.promise.columns else "")
        key = f"custom {difference.promise.detail}"
        if difference.event == "lost":
            yield lost(difference, f"{subject} is not kept any more", key=key)
        elif difference.event == "gained":
            yield gained(difference, f"{subject} is kept", key=key, cls="safe")
        elif difference.event == "changed" and difference.old and difference.new:
            message = f"{subject} has other arguments"
            old, new = difference.old.detail, difference.new.detail
            yield Finding(columns=difference.promise.columns, old=old, new=new, key=f"custom {test}", message=message)


@rule("CHG058", "declaration-changed", cls="safe", bump="patch", level="guarantee", fields=FIELDS)
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
            message = f"{words}: {statement(difference)}"
            yield Finding(columns=difference.promise.columns, old=old, new=new, key=key, message=message)
