"""What lineage says of random queries, against what DuckDB does with them."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mesh_tools.lineage.query.tracer import trace_query
from support.lineage_queries import RELATIONS, random_query, task

_SETTINGS = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
queries = st.integers(0, 2**32).map(random_query)


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for name, columns in RELATIONS.items():
            connection.execute(f"create table {name} ({', '.join(f'{column} integer' for column in columns)})")
            for left_out in columns:
                rest = ", ".join(f"{column} integer" for column in columns if column != left_out)
                connection.execute(f"create schema without_{name}_{left_out}")
                connection.execute(f"create table without_{name}_{left_out}.{name} ({rest})")
        yield connection


def columns_of(warehouse: duckdb.DuckDBPyConnection, sql: str, schema: str = "main") -> list[str] | None:
    """The output columns, or ``None`` when DuckDB does not bind the query."""
    try:
        warehouse.execute(f"set search_path = '{schema},main'")
        return [str(row[0]).lower() for row in warehouse.execute(f"describe {sql}").fetchall()]
    except duckdb.Error:
        return None


@_SETTINGS
@given(sql=queries)
def test_output_columns_are_those_of_the_engine(warehouse: duckdb.DuckDBPyConnection, sql: str) -> None:
    actual = columns_of(warehouse, sql)
    lineage = trace_query(task(sql)).lineage
    assume(actual is not None and lineage.complete and lineage.is_traced)
    assert actual is not None
    if len(set(actual)) == len(actual) and not any("_1" in name for name in actual):  # it renames repeated names
        assert list(lineage.columns) == actual


@_SETTINGS
@given(sql=queries)
def test_a_query_binds_without_the_columns_that_it_does_not_use(warehouse: duckdb.DuckDBPyConnection, sql: str) -> None:
    lineage = trace_query(task(sql)).lineage
    assume(lineage.is_traced and columns_of(warehouse, sql) is not None)
    positional = {read.node for read in lineage.hazards if read.hazard in {"positional", "natural_join"}}
    for name, columns in RELATIONS.items():
        used = lineage.used_columns(name) or frozenset()
        for column in columns:
            if column not in used and name not in positional:
                assert columns_of(warehouse, sql, f"without_{name}_{column}") is not None, column


@_SETTINGS
@given(sql=queries)
def test_both_paths_agree(warehouse: duckdb.DuckDBPyConnection, sql: str) -> None:
    assume(columns_of(warehouse, sql) is not None)
    fast, exact = trace_query(task(sql), path="fast").lineage, trace_query(task(sql), path="exact").lineage
    if fast.is_traced and exact.is_traced:
        assert (fast.columns, fast.indirect, fast.hazards, fast.complete, fast.reads) == (
            exact.columns,
            exact.indirect,
            exact.hazards,
            exact.complete,
            exact.reads,
        )
