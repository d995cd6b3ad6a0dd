"""Lineage and columns for machines: a document for each domain, so that none grows with the mesh."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.facts.graph import LineageEdge, LineageNode
from mesh_tools.site.names import column_anchor, slug
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer
from mesh_tools.site.twins.documents.overview import (
    ColumnEntry,
    ColumnsDocument,
    LineageDocument,
    LineageEdgeDocument,
    LineageNodeDocument,
)
from mesh_tools.site.twins.encoding import json_page
from mesh_tools.site.twins.places import Place
from mesh_tools.site.twins.products import links_of

_LINEAGE = Place("lineage/")
_COLUMNS = Place("columns/")


def lineage_documents(renderer: Renderer) -> Iterator[Page]:
    """``api/v1/lineage/<domain>.json``."""
    graph = renderer.catalogue.lineage
    into: defaultdict[str, list[LineageEdge]] = defaultdict(list)
    for edge in graph.edges:
        into[graph.nodes[edge.target].domain].append(edge)
    for domain in renderer.catalogue.domains:
        edges = into[domain.name]
        ids = sorted({end for edge in edges for end in (edge.source, edge.target)})
        document = LineageDocument(
            schema=_LINEAGE.schema("lineage"),
            domain=domain.name,
            nodes=tuple(_node(graph.nodes[key]) for key in ids),
            edges=tuple(map(_edge, edges)),
        )
        yield json_page(f"{_LINEAGE.folder}{slug(domain.name)}.json", document)


def _node(node: LineageNode) -> LineageNodeDocument:
    return LineageNodeDocument(
        id=node.id,
        label=node.label,
        kind=node.kind,
        project=node.project,
        domain=node.domain,
        page=_LINEAGE.maybe(node.href),
        reason=node.reason,
    )


def _edge(edge: LineageEdge) -> LineageEdgeDocument:
    return LineageEdgeDocument(
        source=edge.source,
        target=edge.target,
        method=edge.method,
        through=edge.through,
        columns=links_of(edge.columns),
    )


def column_documents(renderer: Renderer) -> Iterator[Page]:
    """``api/v1/columns/<domain>.json``."""
    of_domain = _columns(renderer.catalogue)
    for domain in renderer.catalogue.domains:
        found = sorted(of_domain[domain.name], key=lambda entry: (entry.name, entry.product))
        document = ColumnsDocument(schema=_COLUMNS.schema("columns"), domain=domain.name, columns=tuple(found))
        yield json_page(f"{_COLUMNS.folder}{slug(domain.name)}.json", document)


def _columns(catalogue: Catalogue) -> defaultdict[str, list[ColumnEntry]]:
    found: defaultdict[str, list[ColumnEntry]] = defaultdict(list)
    for product in catalogue.products:
        latest = product.latest
        label = product.label_of(latest)
        page = _COLUMNS.page(product.page_of(latest))
        found[product.domain] += [
            ColumnEntry(
                name=fact.column.name,
                product=label,
                page=f"{page}#{column_anchor(fact.column.name)}",
                type=fact.column.data_type or fact.column.canonical_type,
                unit=fact.column.unit,
                semantic_type=fact.column.semantic_type,
                classification=fact.column.classification,
            )
            for fact in latest.columns
        ]
    return found
