"""The map of the mesh, in a real browser."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mesh_tools.site.assets import assets
from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.output import write_site
from mesh_tools.site.pages.map import map_page
from mesh_tools.site.render import Renderer
from support.mesh_maps import circle, map_of
from support.site_browser import Tab

pytestmark = pytest.mark.xdist_group("browser")

AIRLINE = map_of(("reference", "operations", 4), ("operations", "planning", 12), ("planning", "operations", 1))
WIDE = map_of(*((f"a{n % 7}", f"b{n % 9}", n) for n in range(1, 61)))


@pytest.fixture
def opened(tab: Tab, tmp_path: Path, request: pytest.FixtureRequest) -> Page:
    """The page of the facts that the test names, in which nothing may go wrong."""
    pages = map_page(Renderer(Catalogue(name="Airline", as_of=date(2026, 11, 1), map=request.param)))
    write_site([*assets(), *pages], tmp_path / "site")
    return tab.open(f"{(tmp_path / 'site').as_uri()}/", "map.html")


@pytest.mark.parametrize("opened", [AIRLINE], indirect=True)
def test_one_view_is_shown_at_a_time(opened: Page) -> None:
    expect(opened.locator(".matrix")).to_be_hidden()
    opened.get_by_role("button", name="Matrix").click()
    expect(opened.locator(".matrix")).to_be_visible()
    expect(opened.locator(".mesh-map")).to_be_hidden()


@pytest.mark.parametrize("opened", [AIRLINE], indirect=True)
def test_a_line_opens_its_refs_by_keyboard_and_escape_goes_back_to_it(opened: Page) -> None:
    line = opened.get_by_role("link", name="operations reads reference: 4 readers")
    line.focus()
    opened.keyboard.press("Enter")
    panel = opened.locator("#map-panel")
    expect(panel).to_contain_text("reference is read by operations")
    expect(panel.get_by_role("link", name="reference.orders.v2")).to_be_visible()
    opened.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(line).to_be_focused()


@pytest.mark.parametrize("opened", [WIDE], indirect=True)
def test_the_least_strength_shows_and_hides_lines(opened: Page) -> None:
    lines = opened.locator(".map-edge[data-from]:visible")
    expect(lines).to_have_count(40)
    least = opened.get_by_label("At least")
    least.focus()
    opened.keyboard.press("Home")
    expect(lines).to_have_count(60)
    expect(opened.locator("#map-left-out")).to_be_empty()
    opened.keyboard.press("End")
    expect(lines).to_have_count(1)
    expect(opened.locator("#map-left-out")).to_contain_text("Left out are 59 of 60 couplings")
    expect(least).to_have_attribute("aria-valuetext", "60 readers")


@pytest.mark.parametrize("opened", [AIRLINE], indirect=True)
def test_a_chosen_domain_keeps_its_neighbours_and_its_couplings(opened: Page) -> None:
    opened.locator("#map-domain").select_option(label="reference")
    expect(opened.locator(".map-box.lit")).to_have_count(2)
    expect(opened.locator(".coupling:visible")).to_have_count(1)
    opened.locator("#map-domain").select_option(label="all of them")
    expect(opened.locator(".coupling:visible")).to_have_count(3)


@pytest.mark.parametrize("opened", [circle(20)], indirect=True, ids=["circle"])
def test_a_domain_under_the_pointer_shows_its_own_lines(opened: Page) -> None:
    lines = opened.locator(".map-edge[data-from]:visible")
    expect(lines).to_have_count(0)
    opened.locator(".map-box").first.hover()
    expect(lines).to_have_count(38)
