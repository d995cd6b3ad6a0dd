"""Types that conventions name, in the words of any warehouse."""

from __future__ import annotations

import pytest

from mesh_tools.lint.rules.naming.type_names import CONVENTIONS, broken, forbidden


@pytest.mark.parametrize(
    ("written", "adapter", "types", "is_forbidden"),
    [
        ("float4", "duckdb", ("float",), True),
        ("real", "postgres", ("float4",), True),
        ("decimal(12, 2)", "duckdb", ("decimal",), True),
        ("decimal(12, 2)", "duckdb", ("decimal(12,2)",), True),
        ("decimal(12, 2)", "duckdb", ("decimal(9, 2)",), False),
        ("timestamp(3) with time zone", "postgres", ("timestamptz",), True),
        ("timestamp(3) with time zone", "postgres", ("timestamp",), False),
        ("some_type(3)", "trino", ("some_type",), True),
        ("varchar", "duckdb", ("text",), True),
        ("varchar", "duckdb", (), False),
    ],
)
def test_types_are_compared_by_the_warehouses_own_names(
    written: str, adapter: str, types: tuple[str, ...], *, is_forbidden: bool
) -> None:
    assert forbidden(written, adapter, types) is is_forbidden


@pytest.mark.parametrize(
    ("name", "written", "adapter"),
    [
        ("is_paid", "bool", "bigquery"),
        ("order_date", "date", "snowflake"),
        ("ordered_at", "timestamp(3)", "postgres"),
        ("ordered_at", "timestamp_ntz(9)", "snowflake"),
        ("ordered_at", "datetime", "bigquery"),
        ("ordered_utc", "timestamp_ms", "duckdb"),
        ("birthday", "date", "duckdb"),
        ("island_code", "varchar", "duckdb"),
        ("flat", "varchar", "duckdb"),
    ],
)
def test_names_that_fit_their_type(name: str, written: str, adapter: str) -> None:
    assert list(broken(name, written, adapter, CONVENTIONS)) == []


@pytest.mark.parametrize(
    ("name", "written"),
    [("is_paid", "integer"), ("paid", "boolean"), ("order_date", "timestamp"), ("ordered_at", "varchar")],
)
def test_names_that_promise_another_type(name: str, written: str) -> None:
    assert len(list(broken(name, written, "duckdb", CONVENTIONS))) == 1
