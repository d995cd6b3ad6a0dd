"""Every fact is in the HTML: without JavaScript, for a search within the page, and for whoever fetches it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from mesh_tools.interface.registry import open_registry
from mesh_tools.model.interface import Interface, Product
from support.meshes import BuiltMesh
from support.site import Site
from support.site_browser import DESKTOP, new_tab

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("reference")]

_OPEN_DETAILS = "document.querySelectorAll('details').forEach((e) => e.setAttribute('open', ''))"


@pytest.fixture(scope="module")
def interfaces(reference_mesh: BuiltMesh) -> tuple[Interface, ...]:
    registry = open_registry(".mesh/registry", base=reference_mesh.root)
    return tuple(filter(None, (registry.get(project, "dev") for project in registry.projects("dev"))))


def facts_of(product: Product) -> Iterator[str]:
    """What the page of a product's latest version has to say."""
    version = product.latest_version
    yield from (product.name, version.semantic_version)
    for column in version.columns:
        yield from (column.name, column.data_type or "")
        yield from filter(None, (column.unit, column.description.split("`")[0]))
    yield version.description.split("`")[0]


def test_a_product_page_says_all_that_is_promised(
    browser: Browser, site: Site, interfaces: tuple[Interface, ...]
) -> None:
    with new_tab(browser, viewport=DESKTOP, java_script_enabled=False) as tab:
        for interface in interfaces:
            for product in interface.products:
                path = f"products/{interface.domain or interface.project}/{product.name}/index.html"
                page = tab.open(site.file_address, path)
                page.evaluate(_OPEN_DETAILS)
                text = " ".join(page.inner_text("body").split())
                missing = [fact for fact in facts_of(product) if " ".join(fact.split()) not in text]
                assert not missing, path
    assert not tab.problems


def test_the_overviews_name_every_product(browser: Browser, site: Site, interfaces: tuple[Interface, ...]) -> None:
    products = {product.name for interface in interfaces for product in interface.products}
    uses = {(use.project, interface.project) for interface in interfaces for use in interface.consumptions}
    with new_tab(browser, viewport=DESKTOP, java_script_enabled=False) as tab:
        text = tab.open(site.file_address, "products.html").inner_text("main")
        assert products <= set(text.split())
        text = tab.open(site.file_address, "map.html").locator("main").text_content() or ""
        assert all(producer in text and consumer in text for producer, consumer in uses)


def test_what_only_a_script_can_do_is_not_offered(browser: Browser, site: Site) -> None:
    """A button that does nothing is worse than none."""
    with new_tab(browser, viewport=DESKTOP, java_script_enabled=False) as tab:
        for path in site.kinds.values():
            page = tab.open(site.file_address, path)
            assert [button.inner_text() for button in page.locator("button").all() if button.is_visible()] == [], path


def test_pages_are_light(site: Site) -> None:
    """What is loaded with a page before anybody asks for more, in bytes that are not compressed."""
    budgets = {"index.html": 60_000, "map.html": 90_000, "lineage.html": 60_000, "embed/*.html": 8_000}
    too_heavy = {
        path: size
        for kind, path in site.kinds.items()
        if (size := (site.folder / path).stat().st_size) > budgets.get(kind, 120_000)
    }
    assert too_heavy == {}
    shared = {path.name: path.stat().st_size for path in (site.folder / "assets").iterdir()}
    assert sum(size for name, size in shared.items() if name.endswith(".js")) < 150_000
    assert shared["site.css"] < 100_000
