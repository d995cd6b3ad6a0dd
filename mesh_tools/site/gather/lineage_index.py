"""What pages ask of a lineage: what lies beside a node, and where a column comes from."""

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


class LineageIndex:
    """A lineage, ready to be asked; made once, each answer is then a look-up.

    Args:
        graph: The lineage.
    """

    def __init__(self, graph: LineageGraph) -> None:
        self._graph = graph
        self._into: dict[tuple[str, str], list[OriginColumn]] = defaultdict(list)
        self.upstream: dict[str, list[LineageEdge]] = defaultdict(list)
        self.downstream: dict[str, list[LineageEdge]] = defaultdict(list)
        for edge in graph.edges:
            self._add(edge)

    def _add(self, edge: LineageEdge) -> None:
        self.upstream[edge.target].append(edge)
        self.downstream[edge.source].append(edge)
        source = self._graph.nodes[edge.source]
        for link in edge.columns:
            if link.to:
                origin = OriginColumn(node=source, column=link.column, kind=link.kind)
                self._into[edge.target, link.to].append(origin)

    def origins_of(self, node: str, column: str) -> tuple[OriginColumn, ...]:
        """The columns next upstream that ``column`` of the node with the id ``node`` is made of."""
        return tuple(self._into.get((node, column), ()))
