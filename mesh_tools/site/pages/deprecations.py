"""Versions and columns that will not be there for ever."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer


def deprecation_page(renderer: Renderer) -> Iterator[Page]:
    """``deprecations.html``: what ends next comes first; what has ended and is still used stands above all."""
    products = renderer.catalogue.products
    ending = [(p, version) for p in products for version in p.versions if version.days_left is not None]
    ending.sort(key=lambda pair: (pair[1].days_left or 0, pair[0].label))
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
        overdue=[pair for pair in ending if (pair[1].days_left or 0) < 0 and pair[1].consumers],
        due=[pair for pair in ending if (pair[1].days_left or 0) >= 0],
        ended=[pair for pair in ending if (pair[1].days_left or 0) < 0 and not pair[1].consumers],
        columns=sorted(columns, key=lambda found: (found[2].column.deprecated_until or "", found[0].label)),
    )
