"""The map and the matrix: links to everything, cycles in red, and never a hairball."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from mesh_tools.site.drawing.coupling import coupling_anchor, flow_of, legible_minimum, step
from mesh_tools.site.drawing.matrix import matrix
from mesh_tools.site.drawing.mesh_map import mesh_map
from mesh_tools.site.facts.graph import Coupling, MapFacts
from support.mesh_maps import circle, map_of

AIRLINE = map_of(("reference", "operations", 4), ("operations", "planning", 12), ("planning", "operations", 1))
EVIL = """"><script>alert('1')</script>&"""


def links(drawn: str) -> dict[str, ET.Element]:
    """Everything that can be followed, by its name for who does not see it."""
    found = ET.fromstring(drawn).iter("a")  # noqa: S314 - ours
    return {link.get("aria-label", "") or "".join(link.itertext()): link for link in found}


def classes(link: ET.Element) -> set[str]:
    return set(link.get("class", "").split())


def test_every_domain_links_to_its_page_and_every_coupling_to_its_refs() -> None:
    assert {name: link.get("href") for name, link in links(mesh_map(AIRLINE)).items()} == {
        "operations, 3 products": "domains/operations/index.html",
        "planning, 3 products": "domains/planning/index.html",
        "reference, 3 products": "domains/reference/index.html",
        "operations reads reference: 4 readers": "#e-reference--operations",
        "planning reads operations: 12 readers, on a cycle": "#e-operations--planning",
        "operations reads planning: 1 reader, against the flow": "#e-planning--operations",
    }


def test_on_another_page_the_refs_are_on_that_of_the_map() -> None:
    drawn = mesh_map(AIRLINE, page="map.html")
    assert re.findall(r'href="([^"]*#[^"]*)"', drawn) == [
        "map.html#e-planning--operations",
        "map.html#e-reference--operations",
        "map.html#e-operations--planning",
    ]


def test_what_closes_a_cycle_is_red_and_what_it_closes_too() -> None:
    found = links(mesh_map(AIRLINE))
    assert "backward" in classes(found["operations reads planning: 1 reader, against the flow"])
    assert "circular" in classes(found["planning reads operations: 12 readers, on a cycle"])
    assert "forward" in classes(found["operations reads reference: 4 readers"])
    assert "in-cycle" in classes(found["planning, 3 products"])
    assert "in-cycle" not in classes(found["reference, 3 products"])


@pytest.mark.parametrize(("strength", "name"), [(1, "w1"), (2, "w1"), (3, "w2"), (12, "w4"), (25, "w5"), (999, "w5")])
def test_the_width_of_a_line_is_its_strength(strength: int, name: str) -> None:
    assert step(strength) == name
    assert f"map-edge {name} forward" in mesh_map(map_of(("a", "b", strength)))


def test_a_drawing_has_no_style_of_its_own_and_no_ids() -> None:
    assert not re.search(r'\b(style|id|onclick|fill|stroke)="', mesh_map(AIRLINE) + matrix(AIRLINE))


def test_what_can_be_followed_is_in_no_image() -> None:
    assert ET.fromstring(mesh_map(AIRLINE)).get("role") == "group"  # noqa: S314 - ours


def test_names_from_outside_are_text() -> None:
    facts = map_of((EVIL, "b", 1), ("b", EVIL, 2))
    assert links(mesh_map(facts))[f"{EVIL}, 3 products"] is not None
    assert f"b reads {EVIL}: 1 reader, against the flow" in links(matrix(facts))
    assert "<script" not in mesh_map(facts) + matrix(facts)


def test_an_anchor_is_safe_and_tells_domains_apart() -> None:
    assert re.fullmatch(r"[a-z0-9_.-]+", coupling_anchor(EVIL, "x y"))
    assert coupling_anchor("x y", "b") != coupling_anchor("x-y", "b")


def test_weak_couplings_are_not_drawn_unless_a_script_may_show_them() -> None:
    facts = map_of(("a", "b", 5), ("a", "c", 1))
    assert "c reads a" not in mesh_map(facts, 2)
    assert "1 weaker coupling is not drawn" in mesh_map(facts, 2)
    assert "weak" in classes(links(mesh_map(facts, 2, hidden=True))["c reads a: 1 reader"])


def test_a_domain_without_a_line_is_on_the_map_and_the_map_says_why() -> None:
    drawn = mesh_map(map_of(("a", "b", 5), ("a", "c", 1), alone=("d",)), 2)
    assert "Without a coupling of at least 2 readers" in drawn
    assert {"c, 3 products", "d, 3 products"} <= links(drawn).keys()


def test_the_few_lines_of_cycles_are_drawn_however_weak_they_are() -> None:
    drawn = links(mesh_map(AIRLINE, 10))
    assert "operations reads planning: 1 reader, against the flow" in drawn
    assert "operations reads reference: 4 readers" not in drawn


def test_a_small_mesh_is_drawn_as_a_whole() -> None:
    assert legible_minimum(circle(6)) == 0


def test_of_a_large_mesh_the_strongest_couplings_are_drawn() -> None:
    facts = map_of(*((f"a{n % 11}", f"b{n % 13}", n) for n in range(1, 101)))
    minimum = legible_minimum(facts)
    assert sum(coupling.strength >= minimum for coupling in facts.couplings) == 40


def test_a_circle_of_equals_is_left_to_the_matrix() -> None:
    facts = circle(20)
    assert legible_minimum(facts) == 2
    assert mesh_map(facts, 2).count("map-edge") == 0
    assert matrix(facts).count('<a href="#e-') == 380


def test_a_domain_that_couplings_alone_name_is_drawn_without_a_link() -> None:
    facts = MapFacts(domains=(), couplings=(Coupling(producer="a", consumer="b", refs=()),))
    assert mesh_map(facts).count("map-box ") + mesh_map(facts).count('map-box"') >= 2
    assert "domains/" not in mesh_map(facts)


def test_of_no_domain_there_is_an_empty_map() -> None:
    assert links(mesh_map(MapFacts())) == {}


def test_domains_of_the_matrix_stand_upstream_first_so_that_the_flow_is_above_the_diagonal() -> None:
    facts = map_of(("z", "m", 3), ("m", "a", 3), ("a", "z", 1))
    assert flow_of(facts).order == ("z", "m", "a")
    rows = ET.fromstring(matrix(facts)).findall("tbody/tr")  # noqa: S314 - ours
    kinds = [[(cell.get("class") or "").split()[-1:] for cell in row.findall("td")] for row in rows]
    assert kinds == [[["self"], ["circular"], []], [[], ["self"], ["circular"]], [["backward"], [], ["self"]]]


def test_a_cell_of_the_matrix_says_all_in_words() -> None:
    cell = links(matrix(AIRLINE))["operations reads planning: 1 reader, against the flow"]
    assert (cell.text, cell.get("href")) == ("1", "#e-planning--operations")


def test_rows_and_columns_have_headers() -> None:
    table = ET.fromstring(matrix(AIRLINE))  # noqa: S314 - ours
    assert [head.get("scope") for head in table.iter("th")] == ["col"] * 3 + ["row"] * 3
