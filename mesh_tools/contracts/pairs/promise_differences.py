"""Which promises about rows were lost, gained or changed between two versions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from mesh_tools.contracts.pairs.promises import Promise, Promises

_QUOTED = re.compile(r"'(?:[^']|'')*'")
_NAME = re.compile(r"[^\W\d]\w*")

Event = Literal["lost", "gained", "changed", "carried", "declared"]


class PromiseDifference(Struct, frozen=True, kw_only=True):
    """One difference.

    Attributes:
        event: ``lost`` and ``gained`` are told by what is held; ``changed``: another key, target, list, range or test
            in place of the old; ``carried``: held as before, by other carriers; ``declared``: held neither before
            nor now, but declared otherwise.
        old: What was promised, if anything was. Of a gained promise: how it was declared before.
        new: What is promised. Of a lost promise: how it is still declared.
    """

    event: Event
    old: Promise | None
    new: Promise | None

    @property
    def promise(self) -> Promise:
        """The promise in question: the old one if there was one, and the new one if it is gained."""
        promise = self.new if self.event == "gained" or self.old is None else self.old
        if promise is None:
            raise ValueError("a difference has two sides, and one of them is a promise")
        return promise

    @property
    def is_only_declared(self) -> bool:
        """Whether a constraint was enforced, and is still there, but enforced no longer."""
        return (
            self.event == "lost"
            and self.old is not None
            and self.old.by_constraint
            and self.new is not None
            and self.new.by_constraint
        )


def promise_differences(
    old: Promises, new: Promises, *, removed: frozenset[str], added: frozenset[str]
) -> tuple[PromiseDifference, ...]:
    """All differences, sorted by promise.

    Args:
        old: Promises before.
        new: Promises now, by the names that columns had before.
        removed: Columns that are gone: what was promised about them alone went with them.
        added: Columns that are new: what is promised about them alone came with them.
    """
    found = list(_differences(old, new))
    found = [difference for difference in found if not _goes_with_columns(difference, removed, added)]
    return tuple(sorted(_paired(_implied(found, old, new)), key=lambda difference: difference.promise.key))


def _differences(old: Promises, new: Promises) -> Iterator[PromiseDifference]:
    for key in {**old, **new}:
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        was_held, is_held = (promise is not None and promise.held for promise in (before, after))
        if was_held and is_held and before and after:
            same = (before.values, before.bounds) == (after.values, after.bounds)
            if not same or before.carriers != after.carriers:
                yield PromiseDifference(event="carried" if same else "changed", old=before, new=after)
        else:
            event: Event = "lost" if was_held else "gained" if is_held else "declared"
            yield PromiseDifference(event=event, old=before, new=after)


def _goes_with_columns(difference: PromiseDifference, removed: frozenset[str], added: frozenset[str]) -> bool:
    columns = difference.promise.columns
    return bool(columns) and (removed.issuperset(columns) or added.issuperset(columns))


def _implied(found: Iterable[PromiseDifference], old: Promises, new: Promises) -> Iterator[PromiseDifference]:
    """A key of some columns is one of more columns, too: what such a key implies is neither lost nor gained."""
    for difference in found:
        if difference.promise.kind == "unique" and difference.event in {"lost", "gained"}:
            # The key that implies it is there before and after; else the key of the rows is another one.
            both = [key for key in _unique_columns(old) if key in _unique_columns(new)]
            columns = set(difference.promise.columns)
            if any(columns > set(key) for key in both):
                yield PromiseDifference(event="carried", old=difference.old, new=difference.new)
                continue
        yield difference


def _unique_columns(promises: Promises) -> list[tuple[str, ...]]:
    return [promise.columns for promise in promises.values() if promise.kind == "unique" and promise.held]


def _paired(found: Iterable[PromiseDifference]) -> Iterator[PromiseDifference]:
    """What is lost, and what took its place, as one change."""
    gained: list[PromiseDifference] = []
    lost: list[PromiseDifference] = []
    for difference in found:
        if difference.event == "gained":
            gained.append(difference)
        elif difference.event == "lost":
            lost.append(difference)
        else:
            yield difference
    for difference in sorted(lost, key=lambda difference: difference.promise.key):
        # What is still declared was weakened, not replaced.
        successor = None if difference.new else _successor(difference.promise, gained)
        if successor is None:
            yield difference
        else:
            gained.remove(successor)
            yield PromiseDifference(event="changed", old=difference.old, new=successor.new)
    yield from gained


def _successor(lost: Promise, gained: Iterable[PromiseDifference]) -> PromiseDifference | None:
    candidates = [
        other
        for other in gained
        # What was declared before was strengthened; it takes nobody's place.
        if other.old is None and other.promise.kind == lost.kind and _replaces(other.promise, lost)
    ]
    return min(candidates, key=lambda other: other.promise.key, default=None)


def _replaces(new: Promise, old: Promise) -> bool:
    if old.kind == "unique":
        return not set(new.columns).isdisjoint(old.columns)
    if old.kind == "custom":
        return new.columns == old.columns and _test(new) == _test(old)
    if old.kind == "check":
        return new.columns == old.columns and _names(new) == _names(old)
    return old.kind == "relationship" and new.columns == old.columns


def _names(check: Promise) -> set[str]:
    """The columns, functions and words of an expression: those of one that was only altered are the same."""
    return set(_NAME.findall(_QUOTED.sub("", check.detail)))


def _test(promise: Promise) -> str:
    """The name of a custom test, without its arguments."""
    return promise.detail.partition(" ")[0]
