"""A document for each product."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mesh_tools.model.interface import Guarantee, Owner
from mesh_tools.site.facts.graph import ColumnLink, LineageEdge, LineageGraph, LineageNode
from mesh_tools.site.facts.product import ColumnFacts, ConsumerFacts, Origin, ProductFacts, VersionFacts
from mesh_tools.site.gather.lineage_index import LineageIndex
from mesh_tools.site.names import column_anchor, twin_name
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer
from mesh_tools.site.twins.documents.product import (
    CheckDocument,
    ColumnDocument,
    ConsumerDocument,
    FreshnessDocument,
    GuaranteeDocument,
    LinkDocument,
    NeighbourDocument,
    OriginDocument,
    ProductDocument,
    RelationDocument,
    SampleDocument,
    VersionDocument,
)
from mesh_tools.site.twins.encoding import json_page
from mesh_tools.site.twins.filling import owner_of, release_of, score_of
from mesh_tools.site.twins.places import Place

_PLACE = Place("products/")
_NOBODY = Owner()


def product_documents(renderer: Renderer) -> Iterator[Page]:
    """``api/v1/products/<domain>.<name>.json``: all that the pages of the product show."""
    graph = renderer.catalogue.lineage
    index = renderer.lineage
    for product in renderer.catalogue.products:
        path = f"{_PLACE.folder}{twin_name(product)}.json"
        yield json_page(path, product_document(product, graph, index))


def product_document(product: ProductFacts, graph: LineageGraph, index: LineageIndex) -> ProductDocument:
    """The whole of a product."""
    twin = twin_name(product)
    promised = product.product
    changes = _PLACE.page(f"{product.folder}changes.html")
    return ProductDocument(
        schema=_PLACE.schema("product"),
        label=product.label,
        domain=product.domain,
        project=product.project,
        name=product.name,
        page=_PLACE.page(product.folder + "index.html"),
        badge=_PLACE.page(f"badges/{twin}.svg"),
        tile=_PLACE.page(f"embed/{twin}.html"),
        owner=owner_of(product.owner),
        group=promised.group,
        allowed_consumers=promised.allowed_consumers,
        renamed_from=promised.renamed_from,
        built_at=product.built_at,
        versions=tuple(_version(product, version, graph, index) for version in product.versions),
        releases=tuple(release_of(release, changes) for release in product.releases),
    )


def _version(product: ProductFacts, facts: VersionFacts, graph: LineageGraph, index: LineageIndex) -> VersionDocument:
    version = facts.version
    page = _PLACE.page(product.page_of(facts))
    nodes = graph.nodes
    return VersionDocument(
        v=version.v,
        label=product.label_of(facts),
        page=page,
        latest=facts.latest,
        status=facts.status,
        deprecation_date=version.deprecation_date,
        days_left=facts.days_left,
        successor=facts.successor,
        semantic_version=version.semantic_version,
        contract=version.contract,
        materialized=version.materialized,
        description=version.description,
        scope=version.scope,
        grain=version.grain,
        columns=tuple(_column(column, page) for column in facts.columns),
        guarantees=tuple(map(_guarantee, facts.shared)),
        freshness=_freshness(facts),
        retention=version.retention,
        tier=version.tier,
        row_policy=version.row_policy,
        physical=version.physical,
        tags=version.tags,
        relation=_relation(facts),
        readers=facts.readers,
        consumers=tuple(map(_consumer, facts.consumers)),
        checks=tuple(
            CheckDocument(
                name=check.name,
                columns=check.columns,
                status=check.status,
                severity=check.severity,
                failures=check.failures,
                ran_at=check.ran_at,
            )
            for check in facts.checks
        ),
        score=score_of(facts.score),
        sample=_sample(facts),
        upstream=tuple(_neighbour(nodes[edge.source], edge) for edge in index.upstream.get(facts.lineage, ())),
        downstream=tuple(_neighbour(nodes[edge.target], edge) for edge in index.downstream.get(facts.lineage, ())),
    )


def _column(facts: ColumnFacts, page: str) -> ColumnDocument:
    column = facts.column
    return ColumnDocument(
        name=column.name,
        page=f"{page}#{column_anchor(column.name)}",
        type=column.data_type or column.canonical_type,
        canonical_type=column.canonical_type,
        nullable=column.nullable,
        description=facts.description,
        described_at=_origin(facts.inherited) if facts.inherited else None,
        classification=column.classification,
        unit=column.unit,
        timezone=column.timezone,
        currency=column.currency,
        encoding=column.encoding,
        semantic_type=column.semantic_type,
        closed=column.closed,
        policies=column.policies,
        deprecated_until=column.deprecated_until,
        tags=column.tags,
        guarantees=tuple(map(_guarantee, facts.guarantees)),
        origins=tuple(map(_origin, facts.origins)),
        readers=facts.readers,
    )


def _guarantee(guarantee: Guarantee) -> GuaranteeDocument:
    return GuaranteeDocument(
        kind=guarantee.kind,
        columns=guarantee.columns,
        arguments=guarantee.arguments,
        carrier=guarantee.carrier,
        severity=guarantee.severity,
        enforced=guarantee.enforced,
    )


def _origin(origin: Origin) -> OriginDocument:
    return OriginDocument(label=origin.label, page=_PLACE.maybe(origin.href), kind=origin.kind)


def _consumer(consumer: ConsumerFacts) -> ConsumerDocument:
    return ConsumerDocument(
        project=consumer.project,
        domain=consumer.domain,
        name=consumer.name,
        kind=consumer.kind,
        page=_PLACE.maybe(consumer.href),
        url=consumer.url,
        owner=owner_of(consumer.owner) if consumer.owner != _NOBODY else None,
        models=consumer.models,
        pinned=consumer.pinned,
        selected=consumer.selected,
        filtered=consumer.filtered,
        hazards=consumer.hazards,
    )


def _freshness(facts: VersionFacts) -> FreshnessDocument | None:
    promised = facts.version.freshness
    if promised is None:
        return None
    return FreshnessDocument(
        count=promised.count,
        period=promised.period,
        column=promised.column,
        state=facts.promise or "unknown",
        age_hours=facts.age_hours,
    )


def _relation(facts: VersionFacts) -> RelationDocument | None:
    """Without its grants: who may read what is between the owner and them."""
    lies = facts.relation
    if lies is None:
        return None
    return RelationDocument(database=lies.database, schema=lies.schema, identifier=lies.identifier)


def _sample(facts: VersionFacts) -> SampleDocument:
    sample = facts.sample
    return SampleDocument(
        dependencies=sample.dependencies,
        packages=sample.packages,
        ref=sample.ref,
        model=sample.model,
        sql=sample.sql,
        python=sample.python,
    )


def _neighbour(node: LineageNode, edge: LineageEdge) -> NeighbourDocument:
    return NeighbourDocument(
        label=node.label,
        kind=node.kind,
        project=node.project,
        domain=node.domain,
        page=_PLACE.maybe(node.href),
        method=edge.method,
        through=edge.through,
        columns=links_of(edge.columns),
    )


def links_of(columns: Sequence[ColumnLink]) -> tuple[LinkDocument, ...]:
    """Which columns go where."""
    return tuple(LinkDocument(column=link.column, to=link.to, kind=link.kind) for link in columns)
