"""Columns that have another name: what was removed and what was added, where much speaks for their being one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import product

from msgspec import Struct

from mesh_tools.contracts.pairs.words import words_of
from mesh_tools.model.interface import Column, ProductVersion
from mesh_tools.sqltypes import canonical_type

_SIMILAR_NAME = 0.7  # of SequenceMatcher's ratio
_SIMILAR_TEXT = 0.75  # of the words of the longer one
_FEW = 16  # pairs
_MOST = 200  # columns that took the place of as many others: beyond it is another table


class _Traits(Struct, frozen=True):
    """What is compared of a column besides its place and its type."""

    index: int
    name: str
    words: frozenset[str]
    promised: frozenset[str]
    digest: str | None


def renamed_columns(
    old: ProductVersion, new: ProductVersion, found: Mapping[str, Column], adapter: str | None
) -> dict[str, Column]:
    """New columns by the name of the old ones that they are, one to one, the likeliest first.

    A column is taken to be renamed when one of the same type stands in the same place among the columns that stay, and
    the same is promised or said of it, it is computed in the same way, or its name is similar.

    Args:
        old: The version before.
        new: The version now.
        found: New columns by the name of the old ones, as far as their names tell.
        adapter: dbt's name of the warehouse.
    """
    staying = {column.name for column in found.values()}
    if max(len(old.columns), len(new.columns)) - len(staying) > _MOST:
        return {}
    methods = {version.logic.method if version.logic else None for version in (old, new)}
    before, after = (
        _by_place(version, frozenset(names), adapter, with_logic=len(methods) == 1)
        for version, names in ((old, found), (new, staying))
    )
    renames: dict[int, int] = {}
    _add_likeliest(renames, (pair for key in before for pair in product(before[key], after.get(key, ()))), _likeness)
    # Letters are compared only where nothing else speaks, since that takes long.
    taken = frozenset(renames.values())
    _add_likeliest(
        renames,
        (
            pair
            for key, columns in before.items()
            for pair in _few_pairs(
                [column for column in columns if column.index not in renames],
                [column for column in after.get(key, ()) if column.index not in taken],
            )
        ),
        lambda one, other: _similar_name(one.name, other.name),
    )
    return {old.columns[i].name: new.columns[j] for i, j in renames.items()}


def _add_likeliest(
    renames: dict[int, int], pairs: Iterable[tuple[_Traits, _Traits]], likeness: Callable[[_Traits, _Traits], float]
) -> None:
    """Add to ``renames`` the pairs that are alike, one to one, the likeliest first, then the nearest."""
    candidates = [
        (-found, abs(one.index - other.index), one.index, other.index)
        for one, other in pairs
        if (found := likeness(one, other))
    ]
    taken = set(renames.values())
    for _, _, i, j in sorted(candidates):
        if i not in renames and j not in taken:
            renames[i] = j
            taken.add(j)


def _few_pairs(before: Sequence[_Traits], after: Sequence[_Traits]) -> Iterable[tuple[_Traits, _Traits]]:
    """All pairs of few columns; of many those alone that are in the same order."""
    return product(before, after) if len(before) * len(after) <= _FEW else zip(before, after, strict=False)


def digest_of(digests: Mapping[str, str], column: Column) -> str | None:
    """The digest of how a column is computed: by its name, or by that in lower case, as tracers fold it."""
    return digests.get(column.name) or digests.get(column.name.lower())


def _by_place(
    version: ProductVersion, staying: frozenset[str], adapter: str | None, *, with_logic: bool
) -> dict[tuple[int, str], list[_Traits]]:
    """The columns that do not stay, by how many that stay come before them, and by their type."""
    places: defaultdict[tuple[int, str], list[_Traits]] = defaultdict(list)
    promised = _promised(version, staying)
    digests = version.logic.columns if version.logic and with_logic else {}
    place = 0
    for index, column in enumerate(version.columns):
        if column.name in staying:
            place += 1
            continue
        traits = _Traits(
            index,
            column.name.lower(),
            frozenset(words_of(column.description).split()),
            frozenset(promised[column.name]),
            digest_of(digests, column),
        )
        places[place, _type_key(column.data_type, adapter)].append(traits)
    return places


def _type_key(data_type: str | None, adapter: str | None) -> str:
    """The same for types that are the same, by whatever name."""
    return canonical_type(data_type, adapter) or "".join((data_type or "").lower().split())


def _promised(version: ProductVersion, staying: frozenset[str]) -> Mapping[str, set[str]]:
    """What is promised of each column alone."""
    promised: defaultdict[str, set[str]] = defaultdict(set)
    for guarantee in version.guarantees:
        if len(guarantee.columns) == 1 and guarantee.columns[0] not in staying:
            promised[guarantee.columns[0]].add(f"{guarantee.kind} {guarantee.arguments}")
    return promised


def _likeness(old: _Traits, new: _Traits) -> float:
    """How much speaks for ``new`` being ``old``, besides the letters of their names; 0 where nothing does."""
    return (
        2.0 * (old.digest is not None and old.digest == new.digest)
        + 2.0 * (len(old.words & new.words) >= _SIMILAR_TEXT * max(len(old.words), len(new.words), 1))
        + 1.0 * (bool(old.promised) and old.promised == new.promised)
        + 1.0 * (_extends(old.name, new.name) or _extends(new.name, old.name))
    )


def _extends(name: str, part: str) -> bool:
    return part in name and (name.startswith(f"{part}_") or name.endswith(f"_{part}"))


def _similar_name(old: str, new: str) -> float:
    ratio = SequenceMatcher(None, old, new).ratio()
    return ratio if ratio >= _SIMILAR_NAME else 0
