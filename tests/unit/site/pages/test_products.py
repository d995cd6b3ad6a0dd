"""The list of products, as it is without JavaScript."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.output import Page
from mesh_tools.site.pages import products as module
from mesh_tools.site.pages.products import products_pages
from mesh_tools.site.render import Renderer
from support.twins import catalogue


def pages(shown: Catalogue) -> list[Page]:
    return list(products_pages(Renderer(shown)))


def rows(page: Page) -> list[str]:
    """The text of each row."""
    body = str(page.content).partition("<tbody>")[2].partition("</tbody>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in body.split("</tr>")[:-1]]


def test_every_version_of_every_product_has_a_row() -> None:
    (page,) = pages(catalogue())
    assert page.path == "products.html"
    assert [row.split()[0] for row in rows(page)] == ["Odd/name", "airports", "flights.v2", "flights.v1"]


def test_a_row_says_what_is_promised_and_what_ends() -> None:
    old = rows(pages(catalogue())[0])[-1]
    for fact in ("operations", "Ops", "deprecated", "ends 2026-07-01", "fresh", "1.0.0"):
        assert fact in old


def test_a_row_leads_to_its_version() -> None:
    assert 'href="products/operations/flights/v1.html"' in str(pages(catalogue())[0].content)


def test_many_products_are_on_several_pages_each_with_links_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_A_FILE", 3)
    found = pages(catalogue())
    assert [page.path for page in found] == ["products.html", "products-2.html"]
    assert [len(rows(page)) for page in found] == [3, 1]
    for page in found:
        assert 'href="products.html"' in str(page.content)
        assert 'href="products-2.html"' in str(page.content)
    assert 'data-entry="3"' in str(found[1].content)


def test_a_mesh_without_products_says_what_makes_one() -> None:
    (page,) = pages(replace(catalogue(), products=()))
    assert "<table" not in str(page.content)
    assert "access is public" in str(page.content)
