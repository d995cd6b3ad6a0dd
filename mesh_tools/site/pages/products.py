"""The list of all products: a table that is narrowed down and sorted where there is JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer
from mesh_tools.site.search.entries import product_entries
from mesh_tools.site.search.shards import IN_A_FILE, shortened


def products_pages(renderer: Renderer) -> Iterator[Page]:
    """``products.html``, and ``products-2.html`` and so on where there are more than a browser likes on one page."""
    entries = product_entries(renderer.catalogue)
    paths = [_path(number) for number in range(max(1, -(-len(entries) // IN_A_FILE)))]
    for number, path in enumerate(paths):
        first = number * IN_A_FILE
        yield renderer.page(
            "products.html",
            path,
            nav="products",
            rows=list(enumerate(entries[first : first + IN_A_FILE], first)),
            versions=len(entries),
            paths=paths,
            shortened=shortened,
        )


def _path(number: int) -> str:
    return f"products-{number + 1}.html" if number else "products.html"
