"""Which readers use a column, directly or by way of other models, as their lineage has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from mesh_tools.contracts.consumers.reader import Reader, plain
from mesh_tools.model.lineage import ModelLineage


class Use(Struct, frozen=True, kw_only=True):
    """A reader, and what it does with the columns in question.

    Attributes:
        reader: Of the columns, or of columns made of them.
        columns: Which of them it uses; ``None`` when that is not known.
        detail: What it does with them, or why it is not known.
        unchanged: Its own columns that are one of them, by another name at most.
        through: The nearest reader that hands them on; ``None`` where the product itself is read.
    """

    reader: Reader
    columns: tuple[str, ...] | None
    detail: str
    unchanged: frozenset[str] = frozenset()
    through: str | None = None


class Flow:
    """Follows columns of one product version through all that is downstream of it."""

    def __init__(self, key: str, readers: Sequence[Reader], lineage: Mapping[str, ModelLineage]) -> None:
        """``readers``: downstream of ``key``, each after what it reads."""
        self._key = key
        self._readers = readers
        self._lineage = lineage

    def uses(self, columns: Iterable[str]) -> Iterator[Use]:
        """Everyone who uses one of ``columns``, and every direct reader of which that is not known."""
        touched: dict[str, frozenset[str]] = {self._key: frozenset(plain(name) for name in columns)}
        same: dict[str, frozenset[str]] = dict(touched)
        labels: dict[str, str] = {}
        for reader in self._readers:
            lineage = self._lineage.get(reader.unique_id)
            read = dict.fromkeys((*reader.reads, *(lineage.reads if lineage else ())))
            upstream = [key for key in read if key in touched]
            if not upstream:
                continue
            through = None if self._key in upstream else labels[upstream[0]]
            labels[reader.unique_id] = reader.label
            if lineage is None or not lineage.is_traced:
                why = reader.silence or (lineage.reason if lineage else None) or "its SQL was not traced"
                yield Use(reader=reader, columns=None, detail=why, through=through)
                continue
            found = _used(lineage, touched)
            if found:
                touched[reader.unique_id], same[reader.unique_id] = _outputs(lineage, touched), _passed(lineage, same)
                yield Use(
                    reader=reader,
                    columns=tuple(sorted(found)),
                    detail=_words(found),
                    unchanged=same[reader.unique_id],
                    through=through,
                )


def _used(lineage: ModelLineage, touched: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """Columns that are used, each with what is done with it."""
    found: dict[str, str] = {
        use.column: use.kind for use in lineage.indirect if plain(use.column) in touched.get(use.node, frozenset())
    }
    for edges in lineage.columns.values():
        found |= {edge.column: "select" for edge in edges if plain(edge.column) in touched.get(edge.node, frozenset())}
    if not lineage.complete:
        stars = {read.node for read in lineage.hazards if read.hazard == "star"}
        found |= {column: "select *" for node in stars for column in touched.get(node, frozenset())}
    return found


def _outputs(lineage: ModelLineage, touched: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset(
        plain(name)
        for name, edges in lineage.columns.items()
        if any(plain(edge.column) in touched.get(edge.node, frozenset()) for edge in edges)
    )


def _passed(lineage: ModelLineage, same: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset(
        plain(name)
        for name, edges in lineage.columns.items()
        if any(
            edge.kind in {"pass", "rename"} and plain(edge.column) in same.get(edge.node, frozenset()) for edge in edges
        )
    )


def _words(found: Mapping[str, str]) -> str:
    return "uses " + ", ".join(f"{column} ({kind})" for column, kind in sorted(found.items()))
