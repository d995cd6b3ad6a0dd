"""The explorer of column lineage, what is traced and what is not, and how lineage is made."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from msgspec import Struct

from mesh_tools.site.facts.graph import LineageGraph, LineageNode, Method, TracedShare
from mesh_tools.site.gather.lineage_index import LineageIndex
from mesh_tools.site.gather.lineage_paths import METHODS
from mesh_tools.site.output import Page
from mesh_tools.site.pages.lineage_shards import bucket_count, shards
from mesh_tools.site.render import Renderer

SHOWN_OF_A_DOMAIN = 4
"""Untraced nodes of a domain on the explorer's page; all of them are on pages of their own."""
ROWS_OF_A_PAGE = 250
_NEIGHBOURS = 12  # of the node that is drawn first: more are no picture


class UntracedGroup(Struct, frozen=True, kw_only=True):
    """Nodes of one domain whose columns are not traced.

    Attributes:
        domain: Of the nodes.
        first: Some of them.
        total: How many there are.
    """

    domain: str
    first: tuple[LineageNode, ...]
    total: int


def lineage_pages(renderer: Renderer) -> Iterator[Page]:
    """``lineage.html``, the data of its drawing, and the list of what is not traced where that is long."""
    graph = renderer.catalogue.lineage
    index = renderer.lineage
    untraced = sorted(
        (node for node in graph.nodes.values() if node.reason is not None),
        key=lambda node: (node.domain, node.label, node.id),
    )
    groups = _groups(untraced)
    pages = _untraced_pages(untraced) if any(group.total > len(group.first) for group in groups) else []
    yield renderer.page(
        "lineage.html",
        "lineage.html",
        nav="lineage",
        graph=graph,
        buckets=bucket_count(graph),
        start=first_node(graph, index),
        shares=graph.shares,
        total=_total(graph.shares),
        groups=groups,
        untraced=len(untraced),
        untraced_page=pages[0][0] if pages else None,
        methods=_methods(graph),
        gaps=[gap for gap in renderer.catalogue.gaps if gap.about == "lineage"],
    )
    for number, (path, nodes) in enumerate(pages):
        yield renderer.page(
            "lineage_untraced.html",
            path,
            nav="lineage",
            nodes=nodes,
            number=number + 1,
            paths=[other for other, _ in pages],
            total=len(untraced),
        )
    yield from shards(graph, index)


def first_node(graph: LineageGraph, index: LineageIndex) -> str:
    """The id of what is drawn when nobody asked for anything: a product that shows what lineage is."""

    def worth(node: LineageNode) -> tuple[bool, int]:
        up, down = len(index.upstream.get(node.id, ())), len(index.downstream.get(node.id, ()))
        return bool(up and down), up + down if up + down <= _NEIGHBOURS else -up - down

    products = [node for node in graph.nodes.values() if node.kind == "product"] or list(graph.nodes.values())
    return max(products, key=worth).id if products else ""


def _groups(untraced: list[LineageNode]) -> list[UntracedGroup]:
    by_domain: defaultdict[str, list[LineageNode]] = defaultdict(list)
    for node in untraced:
        by_domain[node.domain].append(node)
    return [
        UntracedGroup(domain=domain, first=tuple(nodes[:SHOWN_OF_A_DOMAIN]), total=len(nodes))
        for domain, nodes in by_domain.items()
    ]


def _untraced_pages(untraced: list[LineageNode]) -> list[tuple[str, list[LineageNode]]]:
    starts = range(0, len(untraced), ROWS_OF_A_PAGE)
    return [
        (f"lineage/untraced-{number}.html", untraced[start : start + ROWS_OF_A_PAGE])
        for number, start in enumerate(starts, 1)
    ]


def _total(shares: tuple[TracedShare, ...]) -> TracedShare:
    return TracedShare(
        domain="", traced=sum(share.traced for share in shares), models=sum(share.models for share in shares)
    )


def _methods(graph: LineageGraph) -> dict[Method, int]:
    """How many edges are known by each method."""
    counted = Counter(edge.method for edge in graph.edges)
    return {method: counted[method] for method in METHODS}
