"""catalog.json, run_results.json and sources.json as dbt wrote them for the project of the manifests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mesh_tools.artifacts.catalog import CatalogColumn, read_catalog
from mesh_tools.artifacts.run_results import FAILED, SKIPPED, Result, read_run_results
from mesh_tools.artifacts.sources import read_sources

CASES = Path(__file__).parents[2] / "cases" / "manifests" / "dbt_1"


def test_the_catalog_has_the_warehouses_own_columns() -> None:
    table = read_catalog(CASES / "catalog.json").nodes["model.shop.orders.v2"]
    assert list(table.columns.values()) == [
        CatalogColumn("order_id", "INTEGER", 1),
        CatalogColumn("country_code", "VARCHAR", 2),
        CatalogColumn("amount", "DECIMAL(18,2)", 3),
    ]


def test_run_results_tell_how_each_node_ended() -> None:
    results = {result.unique_id: result for result in read_run_results(CASES / "run_results.json").results}
    assert results["model.shop.orders.v2"].status == "success"
    assert results["unit_test.shop.totals.totals_add_up"].resource_type == "unit_test"
    assert results["exposure.shop.turnover"].status in SKIPPED
    assert not any(result.failed for result in results.values())


@pytest.mark.parametrize(
    ("status", "failed"),
    [
        *(("success", False), ("pass", False), ("warn", False), ("skipped", False), ("no-op", False)),
        *(("error", True), ("fail", True), ("runtime error", True), ("partial success", True)),
    ],
)
def test_what_ends_dbt_with_an_error(status: str, failed: bool) -> None:  # noqa: FBT001 - a table's column
    assert Result(unique_id="model.shop.x", status=status).failed is failed


def test_every_status_of_dbt_is_known() -> None:
    """So that a status of a newer dbt is looked at before it counts as success."""
    from dbt.artifacts.schemas.results import RunStatus, TestStatus

    assert {status.value for status in (*RunStatus, *TestStatus)} <= {"success", "pass", "warn", *FAILED, *SKIPPED}


def test_sources_tell_the_age_in_seconds() -> None:
    (orders,) = read_sources(CASES / "sources.json").results
    assert (orders.unique_id, orders.status) == ("source.shop.raw.orders", "warn")
    assert orders.max_loaded_at == "2013-05-05T00:00:00+00:00"
    assert (orders.max_loaded_at_time_ago_in_s or 0) > 10 * 365 * 86_400


@pytest.mark.parametrize("error", ["no such table", 2, None])
def test_a_source_that_could_not_be_measured_says_why(error: object, tmp_path: Path) -> None:
    document = json.loads((CASES / "sources.json").read_text(encoding="utf-8"))
    document["results"] = [{"unique_id": "source.shop.raw.gone", "status": "runtime error", "error": error}]
    path = tmp_path / "sources.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    (gone,) = read_sources(path).results
    assert (gone.status, gone.error, gone.max_loaded_at) == ("runtime error", error, None)
