"""Documents over all products: how they stand, what changed, what ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mesh_tools.site.facts.product import ProductFacts, VersionFacts
from mesh_tools.site.names import column_anchor
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer
from mesh_tools.site.twins.documents.overview import (
    ChangesDocument,
    DeprecatedColumn,
    DeprecatedVersion,
    DeprecationsDocument,
    ProductsDocument,
    StatusDocument,
    VersionState,
)
from mesh_tools.site.twins.encoding import json_page
from mesh_tools.site.twins.filling import owner_of, project_of, release_of, summary_of
from mesh_tools.site.twins.places import Place

_PLACE = Place()
_NEWEST = 500
_FAILING = frozenset({"fail", "error"})


def products_document(renderer: Renderer) -> Iterator[Page]:
    """``api/v1/products.json``."""
    products = tuple(summary_of(product, _PLACE) for product in renderer.catalogue.products)
    document = ProductsDocument(schema=_PLACE.schema("products"), products=products)
    yield json_page(f"{_PLACE.folder}products.json", document)


def status_document(renderer: Renderer) -> Iterator[Page]:
    """``api/v1/status.json``."""
    catalogue = renderer.catalogue
    states = [_state(product, version) for product in catalogue.products for version in product.versions]
    document = StatusDocument(
        schema=_PLACE.schema("status"),
        as_of=catalogue.as_of.isoformat(),
        promises=dict(Counter(state.freshness for state in states if state.freshness)),
        failing=sum(state.failing > 0 for state in states),
        projects=tuple(project_of(project) for domain in catalogue.domains for project in domain.projects),
        versions=tuple(state for state in states if state.freshness or state.failing),
    )
    yield json_page(f"{_PLACE.folder}status.json", document)


def _state(product: ProductFacts, version: VersionFacts) -> VersionState:
    return VersionState(
        label=product.label_of(version),
        url=_PLACE.product(product),
        page=_PLACE.page(product.page_of(version)),
        domain=product.domain,
        status=version.status,
        freshness=version.promise,
        built_at=product.built_at,
        failing=sum(check.status in _FAILING for check in version.checks),
        tests=len(version.checks),
    )


def changes_document(renderer: Renderer) -> Iterator[Page]:
    """``api/v1/changes.json``."""
    releases = renderer.catalogue.releases
    newest = tuple(release_of(one, _PLACE.maybe(renderer.release_page(one))) for one in releases[:_NEWEST])
    document = ChangesDocument(schema=_PLACE.schema("changes"), total=len(releases), releases=newest)
    yield json_page(f"{_PLACE.folder}changes.json", document)


def deprecations_document(renderer: Renderer) -> Iterator[Page]:
    """``api/v1/deprecations.json``."""
    catalogue = renderer.catalogue
    versions = [_ending(product, version) for product in catalogue.products for version in product.versions]
    columns = [
        one for product in catalogue.products for version in product.versions for one in _columns(product, version)
    ]
    document = DeprecationsDocument(
        schema=_PLACE.schema("deprecations"),
        as_of=catalogue.as_of.isoformat(),
        versions=tuple(sorted(filter(None, versions), key=lambda one: (one.days_left, one.label))),
        columns=tuple(sorted(columns, key=lambda one: (one.ends, one.label, one.column))),
    )
    yield json_page(f"{_PLACE.folder}deprecations.json", document)


def _ending(product: ProductFacts, version: VersionFacts) -> DeprecatedVersion | None:
    if version.days_left is None:
        return None
    successor = product.successor_of(version)
    return DeprecatedVersion(
        label=product.label_of(version),
        url=_PLACE.product(product),
        page=_PLACE.page(product.page_of(version)),
        domain=product.domain,
        owner=owner_of(product.owner),
        ends=version.version.deprecation_date or "",
        days_left=version.days_left,
        successor=version.successor,
        migrate_to=successor.sample.ref if successor else None,
        consumers=version.consuming_projects,
        readers=version.readers,
    )


def _columns(product: ProductFacts, version: VersionFacts) -> Iterator[DeprecatedColumn]:
    for fact in version.columns:
        if fact.column.deprecated_until:
            yield DeprecatedColumn(
                label=product.label_of(version),
                column=fact.column.name,
                page=_PLACE.page(f"{product.page_of(version)}#{column_anchor(fact.column.name)}"),
                ends=fact.column.deprecated_until,
                readers=fact.readers,
            )
