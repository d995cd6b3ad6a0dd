"""Domains: whom to ask, what they offer, on whom they depend, how good their interface is."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.facts.graph import MapFacts
from mesh_tools.site.pages.domains import coverage_of, domain_pages
from support.catalogues import catalogue, files, many
from support.markup import links, rows, section, text_of


def page(name: str, of: Catalogue | None = None) -> str:
    return files(domain_pages, of)[f"domains/{name}/index.html"]


def test_the_list_tells_of_every_domain_how_it_stands() -> None:
    text = text_of(files(domain_pages)["domains.html"])
    assert "operations Runs the day. Ops 3 0 1 2 versions 77 silver" in text
    assert "planning nobody is named 0 2 0 none not known" in text


def test_a_domain_says_whom_to_ask_what_it_is_for_and_when_it_was_built() -> None:
    text = text_of(page("operations"))
    for fact in ("Runs the day .", "Everything that moves .", "Ops ops@skies.example #ops", "2026-06-15 10:00 UTC"):
        assert fact in text


def test_each_project_of_a_domain_has_its_own_facts() -> None:
    assert section(page("planning"), "projects").count("Owner") == 2


def test_its_products_are_a_table_that_leads_to_them() -> None:
    assert rows(page("operations"), "products")[1] == "flights Flights that left. stable fresh 2.0.0 1"
    assert "../../products/operations/flights/index.html" in links(page("operations"))


def test_it_tells_on_whom_it_depends_and_with_which_products_the_strongest_first() -> None:
    assert section(page("planning"), "reads").startswith("We depend on operations operations.delays")
    assert "reference reference.airports 1 reader" in section(page("planning"), "reads")
    assert "planning" in section(page("operations"), "read-by")
    assert "Nobody so far." in section(page("planning"), "read-by")


def test_its_own_endings_are_there_and_those_of_others_that_it_uses() -> None:
    ours, theirs = (section(page(name), "deprecations") for name in ("operations", "planning"))
    assert "tails.v1 ours, used by 1 reader of planning ended 45 days ago flights.v1" in ours
    assert "flights.v1 of operations, used by 2 models of ours 16 days left" in theirs
    assert "old_codes" not in theirs


def test_a_domain_that_no_ending_concerns_does_not_speak_of_them() -> None:
    bare = replace(catalogue(), products=())
    assert section(page("operations", bare), "deprecations") == ""


def test_coverage_is_over_the_latest_versions_least_first() -> None:
    found = [(part.name, part.share) for part in coverage_of(catalogue().products)]
    assert found == [("columns tested", 0), ("columns described", pytest.approx(0.2)), ("contract", 1)]
    assert "columns described 20 %" in section(page("operations"), "quality")


def test_it_says_what_would_raise_its_score_most() -> None:
    assert "13 columns are not described describe them 13.0 points" in section(page("operations"), "quality")


def test_without_scores_it_says_which_command_brings_them() -> None:
    assert "To bring them: mesh docs build" in section(page("reference"), "quality")


def test_without_products_it_says_what_makes_one() -> None:
    assert "access: public" in section(page("planning"), "products")


def test_a_domain_of_very_many_products_leads_on_to_the_list_of_all() -> None:
    found = page("operations", many(600))
    assert len(rows(found, "products")) == 500
    assert "All 600 products" in text_of(found)


def test_a_strong_coupling_names_its_first_products_and_counts_the_rest() -> None:
    base = catalogue()
    coupling = base.map.couplings[0]
    refs = tuple(replace(coupling.refs[0], product=f"operations.p{n}") for n in range(40))
    of = replace(base, map=MapFacts(couplings=(replace(coupling, refs=refs),)))
    assert "operations.p11 and 28 more" in section(page("planning", of), "reads")
