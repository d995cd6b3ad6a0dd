"""Status: what went wrong first, and what is not known."""

from __future__ import annotations

from msgspec.structs import replace

from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.pages.status import ROWS, status_page
from support.catalogues import catalogue, files, many, product
from support.markup import rows, section, text_of


def page(of: Catalogue | None = None) -> str:
    return files(status_page, of)["status.html"]


def test_one_line_sums_it_up() -> None:
    assert text_of(page()).startswith(
        "Status 4 projects: 1 failed, 2 whose build is not known, 1 built. 1 freshness promise is broken. "
        "Tests fail on 1 version of a product. 2 things are not known."
    )


def test_builds_that_failed_come_first_then_those_that_are_not_known() -> None:
    assert [row.split()[0] for row in rows(page(), "builds")] == ["reference", "crew", "planning", "operations"]
    assert rows(page(), "builds")[0] == (
        "reference failed 2026-06-14 10:00 UTC 2026-06-03 12:00 UTC 2026-05-20 08:00 UTC not known"
    )


def test_a_project_whose_tests_fail_stands_before_those_that_are_well() -> None:
    base = catalogue()
    operations, *others = base.domains
    failing = replace(operations.projects[0], name="zoo", tests={"pass": 3, "fail": 1})
    found = rows(
        page(replace(base, domains=(replace(operations, projects=(failing, *operations.projects)), *others))), "builds"
    )
    assert [row.split()[0] for row in found] == ["reference", "zoo", "crew", "planning", "operations"]


def test_what_kept_an_interface_from_being_read_is_said() -> None:
    base = catalogue()
    broken = replace(base.domains[0].projects[0], problem="interface.yml is no YAML")
    of = replace(base, domains=(replace(base.domains[0], projects=(broken,)),))
    assert "interface.yml is no YAML" in section(page(of), "builds")


def test_promises_say_when_a_build_last_found_them_good_the_broken_ones_first() -> None:
    assert rows(page(), "promises") == [
        "airports reference never older than 1 day 2026-06-03 12:00 UTC stale",
        "delays operations never older than 2 days 2026-06-15 10:00 UTC checked on data",
        "flights.v1 operations never older than 1 day 2026-06-15 10:00 UTC fresh",
        "flights.v2 operations never older than 1 day 2026-06-15 10:00 UTC fresh",
    ]
    assert "1 stale 1 checked on data 2 fresh" in section(page(), "promises")
    assert "3 other versions promise none." in section(page(), "promises")


def test_products_whose_tests_fail_are_listed() -> None:
    assert section(page(), "failing") == "Tests that fail 1 airports of reference 1 test"


def test_what_is_not_known_comes_with_the_command_that_brings_it() -> None:
    assert section(page(), "gaps") == (
        "What is not known no lineage of planning. To bring it: mesh lineage the interface of crew could not be read."
    )


def test_when_all_is_known_it_says_so() -> None:
    assert "Nothing is missing" in section(page(replace(catalogue(), gaps=())), "gaps")


def test_a_mesh_of_nothing_says_what_a_promise_is() -> None:
    bare = page(replace(catalogue(), products=(), domains=()))
    assert text_of(bare).startswith("Status No project is known.")
    assert "No product promises freshness." in text_of(bare)


def test_of_very_many_only_the_worst_are_shown() -> None:
    of = many(ROWS, replace(catalogue(), products=(product("delays"),)))
    of = replace(of, products=(*of.products, product("airports")))
    found = rows(page(of), "promises")
    assert (len(found), found[0].split()[0]) == (ROWS, "airports")
    assert "and 1 more, none of them worse." in section(page(of), "promises")
