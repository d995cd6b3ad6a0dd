"""What changed in which promise, and for whom: over all products, and for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from mesh_tools.site.facts.product import ProductFacts, Release
from mesh_tools.site.names import column_anchor
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer

ON_A_PAGE = 200


def change_pages(renderer: Renderer) -> Iterator[Page]:
    """``changes.html`` and, of very many, ``changes-2.html``...; ``changes.html`` beside each product."""
    releases = renderer.catalogue.releases
    products = {(product.project, product.name): product for product in renderer.catalogue.products}
    starts = range(0, max(len(releases), 1), ON_A_PAGE)
    paths = ["changes.html", *(f"changes-{number}.html" for number in range(2, len(starts) + 1))]
    for path, start in zip(paths, starts, strict=True):
        yield renderer.page(
            "changes.html",
            path,
            nav="changes",
            months=_months(releases[start : start + ON_A_PAGE]),
            products=products,
            paths=paths,
            total=len(releases),
            column_href=column_href,
        )
    for product in renderer.catalogue.products:
        yield renderer.page(
            "product_changes.html",
            f"{product.folder}changes.html",
            nav="changes",
            product=product,
            column_href=column_href,
        )


def _months(releases: Sequence[Release]) -> dict[str, list[Release]]:
    """By month, newest first; what was never published has none."""
    found: defaultdict[str, list[Release]] = defaultdict(list)
    for release in releases:
        found[(release.at or "")[:7]].append(release)
    return dict(found)


def column_href(product: ProductFacts | None, release: Release, name: str) -> str | None:
    """The permalink of a column that the product still has, relative to the site's root."""
    if product is None or (product.project, product.name) != (release.project, release.product):
        return None
    for version in product.versions:
        if any(fact.column.name == name for fact in version.columns):
            return f"{product.page_of(version)}#{column_anchor(name)}"
    return None
