"""The tile: a page that stands in somebody else's."""

from __future__ import annotations

from support.site_markup import Markup
from support.twins import whole_site


def tile(name: str) -> Markup:
    path = f"embed/{name}.html"
    page = Markup(path, whole_site()[path])
    page.feed(page.source)
    return page


def test_it_says_who_owns_the_product_and_how_it_stands() -> None:
    text = " ".join(" ".join(tile("operations.flights").text).split())
    for told in ("flights v2", "stable", "fresh", "Ops", "ops@skies.example", "2026-06-15 10:00 UTC"):
        assert told in text


def test_its_link_leaves_the_frame() -> None:
    [link, *_] = tile("operations.flights").of("a")
    assert link["href"] == "../products/operations/flights/index.html"
    assert (link["target"], link["rel"]) == ("_blank", "noopener")


def test_it_runs_nothing() -> None:
    page = tile("operations.flights")
    assert not page.of("script")
    assert "script-src" not in page.policy
    assert "default-src 'none'" in page.policy


def test_a_frame_that_was_set_up_under_a_former_name_shows_the_product() -> None:
    page = tile("operations.departures")
    assert "It was called departures before." in page.source
    assert page.title != tile("operations.flights").title


def test_the_page_of_the_product_says_how_to_embed_it() -> None:
    page = whole_site()["products/operations/flights/index.html"]
    assert "/embed/operations.flights.html" in page
    assert "/badges/operations.flights.svg" in page
