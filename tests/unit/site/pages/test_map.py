"""The page of the map: what it says without a script."""

from __future__ import annotations

import re
from datetime import date

from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.facts.graph import MapFacts
from mesh_tools.site.output import Page
from mesh_tools.site.pages.map import map_overview, map_page
from mesh_tools.site.render import Renderer
from support.mesh_maps import circle, map_of

EVIL = """"><script>alert('1')</script>&"""
AIRLINE = map_of(("reference", "operations", 4), ("operations", "planning", 12), ("planning", "operations", 1))
WIDE = map_of(*((f"a{n % 7}", f"b{n % 9}", n) for n in range(1, 61)))


def page(facts: MapFacts) -> Page:
    (found,) = map_page(Renderer(Catalogue(name="Airline", as_of=date(2026, 11, 1), map=facts)))
    return found


def text_of(facts: MapFacts) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", str(page(facts).content)))


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
