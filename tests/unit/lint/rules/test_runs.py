"""Run results, and models that are incremental."""

from __future__ import annotations

from typing import Any

import pytest

from mesh_tools.artifacts.code import NodeCode
from mesh_tools.artifacts.run_results import Result
from mesh_tools.lint.places import CodePlace, YamlPlace
from mesh_tools.lint.rules.runs import (
    incremental_without_unique_key,
    node_too_expensive,
    node_too_slow,
    unused_is_incremental,
)
from mesh_tools.lint.services import Code, RunTimes, Unavailable
from mesh_tools.lint.subjects import Model, Raised
from support.lint_subjects import messages, project_of
from support.manifests import model

KEY = "model.shop.orders"


def orders(adapter: str = "duckdb", **fields: Any) -> Model:
    """The only model of a project."""
    return project_of("shop", model("shop", "orders", {}, **fields), adapter=adapter).models[0]


def runs(**fields: Any) -> RunTimes:
    """What its last run says."""
    return RunTimes({KEY: Result(unique_id=KEY, status="success", **fields)})


@pytest.mark.parametrize(
    ("seconds", "by_path", "said"),
    [
        (60, None, []),
        (61.25, None, ["took 61.2 seconds, more than 60"]),
        (61.25, {"models/*": 90}, []),
        (61.25, {"models/*": 90, "models/ord*": 30}, ["took 61.2 seconds, more than 30"]),
    ],
)
def test_the_longest_glob_says_how_long(seconds: float, by_path: dict[str, float] | None, said: list[str]) -> None:
    times = runs(execution_time=seconds)
    assert messages(node_too_slow, orders(), runs=times, max_seconds=60, by_path=by_path) == said


def test_what_did_not_run_is_not_slow() -> None:
    assert messages(node_too_slow, orders(), runs=RunTimes({}), max_seconds=0) == []


def test_a_warehouse_that_does_not_say_what_it_bills_is_not_checked() -> None:
    with pytest.raises(Unavailable, match="run results with bytes_billed"):
        messages(node_too_expensive, orders("snowflake"), runs=runs(), max_gigabytes=1)


def test_a_warehouse_that_bills_nothing_is_clean() -> None:
    assert messages(node_too_expensive, orders(), runs=runs(), max_gigabytes=1) == []


def test_what_ran_no_query_was_billed_nothing() -> None:
    other = Result(unique_id="model.shop.other", status="success", adapter_response={"bytes_billed": 5})
    times = RunTimes({**runs().results, "model.shop.other": other})
    assert messages(node_too_expensive, orders("bigquery"), runs=times, max_gigabytes=1) == []


def test_bytes_may_have_another_name() -> None:
    times = runs(adapter_response={"bytes_processed": 2_500_000_000})
    said = messages(node_too_expensive, orders(), runs=times, max_gigabytes=1, key="bytes_processed")
    assert said == ["was billed for 2.5 GB, more than 1"]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"materialized": "table"}, []),
        ({"materialized": "incremental"}, ["is incremental, and has no unique_key"]),
        ({"materialized": "incremental", "unique_key": []}, ["is incremental, and has no unique_key"]),
        ({"materialized": "incremental", "unique_key": ["a", "b"]}, []),
        ({"materialized": "incremental", "incremental_strategy": "microbatch"}, []),
        (
            {"materialized": "incremental", "incremental_strategy": "merge"},
            ["is incremental (merge), and has no unique_key"],
        ),
    ],
)
def test_rows_that_come_again_need_a_key(config: dict[str, Any], said: list[str]) -> None:
    assert messages(incremental_without_unique_key, orders(config=config), code=Code({})) == said


@pytest.mark.parametrize(
    ("written", "kind"), [("{{ config(materialized='incremental') }}", CodePlace), ("select 1", YamlPlace)]
)
def test_it_is_where_it_is_made_incremental(written: str, kind: type) -> None:
    made = orders(config={"materialized": "incremental"}, patch_path="shop://models/orders.yml")
    check = incremental_without_unique_key.check
    assert check is not None
    (raised,) = check(made, code=Code({KEY: NodeCode(raw_code=written)}))
    assert isinstance(raised, Raised)
    assert isinstance(raised.place, kind)


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("select 1", 0),
        ("select is_incremental from a", 0),
        ("select 1 {% if is_incremental() %}{% endif %}", 1),
        ("{{ config(materialized='incremental' if target.name == 'prod' else 'table') }} {{ is_incremental() }}", 0),
    ],
)
def test_a_table_that_asks_whether_it_is_incremental(written: str, count: int) -> None:
    code = Code({KEY: NodeCode(raw_code=written)})
    assert len(messages(unused_is_incremental, orders(), code=code)) == count
