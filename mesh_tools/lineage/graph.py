"""Column lineage across models and projects: where a column comes from, and where it goes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from mesh_tools.model.lineage import EdgeKind, ModelLineage

ANY = "*"
"""In place of a column: which one is not known, since a model was not traced."""
_RISING: tuple[EdgeKind, ...] = ("pass", "rename", "transform", "aggregate")

Place = tuple[str, str]
"""A node, and a column of it."""
_Step = Callable[[Place], Iterable[tuple[Place, EdgeKind | None]]]


class Reached(Struct, frozen=True, kw_only=True):
    """A column that another one is made of, or goes into.

    Attributes:
        node: unique_id.
        column: Its column; :data:`ANY` where a model on the way was not traced.
        kind: The most that is done to the value on the way; ``None`` when that is not known.
        path: From the column that was asked for to this one, both included. The shortest one.
    """

    node: str
    column: str
    kind: EdgeKind | None
    path: tuple[Place, ...]

    @property
    def is_known(self) -> bool:
        """Whether every model on the way was traced."""
        return self.kind is not None


class MeshLineage:
    """The lineage of all models, by unique_id, as a graph over their columns.

    A node without lineage of its own is where lineage ends: a source, a seed, a product whose project is not there.
    """

    def __init__(self, models: Mapping[str, ModelLineage]) -> None:
        self.models = models
        self._into: dict[Place, list[tuple[Place, EdgeKind]]] = {}
        self._readers: dict[str, list[str]] = {}
        for lineage in models.values():
            for node in lineage.reads:
                self._readers.setdefault(node, []).append(lineage.unique_id)
            for column, edges in lineage.columns.items():
                for edge in edges:
                    to = ((lineage.unique_id, column), edge.kind)
                    self._into.setdefault((edge.node, edge.column), []).append(to)

    def upstream(self, node: str, column: str) -> tuple[Reached, ...]:
        """All columns that ``column`` of ``node`` is made of, nearest first."""
        return tuple(self._walk((node, column), self._above))

    def downstream(self, node: str, column: str) -> tuple[Reached, ...]:
        """All columns that are made of ``column`` of ``node``, nearest first."""
        return tuple(self._walk((node, column), self._below))

    def readers(self, node: str) -> tuple[str, ...]:
        """Models that read ``node`` itself, traced or not."""
        return tuple(self._readers.get(node, ()))

    def used_columns(self, reader: str, node: str) -> frozenset[str] | None:
        """The columns of ``node`` that ``reader`` itself uses in any way.

        Returns:
            ``None`` when that is not known: it was not traced, or has a ``*`` over columns that are not known.
        """
        lineage = self.models.get(reader)
        if lineage is None:
            return None
        if not lineage.complete and any(read.node == node and read.hazard == "star" for read in lineage.hazards):
            return None
        return lineage.used_columns(node)

    def unknown(self) -> tuple[ModelLineage, ...]:
        """Models that were not traced, each with its reason."""
        return tuple(lineage for lineage in self.models.values() if not lineage.is_traced)

    def _walk(self, start: Place, step: _Step) -> Iterator[Reached]:
        seen = {start}
        queue: deque[tuple[Place, EdgeKind | None, tuple[Place, ...]]] = deque([(start, "pass", (start,))])
        while queue:
            place, kind, path = queue.popleft()
            for further, edge in step(place):
                if further in seen:
                    continue
                seen.add(further)
                most = None if kind is None or edge is None else max(kind, edge, key=_RISING.index)
                reached = Reached(node=further[0], column=further[1], kind=most, path=(*path, further))
                yield reached
                queue.append((further, most, reached.path))

    def _above(self, place: Place) -> Iterable[tuple[Place, EdgeKind | None]]:
        node, column = place
        lineage = self.models.get(node)
        if lineage is None:
            return []
        if not lineage.is_traced or column == ANY:
            return [((parent, ANY), None) for parent in lineage.reads]
        edges = lineage.columns.get(column)
        if edges is not None:
            return [((edge.node, edge.column), edge.kind) for edge in edges]
        return [] if lineage.complete else [((parent, ANY), None) for parent in lineage.reads]

    def _below(self, place: Place) -> Iterable[tuple[Place, EdgeKind | None]]:
        node, column = place
        for reader in self._readers.get(node, ()):
            if column == ANY or self.used_columns(reader, node) is None:
                yield (reader, ANY), None
        if column != ANY:
            yield from self._into.get(place, ())
