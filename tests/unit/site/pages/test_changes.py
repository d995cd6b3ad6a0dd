"""Changes: newest first, with their class, and what they did to whom."""

from __future__ import annotations

import re

from msgspec.structs import replace

from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.pages.changes import ON_A_PAGE, change_pages
from support.catalogues import catalogue, files
from support.markup import links, text_of

DELAYS = "products/operations/delays/changes.html"


def page(path: str = "changes.html", of: Catalogue | None = None) -> str:
    return files(change_pages, of)[path]


def test_months_and_days_come_newest_first() -> None:
    found = page()
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", found) == ["June 2026", "May 2026"]
    assert re.findall(r'<h3><time datetime="(.*?)">', found) == ["2026-06-01", "2026-05-20", "2026-05-01"]


def test_a_change_tells_its_class_what_it_was_and_whom_it_hit() -> None:
    assert (
        "operations.delays breaking 1.0.0 breaking column minutes is gone minutes CHG003 "
        "breaks planning , 1 model: uses minutes" in text_of(page())
    )


def test_a_change_that_its_consumers_made_milder_says_what_it_is_by_itself() -> None:
    assert "another kind of value (breaking by itself)" in text_of(page())


def test_columns_that_are_still_there_lead_to_their_permalink() -> None:
    found = links(page())
    assert "products/operations/delays/index.html#c-carrier" in found
    assert not [link for link in found if link.endswith("#c-minutes")]


def test_the_permalink_is_that_of_the_version_that_changed() -> None:
    base = catalogue()
    release = next(one for one in base.releases if one.product == "flights" and one.changes)
    change = replace(release.changes[0], v=1, columns=("distance_km",))
    of = replace(base, releases=(replace(release, changes=(change,)),))
    assert "products/operations/flights/v1.html#c-distance_km" in links(page(of=of))


def test_what_is_new_and_what_went_is_said() -> None:
    base = catalogue()
    gone = replace(base.releases[0], product="routes", gone=True, changes=())
    found = text_of(page(of=replace(base, releases=(gone, *base.releases))))
    assert "operations.routes taken away" in found
    assert "reference.airports new 1.0.0" in found


def test_a_product_that_is_gone_has_no_page_to_lead_to() -> None:
    gone = replace(catalogue().releases[0], product="routes", gone=True)
    assert "products/operations/routes/changes.html" not in links(page(of=replace(catalogue(), releases=(gone,))))


def test_what_was_never_published_stands_apart() -> None:
    waiting = replace(catalogue().releases[0], at=None)
    assert "Not published yet operations.delays" in text_of(page(of=replace(catalogue(), releases=(waiting,))))


def test_without_history_it_says_which_command_brings_it() -> None:
    assert "To bring it: mesh build" in text_of(page(of=replace(catalogue(), releases=())))


def test_every_product_has_its_own_changes() -> None:
    assert "column minutes is gone" in text_of(page(DELAYS))
    assert "column minutes is gone" not in text_of(page("products/operations/flights/changes.html"))
    assert "It was called departures before." in text_of(page("products/operations/flights/changes.html"))


def test_a_product_without_history_says_which_command_brings_it() -> None:
    product = replace(catalogue().products[0], releases=())
    of = replace(catalogue(), products=(product,))
    assert "To bring it: mesh build --select operations" in text_of(page(DELAYS, of))


def test_very_many_are_on_several_pages_which_lead_to_each_other() -> None:
    releases = catalogue().releases[-1:] * (ON_A_PAGE + 1)
    found = files(change_pages, replace(catalogue(), releases=releases))
    assert found["changes.html"].count('class="timeline-head"') == ON_A_PAGE
    assert found["changes-2.html"].count('class="timeline-head"') == 1
    assert {"changes.html", "changes-2.html"} <= set(links(found["changes.html"]))
    assert "changes-3.html" not in found
