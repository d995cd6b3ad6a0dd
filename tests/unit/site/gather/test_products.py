"""Products with all that is known of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mesh_tools.model.interface import Interface, Relation
from mesh_tools.site.facts.graph import ColumnLink, LineageEdge, LineageGraph, LineageNode
from mesh_tools.site.facts.product import ProductFacts
from mesh_tools.site.gather.columns import Columns
from mesh_tools.site.gather.products import paths_of, products_of
from support.worlds import NOW, consumer, project, use, world


def products(*interfaces: Interface, lineage: LineageGraph | None = None, **more: Any) -> dict[str, ProductFacts]:
    found = world(*interfaces, **more)
    columns = Columns(lineage or LineageGraph(), found)
    return {product.label: product for product in products_of(found, paths_of(found), columns, ())}


def flights(*others: Interface, fragment: dict[str, Any] | None = None, **more: Any) -> ProductFacts:
    return products(project("operations", fragment or {}), *others, **more)["operations.flights"]


@pytest.mark.parametrize(
    ("ends", "status", "days"),
    [("2026-06-25", "deprecated", 10), ("2026-06-15", "deprecated", 0), ("2026-06-01", "retired", -14)],
    ids=["ahead", "today", "past"],
)
def test_the_days_to_its_end_decide_the_status(ends: str, status: str, days: int) -> None:
    shown = flights(fragment={"deprecation_date": ends}).latest
    assert (shown.status, shown.days_left) == (status, days)


def test_an_older_version_leads_to_the_latest() -> None:
    fragment = {"product": {"latest": 2}, "versions": {1: {"deprecation_date": "2026-07-01"}, 2: {}}}
    latest, older = flights(fragment=fragment).versions
    assert (latest.version.v, latest.status, latest.successor) == (2, "stable", None)
    assert (older.version.v, older.status, older.successor) == (1, "deprecated", 2)


def test_a_version_after_the_latest_is_a_prerelease_and_what_to_move_to_when_the_latest_ends() -> None:
    ends = {"deprecation_date": "2026-07-01"}
    fragment = {"product": {"latest": 2}, "versions": {1: ends, 2: ends, 3: {}}}
    product = flights(fragment=fragment)
    found = [(version.version.v, version.status, version.successor) for version in product.versions]
    assert found == [(2, "deprecated", 3), (3, "prerelease", None), (1, "deprecated", 3)]
    assert product.successor_of(product.latest) is product.versions[1]
    assert product.successor_of(product.versions[1]) is None


def test_where_the_latest_ends_and_nothing_comes_after_it_there_is_no_successor() -> None:
    fragment = {"product": {"latest": 2}, "versions": {1: {}, 2: {"deprecation_date": "2026-07-01"}}}
    latest, older = flights(fragment=fragment).versions
    assert (latest.successor, older.status) == (None, "superseded")


def test_a_version_that_is_not_the_latest_has_a_page_of_its_own() -> None:
    product = flights(fragment={"product": {"latest": 2}, "versions": {1: {}, 2: {}}})
    pages = [product.page_of(version) for version in product.versions]
    assert pages == ["products/operations/flights/index.html", "products/operations/flights/v1.html"]


@pytest.mark.parametrize(("hours", "state"), [(23, "kept"), (25, "broken")])
def test_a_freshness_promise_is_measured_against_the_last_build(hours: int, state: str) -> None:
    fragment = {"freshness": {"count": 1, "period": "day"}}
    shown = flights(fragment=fragment, checked={"operations": NOW - timedelta(hours=hours)}).latest
    assert (shown.promise, shown.age_hours) == (state, hours)


def test_a_promise_without_any_known_build_is_not_known() -> None:
    assert flights(fragment={"freshness": {"count": 1, "period": "day"}}).latest.promise == "unknown"


def test_a_column_counts_the_models_that_read_or_filter_by_it() -> None:
    uses = use(("int_a", "int_b"), columns=["carrier"]), use("int_c", columns=["carrier"], indirect=["carrier"])
    readers = {fact.column.name: fact.readers for fact in flights(consumer("planning", *uses)).latest.columns}
    assert readers == {"flight_id": 0, "carrier": 3, "distance_km": 0}


def test_one_reader_that_was_not_traced_makes_the_count_unknown() -> None:
    shown = flights(consumer("planning", use("int_a", columns=["carrier"]), use("int_b"))).latest
    assert {fact.readers for fact in shown.columns} == {None}


def test_a_column_without_a_description_inherits_that_of_the_one_that_it_is() -> None:
    graph = LineageGraph(
        nodes={
            name: LineageNode(id=name, label=name, kind="product", project=name[:4], domain=name[:4], href="p.html")
            for name in ("reference.airports", "operations.flights")
        },
        edges=(
            LineageEdge(
                source="reference.airports",
                target="operations.flights",
                method="fast",
                columns=(ColumnLink("code", "carrier", "rename"), ColumnLink("code", "distance_km", "transform")),
            ),
        ),
    )
    reference = project(
        "reference", {"product": None, "others": {"airports": {"columns": {"code": {"description": "Of the FAA."}}}}}
    )
    found = products(project("operations", {}), reference, lineage=graph)["operations.flights"].latest
    columns = {fact.column.name: fact for fact in found.columns}
    assert columns["carrier"].description == "Of the FAA."
    assert columns["carrier"].inherited is not None
    assert columns["carrier"].inherited.href == "p.html#c-code"
    assert columns["distance_km"].description == ""  # made of it, but another thing
    assert [origin.kind for origin in columns["distance_km"].origins] == ["transform"]


def test_products_of_one_name_in_one_domain_have_folders_of_their_own() -> None:
    both = project("a_first", {}), project("b_second", {})
    found = products(*both, domains={"a_first": "air", "b_second": "air"})
    assert {product.folder for product in found.values()} == {
        "products/air/flights/",
        "products/air/b_second.flights/",
    }


def test_the_sample_names_the_relation_only_where_it_is_published() -> None:
    interface = project("operations", {"product": {"latest": 2}, "versions": {2: {}}})
    assert products(interface)["operations.flights"].latest.sample.sql is None
    relations = {"flights.v2": Relation(database="ops", schema="marts", identifier="flights_v2")}
    published = project("operations", {"versions": {2: {}}, "interface": {"relations": relations}})
    sample = products(published)["operations.flights"].latest.sample
    assert 'from "ops"."marts"."flights_v2"' in (sample.sql or "")
    assert sample.ref == "{{ ref('operations', 'flights', v=2) }}"
