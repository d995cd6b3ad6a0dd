"""The page of the map: what it says without a script, and what the script adds in a real browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from playwright.sync_api import Page as Tab

from mesh_tools.site.assets import assets
from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.facts.graph import MapFacts
from mesh_tools.site.output import Page, write_site
from mesh_tools.site.pages.map import map_overview, map_page
from mesh_tools.site.render import Renderer
from support.mesh_maps import circle, map_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
EVIL = """"><script>alert('1')</script>&"""
AIRLINE = map_of(("reference", "operations", 4), ("operations", "planning", 12), ("planning", "operations", 1))
WIDE = map_of(*((f"a{n % 7}", f"b{n % 9}", n) for n in range(1, 61)))


def page(facts: MapFacts) -> Page:
    (found,) = map_page(Renderer(Catalogue(name="Airline", as_of=date(2026, 11, 1), map=facts)))
    return found


def text_of(facts: MapFacts) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", str(page(facts).content)))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Tab]:
    """The page of the facts that the test names, without an error in the console."""
    write_site([*assets(), page(request.param)], tmp_path / "site")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto((tmp_path / "site" / "map.html").as_uri())
    yield tab
    context.close()
    assert errors == []


def test_every_ref_is_in_the_list() -> None:
    assert "reference.orders.v2 by operations_core: 4 readers" in text_of(AIRLINE)
    assert "planning.orders.v2 by operations_core: 1 reader, follows the latest version" in text_of(AIRLINE)


def test_every_link_into_the_page_has_its_target_and_every_id_is_there_once() -> None:
    content = str(page(map_of((EVIL, "b c", 3), ("b c", EVIL, 1))).content)
    ids = re.findall(r'\sid="([^"]*)"', content)
    assert sorted(ids) == sorted(set(ids))
    assert set(re.findall(r'href="#([^"]*)"', content)) <= set(ids)


def test_cycles_are_told_in_words_with_where_they_open() -> None:
    told = text_of(AIRLINE)
    assert "1 cycle No domain of a cycle" in told
    assert "It opens where the least is read: operations reads planning: 1 reader." in told
    assert "operations is read by planning, that is read by operations" in told


def test_without_a_cycle_none_is_mentioned() -> None:
    assert "cycle" not in text_of(map_of(("a", "b", 1)))


def test_what_the_drawing_leaves_out_is_said() -> None:
    assert "20 couplings are left out" in text_of(WIDE)
    assert "left out" not in text_of(AIRLINE)


def test_of_a_circle_of_equals_the_page_says_that_no_line_is_drawn() -> None:
    assert "No line is drawn: 380 couplings are so equally strong" in text_of(circle(20))


def test_a_mesh_without_couplings_says_so() -> None:
    assert "2 domains. None uses a product of another one yet." in text_of(map_of(alone=("a", "b")))


def test_names_from_outside_are_text() -> None:
    assert "<script>alert" not in str(page(map_of((EVIL, "b", 3))).content)


def test_the_map_of_other_pages_links_here() -> None:
    assert 'href="map.html#e-reference--operations"' in map_overview(AIRLINE)


@pytest.mark.parametrize("opened", [AIRLINE], indirect=True)
def test_one_view_is_shown_at_a_time(opened: Tab) -> None:
    expect(opened.locator(".matrix")).to_be_hidden()
    opened.get_by_role("button", name="Matrix").click()
    expect(opened.locator(".matrix")).to_be_visible()
    expect(opened.locator(".mesh-map")).to_be_hidden()


@pytest.mark.parametrize("opened", [AIRLINE], indirect=True)
def test_a_line_opens_its_refs_by_keyboard_and_escape_goes_back_to_it(opened: Tab) -> None:
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
def test_the_least_strength_shows_and_hides_lines(opened: Tab) -> None:
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
def test_a_chosen_domain_keeps_its_neighbours_and_its_couplings(opened: Tab) -> None:
    opened.locator("#map-domain").select_option(label="reference")
    expect(opened.locator(".map-box.lit")).to_have_count(2)
    expect(opened.locator(".coupling:visible")).to_have_count(1)
    opened.locator("#map-domain").select_option(label="all of them")
    expect(opened.locator(".coupling:visible")).to_have_count(3)


@pytest.mark.parametrize("opened", [circle(20)], indirect=True, ids=["circle"])
def test_a_domain_under_the_pointer_shows_its_own_lines(opened: Tab) -> None:
    lines = opened.locator(".map-edge[data-from]:visible")
    expect(lines).to_have_count(0)
    opened.locator(".map-box").first.hover()
    expect(lines).to_have_count(38)
