"""Links to what a product was called before still lead to it."""

from __future__ import annotations

from msgspec.structs import replace

from mesh_tools.site.twins.redirects import redirects
from support.site_markup import Markup
from support.twins import catalogue, files, whole_site


def page(path: str) -> Markup:
    found = Markup(path, whole_site()[path])
    found.feed(found.source)
    return found


def refresh(path: str) -> str:
    [found] = [tag["content"] for tag in page(path).of("meta") if tag.get("http-equiv") == "refresh"]
    return found


def test_the_page_of_a_former_name_leads_to_the_product_at_once() -> None:
    path = "products/operations/departures/index.html"
    assert refresh(path) == "0; url=../../../products/operations/flights/index.html"
    assert "<bdi>departures</bdi> is called <bdi>flights</bdi> now." in page(path).source


def test_the_pages_of_its_versions_and_changes_lead_to_the_same_of_the_product() -> None:
    folder = "products/operations/departures/"
    assert refresh(f"{folder}v1.html") == "0; url=../../../products/operations/flights/v1.html"
    assert refresh(f"{folder}v2.html") == "0; url=../../../products/operations/flights/index.html"
    assert refresh(f"{folder}changes.html") == "0; url=../../../products/operations/flights/changes.html"


def test_a_former_name_that_another_product_has_by_now_is_left_to_it() -> None:
    assert "refresh" not in whole_site()["products/operations/airports/index.html"]


def test_of_two_products_that_had_one_name_the_first_has_it() -> None:
    [airports, flights] = [one for one in catalogue().products if one.name in {"airports", "flights"}]
    both = replace(airports, product=replace(airports.product, renamed_from=("departures",)))
    made = files(redirects, of=replace(catalogue(), products=(both, flights)))
    assert "is called <bdi>airports</bdi> now" in made["products/operations/departures/index.html"]


def test_every_version_has_an_address_that_stays() -> None:
    """The latest one is shown on the product's own page: until there is a later one."""
    assert refresh("products/operations/flights/v2.html") == "0; url=../../../products/operations/flights/index.html"
    assert "refresh" not in whole_site()["products/operations/flights/v1.html"]


def test_a_version_that_is_gone_says_so() -> None:
    products = tuple(replace(one, versions=one.versions[:1]) for one in catalogue().products)
    made = files(redirects, of=replace(catalogue(), products=products))
    assert "Version 1 is no longer there." in made["products/operations/flights/v1.html"]


def test_with_an_address_search_engines_are_told_the_whole_one() -> None:
    made = files(redirects, base_url="https://skies.example/mesh")["products/operations/departures/index.html"]
    assert '<link rel="canonical" href="https://skies.example/mesh/products/operations/flights/index.html">' in made
