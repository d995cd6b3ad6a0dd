"""Badges: small, legible, and nothing in them but what they say."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from mesh_tools.site.output import safe_text
from mesh_tools.site.twins.badges import Piece, badge
from support.twins import whole_site

SVG = "{http://www.w3.org/2000/svg}"


def drawn(path: str) -> ET.Element:
    return ET.fromstring(whole_site()[path])  # noqa: S314 - our own


def words(root: ET.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def test_a_product_shows_its_version_contract_status_and_freshness() -> None:
    assert words(drawn("badges/operations.flights.svg")) == ["flights.v2", "2.0.0", "stable", "fresh"]


def test_a_domain_shows_how_many_products_it_has() -> None:
    assert words(drawn("badges/domains/operations.svg")) == ["operations", "3 products"]


def test_it_has_a_title_for_those_who_do_not_see_it() -> None:
    root = drawn("badges/operations.flights.svg")
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == root.findtext(f"{SVG}title") == "flights.v2: 2.0.0, stable, fresh"


def test_a_link_to_a_former_name_still_shows_it() -> None:
    site = whole_site()
    assert site["badges/operations.departures.svg"] == site["badges/operations.flights.svg"]


def test_boxes_stand_beside_each_other_within_the_drawing() -> None:
    root = drawn("badges/operations.flights.svg")
    boxes = [(int(box.attrib["x"]), int(box.attrib["width"])) for box in root.findall(f"{SVG}g/{SVG}rect")]
    for (start, width), (following, _) in pairwise(boxes):
        assert start + width < following
    assert sum(boxes[-1]) == int(root.attrib["width"])


def test_white_text_is_legible_on_every_colour() -> None:
    """By WCAG 2, at least 4.5 : 1."""
    colours = {colour for path, text in whole_site().items() if path.endswith(".svg") for colour in _FILL.findall(text)}
    assert colours
    assert [colour for colour in colours if 1.05 / (_luminance(colour) + 0.05) < 4.5] == []


_FILL = re.compile(r'<rect[^>]* fill="#([0-9a-f]{6})"')


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@given(st.text())
def test_any_text_is_a_drawing(text: str) -> None:
    root = ET.fromstring(safe_text(badge([Piece(text, "#44494d"), Piece("1.0.0", "#1f5f8b")])))  # noqa: S314
    assert len(words(root)) == 2
    assert int(root.attrib["width"]) < 700
