"""Domains for machines: all in one line each, and a document for each with its products."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct

from mesh_tools.site.facts.catalogue import Catalogue, DomainFacts
from mesh_tools.site.facts.graph import Coupling
from mesh_tools.site.facts.product import ProductFacts
from mesh_tools.site.names import domain_page, slug
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer
from mesh_tools.site.twins.documents.overview import (
    CouplingDocument,
    DomainDocument,
    DomainsDocument,
    DomainSummary,
)
from mesh_tools.site.twins.encoding import json_page
from mesh_tools.site.twins.filling import owner_of, project_of, summary_of
from mesh_tools.site.twins.places import Place

_ALL = Place()
_EACH = Place("domains/")


class _ByDomain(Struct, frozen=True):
    products: defaultdict[str, list[ProductFacts]]
    uses: defaultdict[str, list[Coupling]]
    used_by: defaultdict[str, list[Coupling]]


def domain_documents(renderer: Renderer) -> Iterator[Page]:
    """``api/v1/domains.json`` and ``api/v1/domains/<domain>.json``."""
    catalogue = renderer.catalogue
    known = _by_domain(catalogue)
    document = DomainsDocument(
        schema=_ALL.schema("domains"),
        domains=tuple(_summary(domain, known, _ALL) for domain in catalogue.domains),
        cycles=catalogue.map.cycles,
    )
    yield json_page(f"{_ALL.folder}domains.json", document)
    for domain in catalogue.domains:
        yield json_page(f"{_EACH.folder}{slug(domain.name)}.json", _document(domain, known))


def _by_domain(catalogue: Catalogue) -> _ByDomain:
    known = _ByDomain(defaultdict(list), defaultdict(list), defaultdict(list))
    for product in catalogue.products:
        known.products[product.domain].append(product)
    for coupling in catalogue.map.couplings:
        known.uses[coupling.consumer].append(coupling)
        known.used_by[coupling.producer].append(coupling)
    return known


def _summary(domain: DomainFacts, known: _ByDomain, place: Place) -> DomainSummary:
    return DomainSummary(
        name=domain.name,
        url=place.domain(domain.name),
        page=place.page(domain_page(domain.name)),
        badge=place.page(f"badges/domains/{slug(domain.name)}.svg"),
        purpose=domain.purpose,
        owners=tuple(map(owner_of, domain.owners)),
        projects=tuple(project.name for project in domain.projects),
        products=len(known.products[domain.name]),
        uses=tuple(coupling.producer for coupling in known.uses[domain.name]),
        used_by=tuple(coupling.consumer for coupling in known.used_by[domain.name]),
        score=domain.score.score if domain.score else None,
    )


def _document(domain: DomainFacts, known: _ByDomain) -> DomainDocument:
    return DomainDocument(
        schema=_EACH.schema("domain"),
        domain=_summary(domain, known, _EACH),
        projects=tuple(map(project_of, domain.projects)),
        products=tuple(summary_of(product, _EACH) for product in known.products[domain.name]),
        uses=tuple(_couplings(known.uses[domain.name])),
        used_by=tuple(_couplings(known.used_by[domain.name])),
    )


def _couplings(found: list[Coupling]) -> Iterator[CouplingDocument]:
    for coupling in found:
        for ref in coupling.refs:
            yield CouplingDocument(
                product=ref.product,
                producer=coupling.producer,
                consumer=ref.consumer,
                consumer_domain=coupling.consumer,
                page=_EACH.maybe(ref.href),
                models=ref.models,
                pinned=ref.pinned,
            )
