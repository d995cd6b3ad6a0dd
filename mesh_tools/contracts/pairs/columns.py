"""Which column of one version is which of the other: by name, by name without case, then renamed."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher

from msgspec import Struct

from mesh_tools.contracts.pairs.words import same_words
from mesh_tools.model.interface import Column, ProductVersion
from mesh_tools.sqltypes import compare_types

_SIMILAR_NAME = 0.7
_SIMILAR_TEXT = 0.8
_MOST = 100  # columns that took the place of as many others: beyond it is another table


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
    renames = _renames(_Sides(old, new, found, adapter), removed, added) if removed and added else {}
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


class _Sides:
    """What tells a renamed column from another one: its place, its type, and what is promised and said of it."""

    def __init__(
        self, old: ProductVersion, new: ProductVersion, found: Mapping[str, Column], adapter: str | None
    ) -> None:
        self.adapter = adapter
        self.places = (_places(old, found), _places(new, {column.name for column in found.values()}))
        self.promises = (_promised(old), _promised(new))
        methods = {version.logic.method if version.logic else None for version in (old, new)}
        self.logic = (
            old.logic.columns if old.logic and len(methods) == 1 else {},
            new.logic.columns if new.logic and len(methods) == 1 else {},
        )

    def likeness(self, old: Column, new: Column) -> float:
        """How much speaks for ``new`` being ``old``; 0 where nothing does."""
        if self.places[0][old.name] != self.places[1][new.name] or not self._has_same_type(old, new):
            return 0
        digest = digest_of(self.logic[0], old)
        return (
            2.0 * (digest is not None and digest == digest_of(self.logic[1], new))
            + 2.0 * _similar_text(old.description, new.description)
            + 1.0 * (bool(self.promises[0][old.name]) and self.promises[0][old.name] == self.promises[1][new.name])
            + _similar_name(old.name, new.name)
        )

    def _has_same_type(self, old: Column, new: Column) -> bool:
        return compare_types(old.data_type, new.data_type, self.adapter).kind == "same"


def _renames(sides: _Sides, removed: Sequence[Column], added: Sequence[Column]) -> dict[str, Column]:
    """New columns by the name of the old ones that they are, one to one, the likeliest first."""
    if max(len(removed), len(added)) > _MOST:
        return {}
    candidates = [
        (-likeness, abs(i - j), i, j)
        for i, old in enumerate(removed)
        for j, new in enumerate(added)
        if (likeness := sides.likeness(old, new))
    ]
    renames: dict[int, int] = {}
    for _, _, i, j in sorted(candidates):
        if i not in renames and j not in renames.values():
            renames[i] = j
    return {removed[i].name: added[j] for i, j in renames.items()}


def _places(version: ProductVersion, staying: Iterable[str]) -> dict[str, int]:
    """Of each column, how many that stay come before it."""
    names, places, place = frozenset(staying), {}, 0
    for column in version.columns:
        places[column.name] = place
        place += column.name in names
    return places


def _promised(version: ProductVersion) -> Mapping[str, frozenset[str]]:
    """What is promised of each column alone."""
    promised: defaultdict[str, set[str]] = defaultdict(set)
    for guarantee in version.guarantees:
        if len(guarantee.columns) == 1:
            promised[guarantee.columns[0]].add(f"{guarantee.kind} {guarantee.arguments}")
    return {column.name: frozenset(promised[column.name]) for column in version.columns}


def _similar_name(old: str, new: str) -> float:
    old, new = old.lower(), new.lower()
    if any(old.startswith(f"{part}_") or old.endswith(f"_{part}") for part in (new,)):
        return 1
    if new.startswith(f"{old}_") or new.endswith(f"_{old}"):
        return 1
    ratio = SequenceMatcher(None, old, new).ratio()
    return ratio if ratio >= _SIMILAR_NAME else 0


def _similar_text(old: str, new: str) -> bool:
    if not old or not new:
        return False
    return same_words(old, new) or SequenceMatcher(None, old, new).ratio() >= _SIMILAR_TEXT


def digest_of(digests: Mapping[str, str], column: Column) -> str | None:
    """The digest of how a column is computed: by its name, or by that in lower case, as tracers fold it."""
    return digests.get(column.name) or digests.get(column.name.lower())


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
