"""What consumers may rely on, by adapter, materialization, constraints and tests. Each case is data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mesh_tools.artifacts.manifest import Manifest, ModelNode, decode_manifest
from mesh_tools.errors import Location
from mesh_tools.interface.extract import interface_of
from mesh_tools.interface.extract.guarantees import grain_of, guarantees_of
from mesh_tools.model.interface import Guarantee

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[3] / "cases" / "interface" / "guarantees.json").read_text(encoding="utf-8")
)


def node(name: str, access: str = "public", project: str = "shop", **fields: Any) -> dict[str, Any]:
    return {
        "resource_type": "model",
        "unique_id": f"model.{project}.{name}",
        "name": name,
        "package_name": project,
        "access": access,
        "database": project,
        "schema": "main",
        "alias": name,
        "path": f"{name}.sql",
        "original_file_path": f"models/{name}.sql",
        **fields,
    }


def day(v: int) -> dict[str, Any]:
    return node("day", version=v, latest_version=2, alias=f"day_v{v}") | {"unique_id": f"model.shop.day.v{v}"}


OTHERS = [
    node("order", project="air"),
    node("order"),
    node("order_items"),
    node("stg_order", "private"),
    day(1),
    day(2),
]
READ = [other["unique_id"] for other in OTHERS]


def data_test(number: int, test: dict[str, Any]) -> dict[str, Any]:
    reads = [test["reads"]] if "reads" in test else []
    return {
        "resource_type": "test",
        "unique_id": f"test.shop.t{number}",
        "name": f"t{number}",
        "package_name": "shop",
        "column_name": test.get("column"),
        "attached_node": "model.shop.it",
        "depends_on": {"nodes": [*reads, "model.shop.it"]},
        "config": {"severity": test.get("severity", "ERROR"), "where": test.get("where"), **test.get("config", {})},
        "test_metadata": {
            "name": test["name"],
            "namespace": test.get("namespace"),
            "kwargs": {"model": "{{ get_where_subquery(ref('it')) }}", **test.get("kwargs", {})},
        },
    }


def manifest_of(case: dict[str, Any]) -> Manifest:
    it = node(
        "it",
        config={"materialized": case.get("materialized", "table")},
        contract={"enforced": case.get("contract", True)},
        columns={name: {"name": name, "constraints": found} for name, found in case["columns"].items()},
        constraints=case.get("constraints", []),
        depends_on={"nodes": case.get("reads", [])},
    )
    nodes = [it, *OTHERS]
    nodes += [data_test(number, test) for number, test in enumerate(case.get("tests", []))]
    document = {
        "metadata": {
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
            "dbt_version": "1.11.0",
            "project_name": "shop",
            "adapter_type": case.get("adapter", "duckdb"),
        },
        "nodes": {entry["unique_id"]: entry for entry in nodes},
    }
    return decode_manifest(json.dumps(document).encode(), Location("manifest.json"))


def found_in(case: dict[str, Any]) -> tuple[Guarantee, ...]:
    manifest = manifest_of(case)
    model = manifest.nodes["model.shop.it"]
    assert isinstance(model, ModelNode)
    return guarantees_of(model, manifest.tests(), manifest)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_guarantees(case: dict[str, Any]) -> None:
    expected = msgspec.convert(case["guarantees"], list[Guarantee])
    key = msgspec.json.encode
    assert sorted(found_in(case), key=key) == sorted(expected, key=key)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_grain(case: dict[str, Any]) -> None:
    assert grain_of(found_in(case)) == tuple(case["grain"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_their_order_is_not_that_of_the_tests(case: dict[str, Any]) -> None:
    turned = {**case, "tests": list(reversed(case.get("tests", [])))}
    assert found_in(turned) == found_in(case)


def test_arguments_of_an_unknown_test_are_a_digest_that_tells_no_more_than_a_change() -> None:
    def digest(value: str) -> Any:
        test = {"name": "is_nice", "column": "id", "kwargs": {"sql": value}}
        (guarantee,) = found_in({"columns": {"id": []}, "tests": [test]})
        assert value not in msgspec.json.encode(guarantee).decode()
        return guarantee.arguments["digest"]

    assert digest("select * from private_model") == digest("select * from private_model")
    assert digest("select * from private_model") != digest("select * from other_model")


@pytest.mark.parametrize(
    ("ref", "relation"),
    [
        ("ref('order_items')", '"shop"."main"."order_items"'),
        ("ref('day')", '"shop"."main"."day_v2"'),
        ("ref('shop', 'day', v=1)", '"shop"."main"."day_v1"'),
        ("ref('air', 'order')", '"air"."main"."order"'),
    ],
)
def test_a_foreign_key_is_the_same_promise_before_and_after_a_build(ref: str, relation: str) -> None:
    def fingerprint(to: str) -> str:
        constraint = {"type": "foreign_key", "to": to, "to_columns": ["id"]}
        return interface_of(manifest_of({"columns": {"id": [constraint]}, "reads": READ})).fingerprint

    assert fingerprint(ref) == fingerprint(relation) != fingerprint("ref('stg_order')")
