"""What rules about promises share: picking differences, and telling them in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mesh_tools.contracts.pairs import PromiseDifference, VersionPair
from mesh_tools.contracts.pairs.promise_differences import Event
from mesh_tools.contracts.pairs.promises import PromiseKind
from mesh_tools.contracts.rules.rule import Finding
from mesh_tools.model.change import ChangeClass

FIELDS = ("guarantees", "columns")
"""What promises about rows stand in."""
_SHOWN = 5


def differences(pair: VersionPair, kind: PromiseKind, event: Event) -> Iterator[PromiseDifference]:
    """What became of the promises of one kind."""
    return (found for found in pair.promises if found.promise.kind == kind and found.event == event)


def lost(difference: PromiseDifference, what: str, *, key: str) -> Finding:
    """What is not promised any more: ``old`` says what was, ``new`` how it is still declared."""
    left = list(difference.new.carriers) if difference.new else None
    why = f"; {carriers_in_words(left)} is left" if left else ""
    promise = difference.promise
    return Finding(columns=promise.columns, old=promise.plain, new=left, key=key, message=f"{what}{why}")


def gained(difference: PromiseDifference, what: str, *, key: str, cls: ChangeClass | None = None) -> Finding:
    """What is promised from now on."""
    promise = difference.promise
    return Finding(columns=promise.columns, new=promise.plain, key=key, cls=cls, message=f"{what} from now on")


def statement(difference: PromiseDifference) -> str:
    """What is promised, in words."""
    promise = difference.promise
    columns = columns_of(difference)
    words: dict[PromiseKind, str] = {
        "not_null": f"{columns} is never null",
        "unique": f"rows are unique by {columns}",
        "values": f"{columns} is one of {listed(promise.values)}",
        "bounds": f"{columns} {promise.bounds}",
        "check": promise.detail,
        "relationship": f"{columns} has its row in {promise.detail}",
        "custom": f"test {promise.detail.partition(' ')[0]}",
    }
    return words[promise.kind]


def columns_of(difference: PromiseDifference) -> str:
    """The columns of a promise, as they were called before."""
    return ", ".join(difference.promise.columns)


def limit_key(difference: PromiseDifference) -> str:
    """Tells a limit from the others of a column."""
    promise = difference.promise
    return f"check {promise.detail}" if promise.kind == "check" else promise.kind


def listed(values: frozenset[str]) -> str:
    """The first few values."""
    shown = sorted(values)
    return ", ".join(shown[:_SHOWN]) + (f" and {len(shown) - _SHOWN} others" if len(shown) > _SHOWN else "")


def carriers_in_words(carriers: Sequence[str] | None) -> str:
    """What carries a promise; nothing of its own does when a narrower key implies it."""
    return " and ".join(carriers or ()) or "a narrower key"
