"""The page of each domain, and the list of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct

from mesh_tools.site.facts.catalogue import DomainFacts
from mesh_tools.site.facts.graph import Coupling
from mesh_tools.site.facts.product import ProductFacts, VersionFacts
from mesh_tools.site.names import domain_page
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer

_LOSSES = 5
_PRODUCTS = 500
"""Rows of a table; a domain with more has them among all products, filtered."""


class Ending(Struct, frozen=True):
    """A version that has an end, and how many of a domain's models use it (all, when it is the domain's own)."""

    product: ProductFacts
    version: VersionFacts
    readers: int


def domain_pages(renderer: Renderer) -> Iterator[Page]:
    """``domains.html``, and ``domains/<domain>/index.html`` of each."""
    catalogue = renderer.catalogue
    products: defaultdict[str, list[ProductFacts]] = defaultdict(list)
    for product in catalogue.products:
        products[product.domain].append(product)
    reads: defaultdict[str, list[Coupling]] = defaultdict(list)
    read_by: defaultdict[str, list[Coupling]] = defaultdict(list)
    for coupling in catalogue.map.couplings:
        reads[coupling.consumer].append(coupling)
        read_by[coupling.producer].append(coupling)
    ending = _ending(catalogue.products)
    yield renderer.page("domains.html", "domains.html", nav="map", products=products)
    for domain in catalogue.domains:
        own = products[domain.name]
        yield renderer.page(
            "domain.html",
            domain_page(domain.name),
            nav="map",
            domain=domain,
            products=own[:_PRODUCTS],
            total=len(own),
            reads=reads[domain.name],
            read_by=read_by[domain.name],
            ours=[Ending(product, version, version.readers) for product, version in ending if product in own],
            theirs=_theirs(domain, ending),
            losses=domain.score.losses[:_LOSSES] if domain.score else (),
        )


def _ending(products: tuple[ProductFacts, ...]) -> list[tuple[ProductFacts, VersionFacts]]:
    """Versions that have an end, the nearest first."""
    found = [(p, version) for p in products for version in p.versions if version.days_left is not None]
    return sorted(found, key=lambda pair: (pair[1].days_left or 0, pair[0].label))


def _theirs(domain: DomainFacts, ending: list[tuple[ProductFacts, VersionFacts]]) -> list[Ending]:
    """What the domain uses of others, and will not be there for ever."""
    return [
        Ending(product, version, readers)
        for product, version in ending
        if product.domain != domain.name
        and (readers := sum(one.models for one in version.consumers if one.domain == domain.name))
    ]
