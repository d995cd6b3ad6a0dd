"""The page of a product: what its lineage says in words, and which version to use."""

from __future__ import annotations

from msgspec.structs import replace

from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.facts.graph import ColumnLink, LineageEdge, LineageGraph, LineageNode
from mesh_tools.site.pages.product import product_pages
from support.catalogues import catalogue, changed, files, product
from support.markup import section, text_of

FLIGHTS = "products/operations/flights/"


def page(of: Catalogue | None = None, path: str = "index.html") -> str:
    return files(product_pages, of)[FLIGHTS + path]


def node(name: str, label: str) -> LineageNode:
    return LineageNode(
        id=name, label=label, kind="internal" if "(" in name else "product", project=label, domain="operations"
    )


def test_what_is_not_shown_tells_of_columns_that_its_reader_knows() -> None:
    flights = "operations.flights.v2"
    made_of = ("distance_km", "pilot")
    graph = LineageGraph(
        nodes={
            one.id: one
            for one in (
                node("operations (sources)", "sources of operations"),
                node(flights, flights),
                node("planning (internal)", "2 internal models of planning"),
            )
        },
        edges=(
            LineageEdge(
                source="operations (sources)",
                target=flights,
                method="fast",
                columns=tuple(ColumnLink("", name, "rename") for name in made_of),
                through=1,
            ),
            LineageEdge(
                source=flights,
                target="planning (internal)",
                method="fast",
                columns=(ColumnLink("pilot", "", "select"), ColumnLink("pilot", "", "filter")),
            ),
        ),
    )
    said = text_of(page(replace(catalogue(), lineage=graph)))
    assert "sources of operations in 2 columns here, through 1 internal model" in said
    assert "2 internal models of planning 1 column that goes no further" in said


def test_of_columns_that_are_only_published_nobody_says_where_they_end() -> None:
    flights = "operations.flights.v2"
    graph = LineageGraph(
        nodes={one.id: one for one in (node(flights, flights), node("crew (internal)", "1 internal model of crew"))},
        edges=(
            LineageEdge(
                source=flights,
                target="crew (internal)",
                method="published",
                columns=(ColumnLink("pilot", "", "select"),),
            ),
        ),
    )
    said = text_of(page(replace(catalogue(), lineage=graph)))
    assert "1 internal model of crew 1 column" in said
    assert "no further" not in said


def test_tests_of_a_build_that_failed_are_told_from_those_of_what_was_published() -> None:
    found = files(product_pages)
    failed = "The last build of reference failed, and was not published."
    assert failed in section(found["products/reference/airports/index.html"], "quality")
    assert "failed" not in section(found[FLIGHTS + "index.html"], "quality")


def test_where_the_latest_version_ends_the_one_after_it_is_named() -> None:
    found = product("flights")
    latest, older = found.versions
    ending = replace(latest, status="deprecated", days_left=9, successor=older.version.v)
    said = text_of(page(replace(catalogue(), products=(replace(found, versions=(ending, older)),))))
    assert "Migrate to v1 : write {{ ref('operations', 'flights', v=1) }}" in said


def test_a_version_after_the_latest_says_that_refs_do_not_mean_it_yet() -> None:
    _, other = product("flights").versions
    said = text_of(page(changed(other, status="prerelease", days_left=None), "v1.html"))
    assert "prerelease" in said
    assert "A ref without a version does not mean this one yet. The latest is flights" in said
