"""What pages ask of a lineage: where a column comes from, and how many use it."""

from __future__ import annotations

from collections import defaultdict

from msgspec import Struct

from mesh_tools.model.lineage import EdgeKind, UseKind
from mesh_tools.site.facts.graph import LineageEdge, LineageGraph, LineageNode


class OriginColumn(Struct, frozen=True, kw_only=True):
    """A column that goes straight into another one.

    Attributes:
        node: Whose it is.
        column: Its name; empty for what stands for all sources of a project.
        kind: What is done to the value.
    """

    node: LineageNode
    column: str
    kind: EdgeKind | UseKind


class Uses(Struct, frozen=True, kw_only=True):
    """Who reads a column.

    Attributes:
        readers: Ids of the nodes of which it is known.
        unknown: Ids of the nodes that read its relation, of which the columns are not known.
    """

    readers: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class LineageIndex:
    """A lineage, ready to be asked; made once, each answer is then a look-up.

    Args:
        graph: The lineage.
    """

    def __init__(self, graph: LineageGraph) -> None:
        self._graph = graph
        self._into: dict[tuple[str, str], list[OriginColumn]] = defaultdict(list)
        self._readers: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self._untraced: dict[str, list[str]] = defaultdict(list)
        self.upstream: dict[str, list[LineageEdge]] = defaultdict(list)
        self.downstream: dict[str, list[LineageEdge]] = defaultdict(list)
        for edge in graph.edges:
            self._add(edge)

    def _add(self, edge: LineageEdge) -> None:
        self.upstream[edge.target].append(edge)
        self.downstream[edge.source].append(edge)
        if edge.method == "table":
            self._untraced[edge.source].append(edge.target)
        source = self._graph.nodes[edge.source]
        for link in edge.columns:
            self._readers[edge.source, link.column][edge.target] = None
            if link.to:
                origin = OriginColumn(node=source, column=link.column, kind=link.kind)
                self._into[edge.target, link.to].append(origin)

    def origins_of(self, node: str, column: str) -> tuple[OriginColumn, ...]:
        """The columns next upstream that ``column`` of the node with the id ``node`` is made of."""
        return tuple(self._into.get((node, column), ()))

    def uses_of(self, node: str, column: str) -> Uses:
        """Who reads ``column`` of the node with the id ``node`` next downstream."""
        readers = self._readers.get((node, column), {})
        unknown = (key for key in self._untraced.get(node, ()) if key not in readers)
        return Uses(readers=tuple(readers), unknown=tuple(unknown))
