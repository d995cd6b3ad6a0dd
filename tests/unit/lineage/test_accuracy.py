"""Hand-checked lineage of queries in five dialects: right, or said not to be traced."""

from __future__ import annotations

from typing import Any

import pytest

from mesh_tools.lineage.query.tracer import trace_query
from mesh_tools.lineage.tasks import Task
from support.lineage_cases import ALL_CASES, expected_by, found_in


@pytest.mark.parametrize(("task", "case"), ALL_CASES)
def test_lineage_is_right_or_said_not_to_be_traced(task: Task, case: dict[str, Any]) -> None:
    lineage = trace_query(task).lineage
    if "not_traced" in case:
        assert lineage.method == "table"
        assert lineage.reason
        assert case["not_traced"] in lineage.reason
    else:
        assert lineage.reason is None
        assert found_in(lineage) == expected_by(case)
        assert list(lineage.columns) == list(case["columns"])


@pytest.mark.parametrize(("task", "case"), ALL_CASES)
def test_both_paths_agree_where_the_fast_one_applies(task: Task, case: dict[str, Any]) -> None:
    fast = trace_query(task, path="fast").lineage
    exact = trace_query(task, path="exact").lineage
    if fast.is_traced and exact.is_traced:
        assert found_in(fast) == found_in(exact), case["sql"]
        assert fast.expressions == exact.expressions
        assert fast.rows_digest == exact.rows_digest
