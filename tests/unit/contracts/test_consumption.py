"""Which columns of other projects' products the models of a project use, and how; and digests of its own products."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mesh_tools.artifacts.manifest import read_manifest
from mesh_tools.contracts.compiled import read_whole
from mesh_tools.contracts.consumption import traced_interface, with_usage_of
from mesh_tools.interface.extract import interface_of
from mesh_tools.model.interface import Consumption, Interface
from support.compiled import manifest_of, write_manifest

ORDERS = "shop.orders.v2"
STUB = {ORDERS: ("id", "state", "amount", "day")}
CONTRACT = {"materialized": "table", "contract": {"enforced": True}}


def reader(sql: str, *reads: str, **more: Any) -> dict[str, Any]:
    reads = reads or (ORDERS,)
    return {"reads": reads, "sql": sql, "stub_columns": STUB if ORDERS in reads else {}, **more}


def traced(folder: Path, models: dict[str, dict[str, Any]], **more: Any) -> Interface:
    path = write_manifest(folder / "manifest.json", manifest_of("sales", models, **more))
    return traced_interface(interface_of(read_manifest(path)), path, folder / "lineage.sqlite")


def used(folder: Path, sql: str, **more: Any) -> Consumption:
    (found,) = traced(folder, {"sold": reader(sql, **more)}).consumptions
    return found


def test_columns_are_those_that_the_sql_uses_in_any_way(tmp_path: Path) -> None:
    found = used(tmp_path, "with o as (select * from {orders_v2}) select id, amount * 2 as a from o where state = 'x'")
    assert found.columns == ("amount", "id", "state")
    assert found.indirect == ("state",)
    assert (found.pinned, found.by) == (True, ("sold",))


def test_a_star_that_reaches_the_output_is_a_hazard(tmp_path: Path) -> None:
    found = used(tmp_path, "select * from {orders_v2}")
    assert found.columns == ("amount", "day", "id", "state")
    assert "star" in found.hazards


def test_models_that_use_the_same_stand_together(tmp_path: Path) -> None:
    models = {
        "a": reader("select id from {orders_v2}"),
        "b": reader("select id as n from {orders_v2}"),
        "c": reader("select amount from {orders_v2}"),
    }
    found = traced(tmp_path, models).consumptions
    assert {(use.columns, use.by) for use in found} == {(("id",), ("a", "b")), (("amount",), ("c",))}


UNKNOWN = {
    "what is not SQL": reader("select id from {orders_v2}", language="python"),
    "what cannot be parsed": reader("select id from from {orders_v2}"),
}


@pytest.mark.parametrize("model", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_of_what_was_not_traced_no_columns_are_known(tmp_path: Path, model: dict[str, Any]) -> None:
    found = traced(tmp_path, {"sold": model, "known": reader("select id from {orders_v2}")}).consumptions
    assert {use.by: use.columns for use in found} == {("sold",): None, ("known",): ("id",)}


def test_an_exposure_uses_the_whole_product(tmp_path: Path) -> None:
    models = {"sold": reader("select id from {orders_v2}")}
    found = traced(tmp_path, models, exposures={"board": {"reads": [ORDERS]}}).consumptions
    assert {use.by: use.columns for use in found} == {("exposure:board",): None, ("sold",): ("id",)}


TYPED: dict[str, tuple[dict[str, dict[str, Any]], tuple[str, ...]]] = {
    "its own contract": (
        {
            "sold": reader(
                "select id as n, amount + 1 as amount from {orders_v2}", config=CONTRACT, columns=("n", "amount")
            )
        },
        ("id",),
    ),
    "its own incremental table": (
        {
            "sold": reader(
                "select id, cast(amount as integer) as amount from {orders_v2}", config={"materialized": "incremental"}
            )
        },
        ("id",),
    ),
    "a contract behind private models": (
        {
            "sold": reader("select id, amount, state from {orders_v2}"),
            "middle": reader("select id as n, amount * 2 as amount, state from {sold}", "sold"),
            "public": reader("select n, amount from {middle}", "middle", config=CONTRACT, columns=("n", "amount")),
        },
        ("id",),
    ),
    "a contract behind an ephemeral model": (
        {
            "sold": reader("select id, state from {orders_v2}", config={"materialized": "ephemeral"}),
            "public": {
                **reader(
                    'with __dbt__cte__sold as (select id, state from "memory"."shop"."orders_v2") '
                    "select id from __dbt__cte__sold",
                    "sold",
                    config=CONTRACT,
                    columns=("id",),
                ),
            },
        },
        ("id",),
    ),
    "no contract at all": ({"sold": reader("select id from {orders_v2}")}, ()),
}


@pytest.mark.parametrize(("models", "columns"), TYPED.values(), ids=TYPED.keys())
def test_columns_that_reach_a_fixed_type_unchanged_are_told(
    tmp_path: Path, models: dict[str, dict[str, Any]], columns: tuple[str, ...]
) -> None:
    (found,) = traced(tmp_path, models).consumptions
    assert (found.typed, found.by) == (columns, ("sold",))


PUBLIC: dict[str, Any] = {"access": "public", "columns": ("n",)}


def test_a_product_gets_digests_of_its_logic_but_not_of_the_layout_of_its_sql(tmp_path: Path) -> None:
    def logic(sql: str) -> Any:
        (product,) = traced(tmp_path, {"p": {"reads": (), "sql": sql, **PUBLIC}}).products
        return product.versions[0].logic

    plain = logic("select 1 + 2 as n")
    assert plain is not None
    assert list(plain.columns) == ["n"]
    assert logic("select\n  1 + 2 as n  -- the sum") == plain
    assert logic("select 1 + 3 as n").columns != plain.columns


def test_the_promise_stays_as_it_was(tmp_path: Path) -> None:
    path = write_manifest(tmp_path / "manifest.json", manifest_of("sales", {"p": {"sql": "select 1 as n", **PUBLIC}}))
    before = interface_of(read_manifest(path))
    after = traced_interface(before, path, None)
    assert after != before
    assert after.fingerprint == before.fingerprint


def test_a_manifest_without_sql_leaves_the_interface_as_it_is(tmp_path: Path) -> None:
    models: dict[str, dict[str, Any]] = {"sold": {"reads": (ORDERS,), "stub_columns": STUB}}
    (found,) = traced(tmp_path, models).consumptions
    assert found.columns is None


def test_of_a_build_of_a_part_there_is_no_logic_of_what_rests_on_the_rest(tmp_path: Path) -> None:
    """Digests over SQL that was not compiled would differ from those of a whole build."""
    models: dict[str, dict[str, Any]] = {
        "raw": {"columns": ("n",)},
        "p": {"reads": ("raw",), "sql": "select n from {raw}", **PUBLIC},
    }
    (product,) = traced(tmp_path, models).products
    assert product.versions[0].logic is None


def test_what_was_compiled_in_parts_is_read_as_one(tmp_path: Path) -> None:
    models: dict[str, dict[str, Any]] = {
        "raw": {"sql": "select 1 as n"},
        "p": {"reads": ("raw",), "sql": "select n from {raw}", **PUBLIC},
    }
    whole = traced(tmp_path / "whole", models)
    rest: dict[str, dict[str, Any]] = {"raw": models["raw"], "p": {**models["p"], "sql": ""}}
    first: dict[str, dict[str, Any]] = {"raw": {}, "p": models["p"]}
    write_manifest(tmp_path / "parts" / "rest" / "manifest.json", manifest_of("sales", rest))
    write_manifest(tmp_path / "parts" / "wave-2" / "manifest.json", {})
    write_manifest(tmp_path / "parts" / "wave-3" / "manifest.json", manifest_of("shop", rest))
    assert traced(tmp_path / "parts", first).products == whole.products
    assert read_whole(tmp_path / "parts" / "manifest.json").nodes["model.sales.raw"].sql == "select 1 as n"


def test_what_lies_in_other_folders_is_no_part(tmp_path: Path) -> None:
    """Users of dbt keep the state of other environments there."""
    write_manifest(tmp_path / "manifest.json", manifest_of("sales", {"raw": {}}))
    write_manifest(tmp_path / "prod" / "manifest.json", manifest_of("sales", {"raw": {"sql": "select 1 as n"}}))
    assert read_whole(tmp_path / "manifest.json").nodes["model.sales.raw"].sql is None


def test_a_project_that_was_only_parsed_uses_what_its_readers_used_when_it_was_published() -> None:
    """A reader that is new since then is not traced; one that is gone uses nothing."""
    published = Interface(
        project="shop",
        consumptions=(
            Consumption(project="stock", product="items", columns=("sku",), typed=("sku",), by=("kept", "removed")),
            Consumption(project="stock", product="items", columns=("price",), by=("other",)),
        ),
    )
    parsed = Interface(
        project="shop", consumptions=(Consumption(project="stock", product="items", by=("kept", "new", "other")),)
    )
    uses = {use.by: (use.columns, use.typed) for use in with_usage_of(parsed, published).consumptions}
    assert uses == {("kept",): (("sku",), ("sku",)), ("other",): (("price",), ()), ("new",): (None, ())}


def test_a_project_that_never_published_stays_untraced() -> None:
    parsed = Interface(project="shop", consumptions=(Consumption(project="stock", product="items", by=("a",)),))
    assert with_usage_of(parsed, None) == parsed
