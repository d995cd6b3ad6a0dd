"""The graph over all projects of a mesh.

Nodes are dbt's, by :attr:`~mesh_tools.mesh.summary.NodeSummary.key`: the unique_id, and for what a project holds of
another package (the models of an ordinary package, the guards on stubs) ``unique_id@project``. An edge runs from what
is read to what reads it. Projects may form a cycle while their nodes do not, so builds are planned over nodes: see
:meth:`MeshGraph.waves`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

import rustworkx as rx
from msgspec import Struct

from mesh_tools.errors import MeshError
from mesh_tools.mesh.summary import NodeSummary, ProjectSummary, RelationKey

_Neighbours = Callable[[int], Sequence[int]]
EdgeKind = Literal["ref", "source", "exposure"]


class CrossEdge(Struct, frozen=True, kw_only=True):
    """A node that reads another project's node.

    ``source`` means that the consumer declares a dbt source whose relation another project builds: it reads the
    product past its interface.
    """

    producer: NodeSummary
    consumer: NodeSummary
    kind: EdgeKind


class Wave(Struct, frozen=True, kw_only=True):
    """A project's nodes that can be built together: their keys in the graph, or ``None`` when that is all of them."""

    project: str
    number: int = 1
    nodes: frozenset[str] | None = None


class MeshGraph:
    """Nodes and edges over all projects.

    Attributes:
        nodes: By key.
        external_edges: From products of producers outside the mesh, of which there are stubs alone; by consumer.
        missing: unique_ids that nodes depend on and no project has, each with the keys of those that do.
    """

    def __init__(self, summaries: Iterable[ProjectSummary]) -> None:
        summaries = tuple(summaries)
        self.projects = tuple(summary.project for summary in summaries)
        self.nodes: dict[str, NodeSummary] = _merged(summaries)
        self.external_edges: tuple[CrossEdge, ...] = ()
        self.missing: dict[str, tuple[str, ...]] = {}
        self._graph: rx.PyDiGraph[str, None] = rx.PyDiGraph(multigraph=False)
        self._index = dict(zip(self.nodes, self._graph.add_nodes_from(list(self.nodes)), strict=True))
        self._connect(_external(summaries, self.projects))

    def cross_edges(self) -> tuple[CrossEdge, ...]:
        """Every edge between two projects, ordered by consumer."""
        edges = [
            _edge(producer, consumer)
            for consumer in self.nodes.values()
            for producer in self._inputs(consumer)
            if producer.project != consumer.project
        ]
        return tuple(sorted(edges, key=_order))

    def upstream_projects(self) -> dict[str, tuple[str, ...]]:
        """The projects that each project reads, by name."""
        upstream: dict[str, set[str]] = {project: set() for project in self.projects}
        for edge in self.cross_edges():
            upstream[edge.consumer.project].add(edge.producer.project)
        return {project: tuple(sorted(names)) for project, names in upstream.items()}

    def ancestors(self, key: str) -> frozenset[str]:
        """Everything that ``key`` depends on, across projects.

        Raises:
            KeyError: there is no such node.
        """
        return frozenset(self._graph[i] for i in rx.ancestors(self._graph, self._index[key]))

    def descendants(self, key: str) -> frozenset[str]:
        """Everything that depends on ``key``, across projects.

        Raises:
            KeyError: there is no such node.
        """
        return frozenset(self._graph[i] for i in rx.descendants(self._graph, self._index[key]))

    def upstream_of(self, keys: Iterable[str], steps: int | None = None) -> frozenset[str]:
        """What any of ``keys`` depends on, at most ``steps`` edges away; of ``keys`` those alone that others read.

        Raises:
            KeyError: there is no such node.
        """
        return self._walk(keys, self._graph.predecessor_indices, steps)

    def downstream_of(self, keys: Iterable[str], steps: int | None = None) -> frozenset[str]:
        """What depends on any of ``keys``, at most ``steps`` edges away; of ``keys`` those alone that read others.

        Raises:
            KeyError: there is no such node.
        """
        return self._walk(keys, self._graph.successor_indices, steps)

    def _walk(self, keys: Iterable[str], neighbours: _Neighbours, steps: int | None) -> frozenset[str]:
        seen: set[int] = set()
        layer = {self._index[key] for key in keys}
        while layer and steps != 0:
            layer = {found for index in layer for found in neighbours(index)} - seen
            seen |= layer
            steps = None if steps is None else steps - 1
        return frozenset(self._graph[index] for index in seen)

    def inputs(self) -> dict[str, tuple[str, ...]]:
        """What each node reads itself, by key."""
        graph = self._graph
        return {node: tuple(graph[i] for i in graph.predecessor_indices(index)) for node, index in self._index.items()}

    def node_cycles(self) -> tuple[tuple[NodeSummary, ...], ...]:
        """One readable cycle for each knot of nodes that cannot be built; the first node stands again at the end."""
        cycles = cycles_of(self.inputs())
        return tuple(tuple(self.nodes[key] for key in cycle) for cycle in cycles)

    def project_cycles(self) -> tuple[tuple[str, ...], ...]:
        """One readable cycle for each knot of projects; the first project stands again at the end."""
        return cycles_of(self.upstream_projects())

    def waves(self) -> tuple[Wave, ...]:
        """An order in which everything can be built: each wave after those that it reads.

        A project is one wave unless it is in a cycle of projects; then its nodes are split by how often their
        longest path from outside changes project.

        Raises:
            MeshError: nodes form a cycle.
        """
        for cycle in self.node_cycles():
            path = " -> ".join(node.label for node in cycle)
            raise MeshError(f"models read each other in a circle: {path}", hint="take one of these refs away")
        upstream = self.upstream_projects()
        waves: list[Wave] = []
        for knot in knots_of(upstream):
            if len(knot) == 1:
                waves.append(Wave(project=knot[0]))
            else:
                waves += self._split(set(knot))
        return tuple(waves)

    def _split(self, projects: set[str]) -> list[Wave]:
        number: dict[str, int] = {}
        for index in rx.topological_sort(self._graph):
            node = self.nodes[self._graph[index]]
            if node.project in projects:
                before = [up for up in self._inputs(node) if up.key in number]
                changes = (number[up.key] + (up.project != node.project) for up in before)
                number[node.key] = max(changes, default=1)
        members: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
        for key, wave in number.items():
            members[wave, self.nodes[key].project].add(key)
        return [
            Wave(project=project, number=wave, nodes=frozenset(members[wave, project]))
            for wave, project in sorted(members)
        ]

    def _inputs(self, node: NodeSummary) -> list[NodeSummary]:
        return [self.nodes[self._graph[i]] for i in self._graph.predecessor_indices(self._index[node.key])]

    def _connect(self, external: Mapping[str, NodeSummary]) -> None:
        missing: defaultdict[str, list[str]] = defaultdict(list)
        edges: list[CrossEdge] = []
        for node in self.nodes.values():
            for unique_id in node.depends_on:
                parent = next((key for key in node.input_keys(unique_id) if key in self._index), None)
                if parent is not None:
                    self._add_edge(parent, node)
                elif unique_id in external:
                    edges.append(_edge(external[unique_id], node))
                elif unique_id.startswith(("model.", "seed.", "snapshot.", "source.")):
                    missing[unique_id].append(node.key)
        for builders, source in self._built_sources():
            if source.project not in builders:
                self._add_edge(next(reversed(builders.values())), source)
        self.external_edges = tuple(sorted(edges, key=_order))
        self.missing = {unique_id: tuple(readers) for unique_id, readers in sorted(missing.items())}

    def _add_edge(self, producer: str, consumer: NodeSummary) -> None:
        self._graph.add_edge(self._index[producer], self._index[consumer.key], None)

    def _built_sources(self) -> Iterator[tuple[dict[str, str], NodeSummary]]:
        """The sources whose relations projects build, each with the keys of what builds it, by project."""
        builders: defaultdict[RelationKey, dict[str, str]] = defaultdict(dict)
        for node in self.nodes.values():
            if node.relation and node.holds_data and node.resource_type != "source":
                builders[node.relation][node.project] = node.key
        for node in self.nodes.values():
            if node.resource_type == "source" and node.relation and node.relation in builders:
                yield builders[node.relation], node


