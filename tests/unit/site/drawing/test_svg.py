"""SVG as text: nothing that comes from outside gets out of its quotes."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from mesh_tools.site.drawing.svg import arrow, curve, element, number, shortened, text

EVIL = """"><script>alert('1')</script>&<!--]]>"""


def test_text_and_attributes_are_what_they_were_after_parsing() -> None:
    parsed = ET.fromstring(element("a", element("title", text(EVIL)), href=EVIL, aria_label=EVIL))  # noqa: S314 - ours
    assert (parsed.get("href"), parsed.get("aria-label"), parsed[0].text) == (EVIL, EVIL, EVIL)
    assert [child.tag for child in parsed] == ["title"]


def test_an_attribute_without_a_value_is_left_out() -> None:
    assert element("a", href=None, class_="x") == '<a class="x"/>'


@pytest.mark.parametrize(("value", "written"), [(-0.04, "0"), (3.14, "3.1"), (2.0, "2"), (-2.5, "-2.5")])
def test_numbers_take_few_characters(value: float, written: str) -> None:
    assert number(value) == written


def test_level_pieces_are_straight_and_others_swing() -> None:
    assert curve([(0, 0), (10, 0), (30, 20)]) == "M0 0L10 0C20 0 20 20 30 20"


@pytest.mark.parametrize(("end", "head"), [((50, 0), "M50 0l-7 -4v8z"), ((-50, 0), "M-50 0l7 -4v8z")])
def test_a_head_points_to_where_the_line_goes(end: tuple[float, float], head: str) -> None:
    assert arrow([(0, 0), end])[1] == head


@pytest.mark.parametrize(
    ("label", "shown"),
    [("operations", "operations"), ("customer_relations", "customer_…"), ("航空会社の運航部門", "航空会社…")],
)
def test_a_long_label_ends_in_an_ellipsis_and_wide_characters_count_more(label: str, shown: str) -> None:
    assert shortened(label, 100, 10) == shown
