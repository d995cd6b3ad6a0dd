"""The lineage of the site: every node for those who may see all, else products and who uses them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from mesh_tools.artifacts.reading import collector_paused
from mesh_tools.contracts.impact.impact import Known
from mesh_tools.model.interface import Version
from mesh_tools.model.lineage import EdgeKind, UseKind
from mesh_tools.site.facts.graph import ColumnLink, LineageEdge, LineageGraph, LineageNode, TracedShare
from mesh_tools.site.gather.lineage_boxes import TRACEABLE, Box, Names, boxes_of
from mesh_tools.site.gather.lineage_internals import Internals, internals
from mesh_tools.site.gather.lineage_paths import Arrival, Composer

Href = Callable[[str, str, Version | None], str | None]
_Link = tuple[str, str, EdgeKind | UseKind]


def lineage_graph(
    known: Known,
    *,
    shows_all: bool,
    href_of: Href,
    domain_of: Callable[[str], str],
) -> LineageGraph:
    """All that the reader of the site may know of lineage.

    Args:
        known: About the mesh: manifests with their lineage, or interfaces alone.
        shows_all: Whether models, seeds, snapshots and sources are shown that are not public. Else lineage leads from
            product to product through them, and what ends within a project is counted.
        href_of: The page of a model by project, name and version, relative to the root of the site.
        domain_of: From a project to its domain.
    """
    with collector_paused():  # values alone, and many
        return _Gathering(known, shows_all=shows_all, href_of=href_of, domain_of=domain_of).graph()


class _Gathering:
    def __init__(
        self,
        known: Known,
        *,
        shows_all: bool,
        href_of: Href,
        domain_of: Callable[[str], str],
    ) -> None:
        self._boxes = boxes_of(known, shows_all=shows_all)
        self._names = Names(known.manifests, known.interfaces)
        self._href_of = href_of
        self._domain_of = domain_of
        origins = (
            {} if shows_all else {key: _origin(box.node.project) for key, box in self._boxes.items() if box.is_origin}
        )
        self._origins = {origins[key]: self._boxes[key].node.project for key in origins}
        self._composer = Composer(self._boxes, origins)
        self._shows_all = shows_all
        self._ids = _ids(self._boxes.values()) | {key: f"{name} (sources)" for key, name in self._origins.items()}
        self._columns = {key: self._names.columns(box) for key, box in self._boxes.items() if box.shown}
        self._causes: dict[str, str] = {}

    def graph(self) -> LineageGraph:
        edges: list[LineageEdge] = []
        reached: set[tuple[str, str, str]] = set()
        for arrival in self._composer.arrivals():
            project = self._boxes[arrival.key].node.project
            reached.update((key, link[0], project) for key, links in arrival.columns.items() for link in links)
            edges += self._edges(arrival)
        counted = [] if self._shows_all else list(internals(self._boxes, self._composer.resolved, reached))
        edges += [edge for found in counted for edge in self._internal_edges(found)]
        edges.sort(key=lambda edge: (edge.target, edge.source))
        nodes = {node.id: node for node in (*self._shown(), *self._origin_nodes(edges), *map(self._counted, counted))}
        return LineageGraph(
            nodes=dict(sorted(nodes.items())), edges=tuple(edges), shares=_shares(self._boxes, self._domain_of)
        )

    def _edges(self, arrival: Arrival) -> Iterator[LineageEdge]:
        if arrival.cause and self._boxes[arrival.key].kind != "exposure":
            self._causes[arrival.key] = arrival.cause
        for source, (method, through) in arrival.pairs.items():
            links = tuple(self._link(source, arrival.key, link) for link in arrival.columns.get(source, ()))
            yield LineageEdge(
                source=self._ids[source], target=self._ids[arrival.key], method=method, columns=links, through=through
            )

    def _link(self, source: str, target: str, link: _Link) -> ColumnLink:
        column, to, kind = link
        return ColumnLink(self._named(source, column), self._named(target, to), kind)

    def _named(self, key: str, column: str) -> str:
        """As pages call it; a column that nothing declares is known from those who read it."""
        if not column or key not in self._columns:
            return column
        return self._columns[key].setdefault(column, column)

    def _internal_edges(self, found: Internals) -> Iterator[LineageEdge]:
        for source, method in found.methods.items():
            links = tuple(ColumnLink(self._named(source, column), "", kind) for column, kind in found.columns[source])
            yield LineageEdge(source=self._ids[source], target=_internal(found.project), method=method, columns=links)

    def _shown(self) -> Iterator[LineageNode]:
        for key, box in self._boxes.items():
            if box.shown:
                node = box.node
                name, v = self._names.version(node)
                yield LineageNode(
                    id=self._ids[key],
                    label=_label(box),
                    kind=box.kind,
                    project=node.project,
                    domain=self._domain_of(node.project),
                    href=self._href_of(node.project, name, v) if self._names.has_page(node) else None,
                    columns=tuple(self._columns[key].values()),
                    reason=self._causes.get(key),
                )

    def _origin_nodes(self, edges: Iterable[LineageEdge]) -> Iterator[LineageNode]:
        used = {edge.source for edge in edges}
        for key, project in self._origins.items():
            if self._ids[key] in used:
                yield self._hidden_node(self._ids[key], f"sources of {project}", project)

    def _counted(self, found: Internals) -> LineageNode:
        label = f"{found.models} internal model{'s' if found.models > 1 else ''} of {found.project}"
        return self._hidden_node(_internal(found.project), label, found.project, found.cause)

    def _hidden_node(self, name: str, label: str, project: str, reason: str | None = None) -> LineageNode:
        domain = self._domain_of(project)
        return LineageNode(id=name, label=label, kind="internal", project=project, domain=domain, reason=reason)


def _origin(project: str) -> str:
    return f"origin:{project}"


def _internal(project: str) -> str:
    return f"{project} (internal)"


def _label(box: Box) -> str:
    return f"{box.node.project}.{box.node.name.removeprefix('exposure:')}"


def _ids(boxes: Iterable[Box]) -> dict[str, str]:
    """The label of what is shown; where several have one label, the kind tells the others from the first."""
    shown = sorted((box for box in boxes if box.shown), key=lambda box: (box.kind != "product", box.node.key))
    taken: Counter[str] = Counter()
    ids: dict[str, str] = {}
    for box in shown:
        label = _label(box)
        if taken[label]:
            label = f"{label} ({box.kind})"
        if taken[label]:
            label = f"{label} {taken[label]}"
        taken[_label(box)] += 1
        taken[label] += label != _label(box)
        ids[box.node.key] = label
    return ids


def _shares(boxes: Mapping[str, Box], domain_of: Callable[[str], str]) -> tuple[TracedShare, ...]:
    """Of all models, also of those that are not shown."""
    models: Counter[str] = Counter()
    traced: Counter[str] = Counter()
    for box in boxes.values():
        node = box.node
        # Of what published, only readers tell whether they were traced.
        if node.kind in TRACEABLE and (node.evidence != "published" or node.consumptions):
            domain = domain_of(node.project)
            models[domain] += 1
            traced[domain] += box.method != "table"
    return tuple(TracedShare(domain=name, traced=traced[name], models=models[name]) for name in sorted(models))
