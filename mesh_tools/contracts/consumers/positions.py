"""Readers that depend on columns which they do not name: on their order, or on there being no others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mesh_tools.contracts.consumers.case import Case
from mesh_tools.contracts.consumers.hits import hit_of
from mesh_tools.contracts.consumers.reader import Reader
from mesh_tools.model.change import Change, Hit
from mesh_tools.model.lineage import Hazard, ModelLineage

_WORD = re.compile(r"\w+")


def position_hits(change: Change, reader: Reader, key: str, case: Case) -> Iterator[Hit]:
    """What another column, or another order of the columns, of ``key`` does to ``reader``, by its SQL alone."""
    if reader.kind == "exposure":
        if change.name == "column-order":
            yield hit_of(reader, "unknown", "none", reader.silence)
        return  # it is taken to name its columns
    lineage = case.consumers.lineage.get(reader.unique_id)
    if lineage is None or not lineage.is_traced:
        why = reader.silence or (lineage.reason if lineage else None) or "its SQL was not traced"
        yield hit_of(reader, "unknown", "none", why)
    elif change.name == "column-order":
        yield from _order_hits(reader, key, case)
    else:
        for hazard in _hazards(lineage, key):
            detail = _added(change, reader, hazard, key, case)
            if detail:
                yield hit_of(reader, "dangerous", "usage", detail)


def _hazards(lineage: ModelLineage, key: str) -> set[Hazard]:
    return {read.hazard for read in lineage.hazards if read.node == key}


def _added(change: Change, reader: Reader, hazard: Hazard, key: str, case: Case) -> str:
    """Why a column that is new to ``key`` matters to ``reader``; empty where it does not."""
    names = {name.lower() for name in change.columns}
    if hazard == "star":
        return "selects *: it returns the new column besides"
    if hazard == "positional":
        return "combines its columns by position"
    if hazard == "natural_join":
        others = [case.columns_of(other) for other in reader.reads if other != key]
        known = frozenset().union(*(columns for columns in others if columns))
        return "joins by all columns of one name" if None in others or names & known else ""
    words = {word.lower() for word in _WORD.findall(reader.sql or "")}
    return f"uses the name {', '.join(sorted(names & words))} without saying whose" if names & words else ""


def _order_hits(start: Reader, key: str, case: Case) -> Iterator[Hit]:
    """``start`` and, where it hands the order on by a ``*``, those who read it."""
    waiting: list[tuple[Reader, str, str | None]] = [(start, key, None)]
    seen: set[str] = set()
    while waiting:
        reader, read, through = waiting.pop()
        lineage = case.consumers.lineage.get(reader.unique_id)
        hazards = _hazards(lineage, read) if lineage else set()
        if "positional" in hazards:
            yield hit_of(reader, "dangerous", "usage", "combines its columns by position", through)
        if "star" not in hazards or reader.enforced or reader.stored or reader.key in seen:
            continue  # dbt writes what it stores, and what has a contract, by name
        seen.add(reader.key)
        if reader.is_public:
            yield hit_of(reader, "dangerous", "usage", "selects *: its own columns change their order", through)
        waiting += [(child, reader.unique_id, reader.label) for child in case.graph.children(reader.key)]
