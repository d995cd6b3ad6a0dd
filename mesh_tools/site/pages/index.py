"""The first page: what this mesh is, how it hangs together, and what is new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.facts.product import ProductFacts, Release, VersionFacts
from mesh_tools.site.output import Page
from mesh_tools.site.pages.map import map_overview
from mesh_tools.site.render import Renderer

_DAYS = 30
_SHOWN = 8


def index_page(renderer: Renderer) -> Iterator[Page]:
    """``index.html``."""
    catalogue = renderer.catalogue
    yield renderer.page(
        "index.html",
        "index.html",
        counts=_counts(catalogue),
        drawing=map_overview(catalogue.map),
        recent=_recent(catalogue)[:_SHOWN],
        recent_total=len(_recent(catalogue)),
        due=_due(catalogue)[:_SHOWN],
        due_total=len(_due(catalogue)),
        promises=_promises(catalogue),
        most_used=sorted(catalogue.products, key=lambda product: (-product.latest.readers, product.label))[:_SHOWN],
        builds=Counter(p.last_build or "not known" for domain in catalogue.domains for p in domain.projects),
    )


def _counts(catalogue: Catalogue) -> list[tuple[int, str, str]]:
    columns = sum(len(product.latest.columns) for product in catalogue.products)
    readers = sum(version.readers for product in catalogue.products for version in product.versions)
    return [
        (len(catalogue.domains), "domain" if len(catalogue.domains) == 1 else "domains", "map.html"),
        (len(catalogue.products), "product" if len(catalogue.products) == 1 else "products", "products.html"),
        (columns, "columns promised", "columns.html"),
        (readers, "known uses", "map.html"),
    ]


def _recent(catalogue: Catalogue) -> list[Release]:
    """Of the last 30 days, newest first."""
    since = (catalogue.as_of - timedelta(days=_DAYS)).isoformat()
    return [release for release in catalogue.releases if (release.at or "")[:10] >= since]


def _due(catalogue: Catalogue) -> list[tuple[ProductFacts, VersionFacts]]:
    """Versions that have an end, the nearest first."""
    found = [(p, version) for p in catalogue.products for version in p.versions if version.days_left is not None]
    return sorted(found, key=lambda pair: (pair[1].version.deprecation_date or date.max.isoformat(), pair[0].label))


def _promises(catalogue: Catalogue) -> Counter[str]:
    """Freshness promises by state."""
    return Counter(v.promise for product in catalogue.products for v in product.versions if v.promise)
