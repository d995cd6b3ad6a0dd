"""The page of each domain, and the list of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec import Struct

from mesh_tools.site.facts.graph import Coupling
from mesh_tools.site.facts.product import ProductFacts
from mesh_tools.site.names import domain_page
from mesh_tools.site.output import Page
from mesh_tools.site.pages.endings import Ending, by_user, endings_of
from mesh_tools.site.render import Renderer

_LOSSES = 5
_PRODUCTS = 500
"""Rows of a table; a domain with more has them among all products, filtered."""
_ENDINGS = 50
_REFS = 12


class Coverage(Struct, frozen=True):
    """How much there is of one thing that the scores look at, over the latest versions of a domain's products."""

    name: str
    share: float


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
    endings = endings_of(catalogue.products)
    ours: defaultdict[str, list[Ending]] = defaultdict(list)
    for ending in endings:
        ours[ending.product.domain].append(ending)
    theirs = by_user(endings)
    yield renderer.page(
        "domains.html", "domains.html", nav="map", products=products, reads=reads, read_by=read_by, endings=ours
    )
    for domain in catalogue.domains:
        own = products[domain.name]
        yield renderer.page(
            "domain.html",
            domain_page(domain.name),
            nav="map",
            domain=domain,
            products=own[:_PRODUCTS],
            total=len(own),
            reads=_strongest(reads[domain.name]),
            read_by=_strongest(read_by[domain.name]),
            most_refs=_REFS,
            ours=ours[domain.name],
            theirs=theirs.get(domain.name, []),
            most_endings=_ENDINGS,
            coverage=coverage_of(own),
            losses=domain.score.losses[:_LOSSES] if domain.score else (),
        )


def coverage_of(products: Iterable[ProductFacts]) -> list[Coverage]:
    """What the scores of the products are made of, least first; nothing where there are no scores."""
    points: defaultdict[str, float] = defaultdict(float)
    most: defaultdict[str, float] = defaultdict(float)
    for product in products:
        for part in product.latest.score.parts if product.latest.score else ():
            points[part.name] += part.points
            most[part.name] += part.most
    found = [Coverage(name, points[name] / most[name]) for name in most if most[name]]
    return sorted(found, key=lambda part: (part.share, part.name))


def _strongest(couplings: list[Coupling]) -> list[Coupling]:
    return sorted(couplings, key=lambda one: (-one.strength, one.producer, one.consumer))
