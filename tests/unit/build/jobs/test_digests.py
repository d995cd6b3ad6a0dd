"""Digests of nodes: what makes one differ, and what does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mesh_tools.build.jobs.digests import digests_of

ONE = "model.shop.one"


def manifest(node: dict[str, Any] | None = None, macros: dict[str, Any] | None = None) -> dict[str, Any]:
    plain = {"raw_code": "select 1", "depends_on": {"macros": ["macro.shop.cents"], "nodes": []}}
    known = {
        "macro.shop.cents": macro("shop", "cents", "/ 100", ["macro.shop.round"]),
        "macro.shop.round": macro("shop", "round", "round()"),
        "macro.dbt.statement": macro("dbt", "statement", "dbt's own"),
    }
    return {
        "metadata": {"adapter_type": "duckdb"},
        "nodes": {ONE: {**plain, **(node or {})}},
        "unit_tests": {},
        "macros": {**known, **(macros or {})},
    }


def macro(package: str, name: str, text: str, calls: list[str] | None = None) -> dict[str, Any]:
    return {"package_name": package, "name": name, "macro_sql": text, "depends_on": {"macros": calls or []}}


def digest(folder: Path, document: dict[str, Any]) -> str:
    path = folder / "manifest.json"
    path.write_text(json.dumps(document))
    return digests_of(path)[ONE]


RUN = {
    "compiled": True,
    "compiled_code": "select 1",
    "extra_ctes": [],
    "extra_ctes_injected": True,
    "build_path": "target/run/one.sql",
    "created_at": 2.0,
    "depends_on": {"macros": ["macro.shop.cents", "macro.dbt.statement"], "nodes": []},
}


def test_what_dbt_adds_when_it_runs_a_node_makes_no_difference(tmp_path: Path) -> None:
    assert digest(tmp_path, manifest()) == digest(tmp_path, manifest(RUN))


@pytest.mark.parametrize(
    "changed",
    [
        manifest({"raw_code": "select 2"}),
        manifest({"depends_on": {"macros": ["macro.shop.cents"], "nodes": ["model.shop.two"]}}),
        manifest(macros={"macro.shop.cents": macro("shop", "cents", "/ 1000", ["macro.shop.round"])}),
        manifest(macros={"macro.shop.round": macro("shop", "round", "floor()")}),
        manifest(macros={"macro.shop.statement": macro("shop", "statement", "mine")}),
        manifest(macros={"macro.shop.default__statement": macro("shop", "default__statement", "mine")}),
        manifest(macros={"macro.shop.m": macro("shop", "materialization_table_duckdb", "mine")}),
    ],
    ids=["code", "ref", "macro", "macro of a macro", "override", "override by dispatch", "materialization"],
)
def test_what_dbt_would_do_otherwise_makes_one(tmp_path: Path, changed: dict[str, Any]) -> None:
    assert digest(tmp_path, manifest()) != digest(tmp_path, changed)


def test_a_macro_that_nobody_calls_makes_none(tmp_path: Path) -> None:
    other = manifest(macros={"macro.shop.other": macro("shop", "other", "1")})
    assert digest(tmp_path, manifest()) == digest(tmp_path, other)


@pytest.mark.parametrize("text", ["", "{", "null", "[]", '{"nodes": {}}', '{"metadata": 1, "macros": {}}', "\udcff"])
def test_a_manifest_that_cannot_be_read_has_no_nodes(tmp_path: Path, text: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(text.encode(errors="surrogateescape"))
    assert digests_of(path) == {}
