"""Any text becomes a part of a path or an anchor, and no two become the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_tools.site.names import ProductPaths, slug, version_file


@pytest.mark.parametrize("name", ["flights", "route_2", "a.b", "on-time", "_x"])
def test_what_is_safe_stays_itself(name: str) -> None:
    assert slug(name) == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "Flights", "con", "nul.txt", "a.", "é", "a--b", "x" * 99]
)
def test_what_some_file_system_refuses_gets_a_digest(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9_-]+--[0-9a-f]{8}", slug(name))


@given(st.text(max_size=200), st.text(max_size=200))
def test_two_texts_never_become_one_slug(first: str, second: str) -> None:
    assert (slug(first).lower() == slug(second).lower()) == (first == second)


@given(st.text(max_size=200))
def test_a_slug_is_safe_in_paths_urls_and_ids(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9_][a-z0-9_.-]*", slug(text))


def test_a_version_is_a_page_and_a_product_without_versions_is_none() -> None:
    assert [version_file(v) for v in (2, "2024-01", None)] == ["v2.html", "v2024-01.html", "index.html"]


def test_a_product_that_the_site_does_not_have_has_no_page() -> None:
    paths = ProductPaths([("air", "operations", "flights")])
    assert paths.page("operations", "flights") == "products/air/flights/index.html"
    assert paths.page("operations", "gone") is None
