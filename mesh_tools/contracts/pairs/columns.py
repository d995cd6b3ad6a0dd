"""Which column of one version is which of the other: by name, by name without case, then renamed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from msgspec import Struct

from mesh_tools.contracts.pairs.renames import renamed_columns
from mesh_tools.model.interface import Column, ProductVersion


class ColumnMatch(Struct, frozen=True, kw_only=True):
    """The columns of two versions side by side.

    Attributes:
        pairs: Old and new, in the old order.
        renamed: Those of them whose names differ by more than case: new name to old name.
        removed: Columns of the old version alone.
        added: Columns of the new version alone.
        names: What each new column was called before, see :func:`written_names`; an added one by its own name.
    """

    pairs: tuple[tuple[Column, Column], ...]
    renamed: dict[str, str]
    removed: tuple[Column, ...]
    added: tuple[Column, ...]
    names: dict[str, str]


def match_columns(old: ProductVersion, new: ProductVersion, adapter: str | None) -> ColumnMatch:
    """Match the columns of two versions."""
    found = _by_name(old.columns, new.columns)
    removed = [column for column in old.columns if column.name not in found]
    taken = {column.name for column in found.values()}
    added = [column for column in new.columns if column.name not in taken]
    renames = renamed_columns(old, new, found, adapter) if removed and added else {}
    found |= renames
    earlier = {column.name: name for name, column in found.items()}
    gone = {column.name for column in renames.values()}
    return ColumnMatch(
        pairs=tuple((column, found[column.name]) for column in old.columns if column.name in found),
        renamed={column.name: name for name, column in renames.items()},
        removed=tuple(column for column in removed if column.name not in renames),
        added=tuple(column for column in added if column.name not in gone),
        names=written_names((column.name, earlier.get(column.name, column.name)) for column in new.columns),
    )


def written_names(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What each name means, as it is written, and in lower case unless a column of that name is another one."""
    known = dict(names)
    return {name.lower(): meant for name, meant in known.items()} | known


def _by_name(old: Iterable[Column], new: Iterable[Column]) -> dict[str, Column]:
    """New columns by the name of the old ones: equal names first, then those that differ in case."""
    exact = {column.name: column for column in new}
    found = {column.name: exact[column.name] for column in old if column.name in exact}
    if len(found) < len(exact):
        folded = {name.lower(): column for name, column in exact.items() if name not in found}
        for column in old:
            if column.name not in found and column.name.lower() in folded:
                found[column.name] = folded.pop(column.name.lower())
    return found


def moved(pairs: Sequence[tuple[Column, Column]], order: Iterable[Column]) -> tuple[list[str], list[str]]:
    """The old names of ``pairs`` in their old order and in ``order``, without what begins and ends both alike."""
    by_new = {new.name: old.name for old, new in pairs}
    before = [old.name for old, _ in pairs]
    after = [by_new[column.name] for column in order if column.name in by_new]
    while before and before[0] == after[0]:
        del before[0], after[0]
    while before and before[-1] == after[-1]:
        del before[-1], after[-1]
    return before, after


def misplaced(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The fewest names that must move for ``before`` to become ``after``: all but a longest common subsequence."""
    places = {name: place for place, name in enumerate(after)}
    # Patience sorting: the smallest end of a rising sequence of each length, and what comes before each name in it.
    ends: list[int] = []
    earlier: dict[int, int | None] = {}
    for name in before:
        place = places[name]
        length = bisect_left(ends, place)
        earlier[place] = ends[length - 1] if length else None
        ends[length : length + 1] = [place]
    staying: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        staying.add(last)
        last = earlier[last]
    return [name for name in before if places[name] not in staying]
