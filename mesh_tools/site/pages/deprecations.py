"""Versions and columns that will not be there for ever."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.site.output import Page
from mesh_tools.site.pages.endings import endings_of
from mesh_tools.site.render import Renderer

ROWS = 200
"""Of each table; what is due later, or has ended longest ago, is left to the pages of its products."""


def deprecation_page(renderer: Renderer) -> Iterator[Page]:
    """``deprecations.html``: what ends next comes first; what has ended and is still used stands above all."""
    products = renderer.catalogue.products
    endings = endings_of(products)
    ended = [ending for ending in reversed(endings) if ending.days_left < 0]
    columns = [
        (product, version, fact)
        for product in products
        for version in product.versions
        for fact in version.columns
        if fact.column.deprecated_until
    ]
    yield renderer.page(
        "deprecations.html",
        "deprecations.html",
        nav="deprecations",
        overdue=[ending for ending in ended if ending.readers],
        due=[ending for ending in endings if ending.days_left >= 0],
        ended=[ending for ending in ended if not ending.readers],
        columns=sorted(columns, key=lambda found: (found[2].column.deprecated_until or "", found[0].label)),
        most=ROWS,
    )
