"""What changed in which promise, and for whom: over all products, and for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from mesh_tools.model.interface import Version
from mesh_tools.site.facts.product import ChangeFacts, ProductFacts, Release
from mesh_tools.site.names import column_anchor
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer

ON_A_PAGE = 200


def change_pages(renderer: Renderer) -> Iterator[Page]:
    """``changes.html`` and, of very many, ``changes-2.html``...; ``changes.html`` beside each product."""
    releases = renderer.catalogue.releases
    permalinks = Permalinks(renderer.catalogue.products)
    starts = range(0, max(len(releases), 1), ON_A_PAGE)
    paths = ["changes.html", *(f"changes-{number}.html" for number in range(2, len(starts) + 1))]
    for path, start in zip(paths, starts, strict=True):
        yield renderer.page(
            "changes.html",
            path,
            nav="changes",
            months=_months(releases[start : start + ON_A_PAGE]),
            paths=paths,
            total=len(releases),
            links=permalinks,
        )
    for product in renderer.catalogue.products:
        yield renderer.page(
            "product_changes.html",
            f"{product.folder}changes.html",
            nav="changes",
            product=product,
            links=permalinks,
        )


def _months(releases: Sequence[Release]) -> dict[str, dict[str, list[Release]]]:
    """By month and day, newest first; what was never published has neither."""
    found: dict[str, dict[str, list[Release]]] = {}
    for release in releases:
        at = release.at or ""
        found.setdefault(at[:7], {}).setdefault(at[:10], []).append(release)
    return found


class Permalinks:
    """Of the columns that changes are about, relative to the site's root.

    Args:
        products: All. Few of them have changed: what they have is looked up when it is asked for.
    """

    def __init__(self, products: Sequence[ProductFacts]) -> None:
        self._products = {(product.project, product.name): product for product in products}
        self._known: dict[tuple[str, str], dict[str, dict[Version | None, str]]] = {}

    def column(self, release: Release, change: ChangeFacts, name: str) -> str | None:
        """Of the version that changed, else of the latest that has the column; ``None`` when none has."""
        key = (release.project, release.product)
        columns = self._known.get(key)
        if columns is None:
            columns = self._known[key] = self._columns(key)
        pages = columns.get(name, {})
        return pages.get(change.v) or next(iter(pages.values()), None)

    def _columns(self, key: tuple[str, str]) -> dict[str, dict[Version | None, str]]:
        found: defaultdict[str, dict[Version | None, str]] = defaultdict(dict)
        product = self._products.get(key)
        for version in product.versions if product else ():
            page = product.page_of(version) if product else ""
            for fact in version.columns:
                name = fact.column.name
                found[name][version.version.v] = f"{page}#{column_anchor(name)}"
        return found
