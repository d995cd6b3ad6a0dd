"""The explorer of column lineage, in a real browser."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from mesh_tools.site.assets import assets
from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.output import write_site
from mesh_tools.site.pages.lineage import lineage_pages
from mesh_tools.site.render import Renderer
from support.lineage_graphs import EVIL, GRAPH, edge, graph_of, node
from support.site_browser import Tab, audit, new_tab, overflow

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page alone, of a lineage with a node that 400 others read."""
    folder = tmp_path_factory.mktemp("site") / "out"
    many = [node(f"far{number % 5}.p{number:03d}", "x", domain=f"far{number % 5}") for number in range(400)]
    hub = [edge("air.hub", one.id, ("x", "x", "pass")) for one in many]
    graph = graph_of(*GRAPH.nodes.values(), *GRAPH.edges, node("air.hub", "x"), *many, *hub, shares=GRAPH.shares)
    catalogue = Catalogue(name="mesh", as_of=date(2026, 11, 23), lineage=graph)
    write_site([*assets(), *lineage_pages(Renderer(catalogue))], folder)
    return folder


@pytest.fixture
def page(tab: Tab) -> Page:
    """In which nothing may go wrong."""
    return tab.page


def opened(page: Page, drawn: Path, fragment: str) -> Page:
    page.goto(f"{(drawn / 'lineage.html').as_uri()}#{fragment}")
    page.wait_for_selector(".lx-box")
    return page


def box(page: Page, name: str) -> Any:
    return page.locator(".lx-box").filter(has=page.get_by_title(re.compile(re.escape(name) + "$")))


def test_a_permalink_draws_a_node_with_its_neighbours(page: Page, drawn: Path) -> None:
    opened(page, drawn, "air.flights")
    assert page.locator(".lx-name").all_inner_texts() == ["air (sources)", "flights", "delays", "trains"]
    expect(page.get_by_role("link", name="Page of air.flights")).to_have_attribute(
        "href", re.compile("products/air/flights/index.html$")
    )


def test_a_column_leads_up_and_down_through_what_is_drawn(page: Page, drawn: Path) -> None:
    opened(page, drawn, "air.flights:delay")
    expect(page.locator('.lx-row[aria-pressed="true"]')).to_have_text("delay")
    assert page.locator(".lx-row.is-lit").all_inner_texts() == ["delay", "late"]
    assert "goes into 1 column, decides over the rows of 1 node" in page.inner_text("#lx-info")
    titles = page.locator(".lx-edge.is-lit title").all_text_contents()
    assert titles == [
        "rail.delays: filtered by air.flights.delay · traced (fast), through 1 internal model",
        "air.flights.delay → rail.delays.late: aggregated · traced (fast), through 1 internal model",
    ]


def test_a_column_is_followed_further_than_what_was_drawn(page: Page, drawn: Path) -> None:
    opened(page, drawn, "air.flights:delay")
    page.get_by_role("button", name="Follow further").click()
    expect(page.locator(".lx-row.is-lit")).to_have_text(["delay", "late", EVIL])


def test_the_keyboard_opens_what_reads_a_node_and_keeps_its_place(page: Page, drawn: Path) -> None:
    opened(page, drawn, "air.flights")
    button = page.get_by_role("button", name="Show what reads rail.delays (2)")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".lx-box")).to_have_count(6)
    expect(page.get_by_role("button", name="Hide what reads rail.delays (2)")).to_be_focused()
    assert page.locator(".lx-edge.m-table title").all_text_contents() == [
        "rail.delays → rail.board: an exposure names no columns"
    ]
    page.keyboard.press("Enter")
    expect(page.locator(".lx-box")).to_have_count(4)


def test_many_columns_are_a_few_until_all_are_asked_for(page: Page, drawn: Path) -> None:
    opened(page, drawn, "air.flights")
    more = page.get_by_role("button", name="more of rail.trains")
    expect(more).to_have_text("+22 more")
    more.click()
    expect(page.locator('.lx-row[data-node="rail.trains"]')).to_have_count(30)


def test_what_is_too_much_for_a_drawing_is_one_box_a_domain(page: Page, drawn: Path) -> None:
    opened(page, drawn, "air.hub")
    # Four of five domains of 80 each, the fifth whole, and the start.
    expect(page.locator(".kind-group")).to_have_count(4)
    expect(page.locator(".lx-box")).to_have_count(85)
    page.locator(".kind-group", has_text="far0").get_by_role("button", name="80 nodes").click()
    expect(page.locator(".kind-group", has_text="far0")).to_have_count(0)
    expect(page.locator(".lx-name", has_text="p000")).to_have_count(1)
    expect(page.locator(".lx-box")).to_have_count(85)


def test_the_drawing_is_told_as_text(page: Page, drawn: Path) -> None:
    opened(page, drawn, "air.flights")
    page.get_by_text("This drawing as text").click()
    expect(page.locator("#lx-outline")).to_contain_text("rail.delays")
    text = " ".join(page.inner_text("#lx-outline").split())
    assert "rail.delays (product of rail) air.flights: traced (fast), through 1 internal model" in text
    assert "delay → late: aggregated filtered by delay" in text


def test_a_start_is_found_by_its_name(page: Page, drawn: Path) -> None:
    opened(page, drawn, "air.flights")
    page.get_by_role("combobox", name="Start at").fill("dela")
    expect(page.get_by_role("option")).to_have_text([re.compile("rail.delays")])
    page.keyboard.press("Enter")
    expect(page.locator(".is-start .lx-name")).to_have_text("delays")
    assert page.url.endswith("#rail.delays")
    page.go_back()
    expect(page.locator(".is-start .lx-name")).to_have_text("flights")


def test_any_name_can_be_linked_to_and_does_nothing_but_be_shown(page: Page, drawn: Path) -> None:
    opened(page, drawn, f"{quote(EVIL, safe='')}:{quote(EVIL, safe='')}")
    expect(page.locator(".is-start .lx-row")).to_have_text(EVIL)
    expect(page.locator(".is-start .lx-row")).to_have_attribute("aria-pressed", "true")
    assert page.locator("img").count() == 0
    assert page.locator(".lx-edge.m-published").count() > 1


def test_a_link_to_what_is_gone_says_so(page: Page, drawn: Path) -> None:
    page.goto(f"{(drawn / 'lineage.html').as_uri()}#gone.product")
    expect(page.locator("#lx-info")).to_have_text("This cannot be shown: there is no gone.product in this lineage.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_audit_of_accessibility_finds_nothing(browser: Browser, drawn: Path, scheme: str) -> None:
    with new_tab(browser, color_scheme=scheme) as tab:
        opened(tab.page, drawn, "air.flights:delay")
        tab.page.get_by_text("This drawing as text").click()
        assert audit(tab.page) == []


def test_on_a_phone_the_page_is_as_wide_as_the_screen(browser: Browser, drawn: Path) -> None:
    with new_tab(browser, viewport={"width": 390, "height": 800}) as tab:
        opened(tab.page, drawn, "air.flights")
        assert overflow(tab.page) == []
