"""The site in a real browser: nothing goes wrong, everybody can use it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from support.site import NOT_FOUND, Site, listed, serving
from support.site_browser import CONTRAST, DESKTOP, PHONE, TABLET, Tab, audit, new_tab, overflow

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("reference")]


def test_every_page_opens_from_the_disk(tab: Tab, site: Site) -> None:
    """Without an error on the console, and with all that it asks for."""
    for path in site.portable:
        tab.open(site.file_address, path)


def test_every_kind_of_page_opens_from_a_web_server(tab: Tab, site: Site, http_address: str) -> None:
    for path in site.kinds.values():
        tab.open(http_address, path)


def test_the_page_for_what_is_not_there_works_at_any_depth(tab: Tab, site: Site) -> None:
    """Of a host that has nothing else; with `--base-url` of any."""
    with serving(site.folder) as address:
        tab.open(address, NOT_FOUND)
        assert audit(tab.page) == []
        tab.page.locator("main a").first.click()
        assert tab.page.url.startswith(address)


def test_what_was_renamed_leads_to_what_it_is_now(tab: Tab, site: Site) -> None:
    assert site.redirects
    for path in site.redirects:
        page = tab.open(site.file_address, path)
        page.wait_for_url(re.compile(f"^(?!.*{re.escape(path)}$)"))
        assert page.url.removeprefix(site.file_address).partition("#")[0] in site.portable


def test_every_kind_of_page_of_the_whole_site_opens(tab: Tab, whole_site: Site) -> None:
    for path in whole_site.kinds.values():
        tab.open(whole_site.file_address, path)


def _one_of_each(site: Site, whole_site: Site) -> dict[str, Site]:
    """A page of each kind, those that are not in the public site from the whole one."""
    more = {path: whole_site for kind, path in whole_site.kinds.items() if kind not in site.kinds}
    return dict.fromkeys(site.kinds.values(), site) | more


def test_an_audit_of_accessibility_finds_nothing(tab: Tab, site: Site, whole_site: Site) -> None:
    found: list[str] = []
    for path, of in _one_of_each(site, whole_site).items():
        tab.open(of.file_address, path)
        found += [f"{path}: {problem}" for problem in audit(tab.page)]
    assert not found, listed(found)


def test_everything_can_be_read_in_the_dark(browser: Browser, site: Site, whole_site: Site) -> None:
    found: list[str] = []
    with new_tab(browser, color_scheme="dark", viewport=DESKTOP) as tab:
        for path, of in _one_of_each(site, whole_site).items():
            tab.open(of.file_address, path)
            found += [f"{path}: {problem}" for problem in audit(tab.page, CONTRAST)]
    assert not found, listed(found)


@pytest.mark.parametrize("window", [PHONE, TABLET], ids=["phone", "tablet"])
def test_nothing_is_wider_than_the_window(browser: Browser, site: Site, whole_site: Site, window: Any) -> None:
    found: list[str] = []
    with new_tab(browser, viewport=window) as tab:
        for path, of in _one_of_each(site, whole_site).items():
            tab.open(of.file_address, path)
            found += [f"{path}: {problem}" for problem in overflow(tab.page)]
    assert not found, listed(found)


_COLOURS = """() => {
  const style = getComputedStyle(document.body);
  return [style.backgroundColor, style.color].map((colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  });
}"""


def test_dark_is_dark_and_light_is_light(tab: Tab, site: Site) -> None:
    """By the system's setting, until the reader says otherwise."""
    page = tab.open(site.file_address, "index.html")
    page.emulate_media(color_scheme="light")
    light_ground, light_text = page.evaluate(_COLOURS)
    page.emulate_media(color_scheme="dark")
    dark_ground, dark_text = page.evaluate(_COLOURS)
    assert light_ground > 230
    assert light_text < 80
    assert dark_ground < 60
    assert dark_text > 180


def test_the_theme_that_was_chosen_stays(tab: Tab, http_address: str) -> None:
    page = tab.open(http_address, "index.html")
    page.emulate_media(color_scheme="dark")
    switch = page.locator("[data-theme-switch]")
    while "light" not in (switch.get_attribute("aria-label") or ""):
        switch.click()
    assert page.evaluate(_COLOURS)[0] > 230
    tab.open(http_address, "status.html")
    assert page.evaluate(_COLOURS)[0] > 230


def test_print_is_dark_on_white_without_what_cannot_be_clicked(tab: Tab, site: Site) -> None:
    page = tab.open(site.file_address, site.kinds["products/*/*/index.html"])
    page.emulate_media(media="print", color_scheme="dark")
    ground, text = page.evaluate(_COLOURS)
    assert ground > 250 or page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgba(0, 0, 0, 0)"
    assert text < 80
    for hidden in ("input[type=search]", "[data-theme-switch]", ".top nav", "[data-copy]"):
        assert not [element for element in page.locator(hidden).all() if element.is_visible()], hidden
    assert page.locator("h1").is_visible()
    assert page.pdf()[:5] == b"%PDF-"


_FOCUSABLE = """() => [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex='-1'])")]
  .filter((e) => !e.disabled && e.checkVisibility({visibilityProperty: true}) && e.getAttribute("tabindex") !== "-1")
  .map((e, index) => {
    e.__number = index;
    e.__drawn = window.__drawn(e);
    return index + " " + e.outerHTML.slice(0, 90);
  })"""
# A link in a drawing has no outline: its lines look different.
_DRAWN = """() => { window.__drawn = (e) => [...e.querySelectorAll("path, rect")].map((part) => {
  const style = getComputedStyle(part);
  return [style.stroke, style.strokeWidth, style.opacity, style.fill].join();
}).join(";") }"""
# Some time after the key, since a transition may still be under way.
_FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body || e.__number === undefined) return null;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  const looks = outlined || style.boxShadow !== "none" || window.__drawn(e) !== e.__drawn;
  return {number: e.__number, seen: looks && box.width > 0 && box.height > 0};
}"""


@pytest.mark.parametrize("kind", ["index.html", "products/*/*/index.html", "products.html", "lineage.html", "map.html"])
def test_the_keyboard_alone_reaches_everything(tab: Tab, site: Site, kind: str) -> None:
    """And shows where it is."""
    page = tab.open(site.file_address, site.kinds[kind])
    page.evaluate(_DRAWN)
    wanted = page.evaluate(_FOCUSABLE)
    reached = set()
    for _ in range(len(wanted) + 20):
        page.keyboard.press("Tab")
        focused = page.evaluate(_FOCUSED)
        if focused is not None:
            assert focused["seen"], f"the focus is not seen: {wanted[focused['number']]}"
            reached.add(focused["number"])
        if len(reached) == len(wanted):
            break
    assert [text for number, text in enumerate(wanted) if number not in reached] == []


def test_the_first_key_leads_past_the_navigation(tab: Tab, site: Site) -> None:
    page = tab.open(site.file_address, "index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    assert page.locator(".skip").bounding_box() is not None
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_a_link_to_a_column_leads_to_its_row(tab: Tab, site: Site) -> None:
    path = site.kinds["products/*/*/index.html"]
    page = tab.open(site.file_address, path)
    anchor = page.locator("[id^='c-']").last.get_attribute("id")
    tab.open(site.file_address, f"{path}#{anchor}")
    assert _is_in_view(page, f"#{anchor}")


def _is_in_view(page: Page, selector: str) -> bool:
    seen = "(e) => { const b = e.getBoundingClientRect(); return b.top >= 0 && b.top < innerHeight; }"
    return bool(page.locator(selector).evaluate(seen))
