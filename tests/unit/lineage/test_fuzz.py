"""Whatever the SQL is, there is a lineage."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_tools.lineage.query.tracer import trace_query
from mesh_tools.model.lineage import ModelLineage
from support.lineage_cases import ALL_CASES
from support.lineage_queries import task

DIALECTS = ("duckdb", "snowflake", "bigquery", "postgres", "spark", "")
WRITTEN = [case.values[0].sql for case in ALL_CASES]
PIECES = " ,.*()'\"`;:$@{}[]\\\x00\n-/é\ud800"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.sampled_from(DIALECTS))
def test_any_text_has_a_lineage(text: str, dialect: str) -> None:
    assert isinstance(trace_query(task(text, dialect)).lineage, ModelLineage)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(WRITTEN), st.sampled_from(DIALECTS), st.data())
def test_damaged_sql_has_a_lineage(sql: str, dialect: str, data: st.DataObject) -> None:
    at, end = sorted(data.draw(st.tuples(*[st.integers(0, len(sql))] * 2)))
    damaged = sql[:at] + data.draw(st.text(PIECES, max_size=4)) + sql[end:]
    lineage = trace_query(task(damaged, dialect)).lineage
    assert lineage.is_traced or lineage.reason


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select " + "(" * 5000 + "x" + ")" * 5000 + " as y from a", "nested too deeply"),
        ("select * from (" * 3000 + "select x from a" + ") q" * 3000, "nested too deeply"),
        ("select " + "case when id = 1 then " * 2000 + "x" + " end" * 2000 + " as y from a", "nested too deeply"),
        ("select " + "not " * 5000 + "x as y from a", "nested too deeply"),
        ("select '" + "x" * 10_000_000 + "' as y from a", "longer than"),
    ],
    ids=["brackets", "subqueries", "cases", "nots", "10 MB"],
)
def test_hostile_sql_is_said_not_to_be_traced(sql: str, reason: str) -> None:
    lineage = trace_query(task(sql)).lineage
    assert reason in (lineage.reason or "")


@pytest.mark.parametrize(
    "sql",
    [
        "select x from a where " + " or ".join(f"id = {number}" for number in range(3000)),
        "select " + "upper(" * 100 + "x" + ")" * 100 + " as x from a",
        " union all ".join(f"select x from a where id = {number}" for number in range(300)),
        "with c0 as (select * from a)"
        + "".join(f", c{number} as (select * from c{number - 1})" for number in range(1, 200))
        + " select x from c199",
    ],
    ids=["a long condition", "100 functions", "300 unions", "200 CTEs"],
)
def test_long_sql_is_traced(sql: str) -> None:
    lineage = trace_query(task(sql)).lineage
    assert lineage.reason is None
    assert [(edge.node, edge.column) for edge in lineage.columns["x"]] == [("a", "x")]