def knots_of(upstream: Mapping[str, Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """The strongly connected components of a graph given as node -> what it reads, in an order to build them.

    Of those that are free to go, the one named first in ``upstream`` comes first.
    """
    graph, _ = _digraph(upstream)
    components = [tuple(sorted(graph[i] for i in component)) for component in rx.strongly_connected_components(graph)]
    component_of = {name: component for component in components for name in component}
    rank = {name: position for position, name in enumerate(upstream)}
    order: dict[tuple[str, ...], None] = {}
    remaining = sorted(components, key=lambda component: min(rank.get(name, len(rank)) for name in component))
    while remaining:
        ready = next(
            component
            for component in remaining
            if all(
                component_of[up] in order or component_of[up] == component
                for name in component
                for up in upstream.get(name, ())
            )
        )
        order[ready] = None
        remaining.remove(ready)
    return tuple(order)


def cycles_of(upstream: Mapping[str, Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """One shortest cycle through each knot of a graph given as node -> what it reads, in the direction of the data."""
    graph, index = _digraph(upstream)
    cycles: list[tuple[str, ...]] = []
    for component in rx.strongly_connected_components(graph):
        first = min(graph[i] for i in component)
        if graph.has_edge(index[first], index[first]):
            cycles.append((first, first))
        elif len(component) > 1:
            cycles.append(_shortest_cycle(graph.subgraph(list(component)), first))
    return tuple(sorted(cycles))


def _shortest_cycle(graph: rx.PyDiGraph[str, None], start: str) -> tuple[str, ...]:
    origin = next(i for i in graph.node_indices() if graph[i] == start)
    paths = rx.digraph_dijkstra_shortest_paths(graph, origin, None, None, 1.0)
    closing = [paths[i] for i in graph.predecessor_indices(origin)]
    shortest = min(closing, key=lambda path: (len(path), [graph[i] for i in path]))
    return (*(graph[i] for i in shortest), start)


def _digraph(upstream: Mapping[str, Iterable[str]]) -> tuple[rx.PyDiGraph[str, None], dict[str, int]]:
    names = dict.fromkeys((*upstream, *(name for names in upstream.values() for name in names)))
    graph: rx.PyDiGraph[str, None] = rx.PyDiGraph(multigraph=False)
    index = dict(zip(names, graph.add_nodes_from(list(names)), strict=True))
    graph.add_edges_from([(index[up], index[name], None) for name, ups in upstream.items() for up in ups])
    return graph, index


def _merged(summaries: Iterable[ProjectSummary]) -> dict[str, NodeSummary]:
    """All nodes by key, except what a project holds of a relation that another one has: it may be a bare stub."""
    nodes = {node.key: node for summary in summaries for node in summary.nodes.values()}
    return {
        key: node
        for key, node in nodes.items()
        if key == node.unique_id or not node.holds_data or node.unique_id not in nodes
    }


def _external(summaries: Iterable[ProjectSummary], projects: Iterable[str]) -> dict[str, NodeSummary]:
    """The stubs of producers that have no summary, by unique_id."""
    stubs = {unique_id: stub for summary in summaries for unique_id, stub in summary.stubs.items()}
    return {unique_id: stub for unique_id, stub in stubs.items() if stub.project not in projects}


def _edge(producer: NodeSummary, consumer: NodeSummary) -> CrossEdge:
    return CrossEdge(producer=producer, consumer=consumer, kind=_kind(producer, consumer))


def _order(edge: CrossEdge) -> tuple[str, ...]:
    return (edge.consumer.unique_id, edge.consumer.project, edge.producer.unique_id, edge.producer.project)


def _kind(producer: NodeSummary, consumer: NodeSummary) -> EdgeKind:
    if consumer.resource_type == "source" and producer.resource_type != "source":
        return "source"
    return "exposure" if consumer.resource_type == "exposure" else "ref"
