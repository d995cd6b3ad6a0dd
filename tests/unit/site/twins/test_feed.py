"""Feeds: valid Atom, and the same entry stays the same entry."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from mesh_tools.site.output import safe_text
from mesh_tools.site.twins.feed import NEWEST, feeds, moment_of
from support.twins import catalogue, files, whole_site

ATOM = "{http://www.w3.org/2005/Atom}"


def feed(path: str = "feed.xml", base_url: str = "") -> ET.Element:
    return ET.fromstring(files(feeds, base_url=base_url)[path])  # noqa: S314 - our own


def texts(element: ET.Element, tag: str) -> list[str]:
    return [found.text or "" for found in element.iter(ATOM + tag)]


def links(element: ET.Element, relation: str) -> list[str]:
    return [found.attrib["href"] for found in element.iter(ATOM + "link") if found.attrib["rel"] == relation]


def test_it_has_what_the_standard_wants() -> None:
    root = feed()
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.findall(f"{ATOM}entry")):
        for tag in ("id", "title", "updated"):
            assert len(element.findall(ATOM + tag)) == 1
    assert len(root.findall(f"{ATOM}author")) == 1


def test_entries_tell_what_changed_newest_first() -> None:
    root = feed()
    entry = root.find(f"{ATOM}entry")
    assert entry is not None
    assert texts(entry, "updated") == ["2026-06-01T08:00:00Z"]
    assert texts(entry, "title") == ["operations.flights 2.0.0: dangerous"]
    assert texts(entry, "content")[0].startswith("<ul><li>")
    assert texts(root, "updated") == sorted(texts(root, "updated"), reverse=True)


def test_ids_tell_entries_apart_and_do_not_know_where_the_site_lies() -> None:
    ids = texts(feed(), "id")
    assert len(set(ids)) == len(ids)
    assert all(key.startswith("urn:uuid:") for key in ids)
    assert texts(feed(base_url="https://skies.example/mesh"), "id") == ids


def test_without_an_address_links_lead_through_the_site() -> None:
    assert links(feed(), "self") == []
    assert set(links(feed(), "alternate")) <= set(whole_site())
    of_domain = links(feed("domains/operations/feed.xml"), "alternate")
    assert {href.removeprefix("../../") for href in of_domain} <= set(whole_site())


def test_with_an_address_all_links_are_whole() -> None:
    root = feed("domains/operations/feed.xml", base_url="https://skies.example/mesh")
    assert links(root, "self") == ["https://skies.example/mesh/domains/operations/feed.xml"]
    assert all(href.startswith("https://skies.example/mesh/") for href in links(root, "alternate"))


def test_the_feed_of_a_domain_is_about_its_products_alone() -> None:
    assert len(feed("domains/operations/feed.xml").findall(f"{ATOM}entry")) == len(feed().findall(f"{ATOM}entry"))
    assert feed("domains/planning/feed.xml").findall(f"{ATOM}entry") == []


def test_a_feed_without_entries_is_of_the_day_that_the_site_shows() -> None:
    assert texts(feed("domains/planning/feed.xml"), "updated") == ["2026-06-15T00:00:00Z"]


def test_only_the_newest_are_in_it_each_with_an_id() -> None:
    [release, *_] = catalogue().releases
    many = replace(catalogue(), releases=(release,) * (NEWEST + 1))
    root = ET.fromstring(files(feeds, of=many)["feed.xml"])  # noqa: S314 - our own
    ids = texts(root, "id")
    assert len(root.findall(f"{ATOM}entry")) == NEWEST
    assert len(set(ids)) == len(ids)


def test_what_is_not_published_is_no_news() -> None:
    unpublished = replace(catalogue(), releases=tuple(replace(one, at=None) for one in catalogue().releases))
    assert "<entry>" not in files(feeds, of=unpublished)["feed.xml"]


def test_hostile_text_stays_text() -> None:
    evil = "]]></title><script>alert(1)</script>\x00&bogus;"
    [release, *_] = catalogue().releases
    change = replace(release.changes[0], message=evil)
    made = replace(catalogue(), name=evil, releases=(replace(release, product=evil, changes=(change,)),))
    root = ET.fromstring(safe_text(files(feeds, of=made)["feed.xml"]))  # noqa: S314 - our own
    [content] = texts(root, "content")
    assert "<script" not in content
    assert not list(root.iter("script"))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-06-01T08:00:00Z", "2026-06-01T08:00:00Z"),
        ("2026-06-01T08:00:00.123+02:00", "2026-06-01T06:00:00Z"),
        ("2026-06-01T08:00:00", "2026-06-01T08:00:00Z"),
        ("yesterday", None),
        (None, None),
    ],
)
def test_moments_are_in_utc_to_the_second(text: str | None, moment: str | None) -> None:
    assert moment_of(text) == moment
