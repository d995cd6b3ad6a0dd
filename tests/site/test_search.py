"""The search box and the list of products, in a real browser."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from playwright.sync_api import Browser, Page

from mesh_tools.site.assets import assets
from mesh_tools.site.facts.entries import ColumnEntry, Entry
from mesh_tools.site.output import Page as File
from mesh_tools.site.output import write_site
from mesh_tools.site.search.shards import search_shards
from support.site import Site
from support.site_browser import Tab, audit, new_tab, overflow

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("reference")]

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases" / "site" / "search.yml").read_text(encoding="utf-8"))
_BARE = '<!doctype html><html lang="en" data-root=""><meta charset="utf-8"><title>x</title>{}<h1>x</h1></html>'
_ASK = """async (query) => {
  let found;
  await M.search.ask(query, 6, (last) => { found = last; });
  const index = await M.search.index();
  return {
    corrected: found.corrected,
    labels: found.groups.flatMap((group) => group.items.map((item) =>
      M.search.label(index, item.entry) + (item.column < 0 ? "" : "#" + M.search.columnName(index, item.column)))),
  };
}"""


def _entry(case: dict[str, Any]) -> Entry:
    given = {"kind": "product", "domain": case.get("project", ""), "url": "x.html", **case}
    if given["kind"] == "product":
        given = {"status": "stable", **given}
    given["columns"] = [ColumnEntry(name, text) for name, text in case.get("columns", {}).items()]
    return msgspec.convert(given, Entry, from_attributes=True)


@pytest.fixture(scope="module")
def index(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A page that has the search index of the cases, and nothing else."""
    folder = tmp_path_factory.mktemp("search") / "site"
    scripts = "".join(f'<script src="assets/{name}.js"></script>' for name in ("core", "search-rank"))
    files = [*assets(), *search_shards([_entry(case) for case in CASES["entries"]])]
    write_site([File("index.html", _BARE.format(scripts)), *files], folder)
    with new_tab(browser) as tab:
        yield tab.open(f"{folder.as_uri()}/", "index.html")
        assert not tab.problems


@pytest.mark.parametrize("case", CASES["queries"], ids=lambda case: case["about"])
def test_a_query_finds_first(index: Page, case: dict[str, Any]) -> None:
    found = index.evaluate(_ASK, case["query"])
    expected = case["first"]
    labels = found["labels"] if case.get("only") else found["labels"][: len(expected)]
    assert labels == expected, found
    assert found["corrected"] == case.get("corrected")


def test_the_box_is_reached_and_left_by_keys(tab: Tab, site: Site) -> None:
    page = tab.open(site.file_address, "status.html")
    page.keyboard.press("/")
    page.keyboard.type("flights")
    box = page.get_by_role("combobox")
    page.get_by_role("option").first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    active = page.locator(f"#{box.get_attribute('aria-activedescendant')}")
    assert active.get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    page.wait_for_url("**/products/operations/flights/index.html")


def test_escape_closes_what_was_found_and_keeps_what_was_typed(tab: Tab, site: Site) -> None:
    page = tab.open(site.file_address, "index.html")
    page.get_by_role("combobox").type("fligths")
    page.get_by_text("Nothing for fligths").first.wait_for()
    page.keyboard.press("Escape")
    assert page.get_by_role("listbox").count() == 0
    assert page.get_by_role("combobox").input_value() == "fligths"


def test_enter_without_a_choice_lists_all_products_that_were_found(tab: Tab, site: Site, http_address: str) -> None:
    for address in (site.file_address, http_address):
        page = tab.open(address, "products/operations/flights/index.html")
        page.get_by_role("combobox").type("tail_number")
        page.keyboard.press("Enter")
        page.wait_for_url("**/products.html*")
        page.get_by_text(" of 22 shown").wait_for()
        names = page.locator("#products tbody th a").all_text_contents()
        assert "flights.v2" in names
        assert "airports" not in names


def test_what_was_found_is_told_to_everybody(browser: Browser, site: Site) -> None:
    """Audited with the panel open, at the width of a desktop and of a phone."""
    for width in (1280, 390):
        with new_tab(browser, viewport={"width": width, "height": 844}) as tab:
            page = tab.open(site.file_address, "index.html")
            page.get_by_role("combobox").type("delay")
            page.get_by_role("option").first.wait_for()
            page.keyboard.press("ArrowDown")
            assert audit(page) == []
            assert overflow(page) == []


def test_facets_narrow_the_list_down_and_the_address_keeps_them(tab: Tab, site: Site) -> None:
    page = tab.open(site.file_address, "products.html")
    page.get_by_role("checkbox", name="planning 4", exact=True).check()
    page.get_by_text("4 of 22 shown").wait_for()
    page.get_by_role("button", name="Consumers").click()
    assert page.locator("th[aria-sort=descending]").count() == 1
    names = page.locator("#products tbody th a").all_text_contents()
    shared = page.url
    tab.open(site.file_address, "index.html")
    page.goto(shared)
    page.get_by_text("4 of 22 shown").wait_for()
    assert page.locator("#products tbody th a").all_text_contents() == names
    page.get_by_role("button", name="Clear").click()
    page.get_by_text("22 shown", exact=True).wait_for()


def test_without_javascript_the_list_has_every_product(browser: Browser, site: Site) -> None:
    with new_tab(browser, java_script_enabled=False) as tab:
        page = tab.open(site.file_address, "products.html")
        assert page.locator("#products tbody tr:visible").count() == 22
        assert page.locator("#facets:visible, .list-tools:visible").count() == 0


def test_rows_of_further_pages_are_as_those_of_the_first(tab: Tab, site: Site, tmp_path: Path) -> None:
    """Each row that the page lacks is made of the index, and is what the template makes."""
    shutil.copytree(site.folder, tmp_path / "site")
    listed = tmp_path / "site" / "products.html"
    page = tab.open(f"{listed.parent.as_uri()}/", "products.html")
    page.locator("html[data-list]").wait_for()
    expected = page.locator("#products tbody").inner_text()
    text = listed.read_text(encoding="utf-8")
    listed.write_text(re.sub(r"<tbody>.*</tbody>", "<tbody></tbody>", text, flags=re.DOTALL), encoding="utf-8")
    page.reload()
    page.locator(".about").nth(21).wait_for()
    assert page.locator("#products tbody").inner_text() == expected
    page.locator("#products td a").first.click()
    assert page.url.endswith("/domains/fleet/index.html")
