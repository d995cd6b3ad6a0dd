"""The page for what is not there, which a host shows at any depth."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest

from mesh_tools.site.pages.not_found import not_found_page
from support.catalogues import files

ASKED = ("gone.html", "products/operations/departures/v1.html")


@pytest.mark.parametrize(
    ("base_url", "root"),
    [
        ("", "/"),
        ("https://skies.example", "/"),
        ("https://skies.example/", "/"),
        ("https://skies.example/data/catalogue", "/data/catalogue/"),
        ("https://skies.example/data/catalogue/", "/data/catalogue/"),
    ],
)
@pytest.mark.parametrize("asked", ASKED)
def test_its_links_lead_into_the_site_from_wherever_it_is_shown(base_url: str, root: str, asked: str) -> None:
    page = files(not_found_page, base_url=base_url)["404.html"]
    shown_at = f"https://skies.example{root}{asked}"
    targets = [
        urljoin(shown_at, link) for link in re.findall(r'(?:href|src)="([^"]*)"', page) if not link.startswith("#")
    ]
    assert f"https://skies.example{root}assets/site.css" in targets
    assert f"https://skies.example{root}products.html" in targets
    assert all(target.startswith(f"https://skies.example{root}") for target in targets)


def test_it_says_what_may_have_happened() -> None:
    assert "A product may have been renamed or taken away." in files(not_found_page)["404.html"]
