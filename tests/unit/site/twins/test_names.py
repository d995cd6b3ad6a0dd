"""What machines read of a product has a name of its own in a flat folder."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from mesh_tools.site.names import slug, twin_of

_TEXT = st.text(st.sampled_from("ab.-é"), min_size=1, max_size=5) | st.text(min_size=1)


def _folder(domain: str, name: str) -> str:
    return f"products/{slug(domain)}/{slug(name)}/"


def test_it_is_the_domain_and_the_product() -> None:
    assert twin_of("products/operations/flights/") == "operations.flights"


def test_a_point_in_one_of_them_is_no_border() -> None:
    assert twin_of("products/a.b/c/") != twin_of("products/a/b.c/")


@given(_TEXT, _TEXT, _TEXT, _TEXT)
def test_no_two_products_share_one(domain: str, name: str, other_domain: str, other_name: str) -> None:
    folders = _folder(domain, name), _folder(other_domain, other_name)
    assert (folders[0] == folders[1]) == (twin_of(folders[0]) == twin_of(folders[1]))


@given(_TEXT, _TEXT)
def test_it_is_safe_in_paths_and_urls(domain: str, name: str) -> None:
    assert re.fullmatch(r"[a-z0-9_][a-z0-9_.-]*", twin_of(_folder(domain, name)))
