"""Deprecations: what is overdue in red, what is due next first, and how to migrate."""

from __future__ import annotations

from msgspec.structs import replace

from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.pages.deprecations import ROWS, deprecation_page
from support.catalogues import catalogue, changed, files, many, product
from support.markup import links, rows, section, text_of


def page(of: Catalogue | None = None) -> str:
    return files(deprecation_page, of)["deprecations.html"]


def test_one_line_sums_it_up() -> None:
    assert text_of(page()).startswith(
        "Deprecations 1 version has ended and is still used. 1 version ends next, the first in 16 days."
    )


def test_what_has_ended_and_is_still_used_stands_above_all_in_red() -> None:
    found = page()
    assert found.index('class="alarm"') < found.index('id="due"')
    (row,) = rows(found, "overdue")
    assert row.startswith("tails.v1 operations 2026-05-01 ended 45 days ago")
    assert '<span class="chip chip-bad">ended 45 days ago</span>' in found


def test_what_is_due_says_what_to_use_instead_and_who_still_uses_it() -> None:
    (row,) = rows(page(), "due")
    assert row == (
        "flights.v1 operations 2026-07-01 16 days left {{ ref('operations', 'flights', v=2) }} flights.v2 , "
        "what changed 2 readers planning Ops ops@skies.example #ops"
    )
    assert {"products/operations/flights/v1.html", "products/operations/flights/changes.html"} <= set(links(page()))


def test_the_nearest_end_comes_first() -> None:
    first = product("flights")
    later, sooner = (replace(first.versions[1], days_left=days) for days in (300, 3))
    of = replace(catalogue(), products=(replace(first, versions=(later,)), replace(first, versions=(sooner,))))
    assert [row.split(" left")[0].rsplit(" ", 2)[-2] for row in rows(page(of), "due")] == ["3", "300"]
    assert "the first in 3 days" in text_of(page(of))


def test_the_last_day_is_called_today() -> None:
    assert "the first today." in text_of(page(changed(product("flights").versions[1], days_left=0)))


def test_without_a_successor_the_owner_is_to_be_asked() -> None:
    (row,) = rows(page(), "ended")
    assert row == (
        "old_codes reference 2026-01-01 ended 165 days ago Nothing takes its place: ask its owner. nobody "
        "data@skies.example"
    )


def test_an_end_that_concerns_nobody_is_not_red() -> None:
    assert '<span class="chip">ended 165 days ago</span>' in page()


def test_columns_that_end_lead_to_their_permalink() -> None:
    assert rows(page(), "columns")[0].startswith("pilot flights.v2 2026-09-01")
    assert "products/operations/flights/v1.html#c-pilot" in links(page())


def test_where_nothing_ends_it_says_what_would() -> None:
    found = text_of(page(replace(catalogue(), products=())))
    assert "No version of a product has an end ahead." in found
    assert "deprecation_date" in found
    assert section(page(replace(catalogue(), products=())), "due") == ""


def test_of_very_many_the_first_are_shown_and_the_rest_counted() -> None:
    of = many(ROWS + 5, replace(catalogue(), products=(product("flights"),)))
    assert len(rows(page(of), "due")) == ROWS
    assert "and 5 more." in section(page(of), "due")
