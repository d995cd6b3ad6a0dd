from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mesh_tools.artifacts.compiled import CompiledManifest, decode_compiled, read_compiled
from mesh_tools.errors import Location, MeshError

WHERE = Location("manifest.json")
ORDERS: dict[str, Any] = {
    "unique_id": "model.shop.orders",
    "name": "orders",
    "resource_type": "model",
    "package_name": "shop",
    "language": "sql",
}


def manifest(*nodes: dict[str, Any], adapter: str = "duckdb", **others: Any) -> CompiledManifest:
    document = {
        "metadata": {
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
            "dbt_version": "1.11.0",
            "project_name": "shop",
            "adapter_type": adapter,
        },
        "nodes": {node["unique_id"]: node for node in nodes},
        **others,
    }
    return decode_compiled(json.dumps(document).encode(), WHERE)


@pytest.mark.parametrize("key", ["compiled_code", "compiled_sql"])
def test_compiled_sql_is_read_by_its_new_name_and_by_its_old_one(key: str) -> None:
    node = manifest({**ORDERS, key: "select 1 as id"}).nodes["model.shop.orders"]
    assert node.sql == "select 1 as id"


def test_a_python_model_has_no_sql() -> None:
    node = manifest({**ORDERS, "language": "python", "compiled_code": "def model(dbt, session): ..."})
    assert node.nodes["model.shop.orders"].sql is None


def test_tests_are_left_out() -> None:
    test = {**ORDERS, "unique_id": "test.shop.t", "resource_type": "test", "compiled_code": "select 1"}
    assert list(manifest(ORDERS, test).nodes) == ["model.shop.orders"]


def test_nulls_are_read_as_what_is_missing() -> None:
    node = manifest({**ORDERS, "tags": None, "columns": None, "contract": None, "config": None, "alias": None})
    model = node.nodes["model.shop.orders"]
    assert (model.tags, model.contract_enforced, model.materialized, model.identifier) == (None, False, None, "orders")


@pytest.mark.parametrize(
    "written", [{"contract": {"enforced": True}}, {"config": {"contract": {"enforced": True}}}], ids=["node", "config"]
)
def test_a_contract_is_enforced_wherever_it_says_so(written: dict[str, Any]) -> None:
    assert manifest({**ORDERS, **written}).nodes["model.shop.orders"].contract_enforced


def test_a_manifest_that_was_only_parsed_says_what_to_run() -> None:
    parsed = manifest(ORDERS)
    assert not parsed.has_sql
    with pytest.raises(MeshError) as caught:
        parsed.require_sql(WHERE)
    assert "no compiled SQL" in caught.value.message
    assert caught.value.hint == "run `mesh build`, or `dbt compile` in shop"


@pytest.mark.parametrize(
    "nodes",
    [
        (),
        ({**ORDERS, "tags": ["mesh_external"]},),
        ({**ORDERS, "language": "python"},),
        ({**ORDERS, "compiled_code": "select 1 as id"}, {**ORDERS, "unique_id": "model.shop.other"}),
    ],
    ids=["no models", "only stubs", "only Python models", "some compiled"],
)
def test_a_manifest_has_sql_unless_all_of_it_is_missing(nodes: tuple[dict[str, Any], ...]) -> None:
    assert manifest(*nodes).has_sql


@pytest.mark.parametrize(
    ("adapter", "dialect"),
    [("duckdb", "duckdb"), ("sqlserver", "tsql"), ("databricks", "databricks"), ("unheard_of", "")],
)
def test_the_adapter_tells_the_dialect(adapter: str, dialect: str) -> None:
    assert manifest(adapter=adapter).dialect == dialect


def test_sources_and_exposures_are_read() -> None:
    source = {"unique_id": "source.shop.raw.o", "name": "o", "resource_type": "source", "identifier": "ORDERS"}
    exposure = {"unique_id": "exposure.shop.board", "name": "board", "depends_on": {"nodes": ["model.shop.orders"]}}
    found = manifest(sources={source["unique_id"]: source}, exposures={exposure["unique_id"]: exposure})
    assert found.sources["source.shop.raw.o"].identifier == "ORDERS"
    assert found.exposures["exposure.shop.board"].depends_on.nodes == ("model.shop.orders",)


def test_a_missing_manifest_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match=r"there is no manifest\.json") as caught:
        read_compiled(tmp_path / "manifest.json")
    assert "dbt compile" in (caught.value.hint or "")
