"""What holds of every verdict, whatever the mesh."""

from __future__ import annotations

import sys
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_tools.artifacts.compiled import CompiledManifest, CompiledNode
from mesh_tools.artifacts.reading import Metadata
from mesh_tools.contracts.consumers import Consumers, judge
from mesh_tools.contracts.consumers.judge import JUDGED_BY_NAME
from mesh_tools.contracts.diff import diff
from mesh_tools.contracts.rules.registry import RULES
from mesh_tools.lineage.inputs import inputs_of
from mesh_tools.lineage.trace import trace
from mesh_tools.model.change import BUMPS, CLASSES, Verdict
from support.consumer_meshes import interfaces_of, manifests_of, verdicts_of

TODAY = date(2026, 3, 1)
ORDERS = '"shop"."main"."orders"'
CASE: dict[str, Any] = {
    "before": {"shop.orders": {"id": "integer", "net": "integer", "note": "varchar"}},
    "after": {"shop.orders": {"id": "bigint", "net": "integer"}},
    "models": {
        "sales.ids": {"sql": f"select id from {ORDERS}", "reads": ["shop.orders"]},
        "sales.notes": {"sql": f"select note from {ORDERS}", "reads": ["shop.orders"]},
    },
}
TYPES = ("integer", "bigint", "varchar", "date", "decimal(18,2)", "geometry", "int[]")
SQL = (
    f"select * from {ORDERS}",
    f"select a from {ORDERS}",
    f"select sum(b) as s from {ORDERS} where c is not null",
    f"select * from {ORDERS} union all select * from {ORDERS}",
    f"select a, count(*) as n from {ORDERS} natural join {ORDERS} as o group by all",
    "this is no SQL",
)


def test_without_any_consumer_the_structural_verdict_stands() -> None:
    base, head = interfaces_of(CASE)
    changes = diff(base, head, today=TODAY)
    verdicts = judge(changes, base=base, head=head, consumers=Consumers.none())
    assert [(v.change.cls, v.change.bump) for v in verdicts] == [(v.effective, v.bump) for v in verdicts]
    assert {v.reason for v in verdicts} == {"consumers are not known"}


def test_a_mesh_in_which_nobody_reads_it_says_that_others_may() -> None:
    for verdict in verdicts_of({**CASE, "models": {}}):
        assert verdict.hits == ()
        assert "who reads it outside the mesh is not known" in verdict.reason


def test_the_same_question_has_the_same_answer() -> None:
    base, head = interfaces_of(CASE)
    manifests = manifests_of(CASE)
    consumers = Consumers.of(manifests, trace(inputs_of(manifests.values())))
    changes = diff(base, head, today=TODAY)
    once = judge(changes, base=base, head=head, consumers=consumers)
    again = judge(tuple(reversed(changes)), base=base, head=head, consumers=consumers)
    assert once == tuple(reversed(again))
    assert once == judge(changes, base=base, head=head, consumers=consumers)


def test_without_duckdb_lineage_decides_and_the_reason_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    removed = next(v for v in verdicts_of(CASE) if v.change.name == "column-removed")
    assert [(hit.label, hit.effect, hit.method) for hit in removed.hits] == [("sales.notes", "breaking", "usage")]
    assert "not bound: sales.ids, sales.notes (the package duckdb is not installed" in removed.reason
    assert "mesh-tools[duckdb]" in removed.reason


def test_every_rule_that_is_judged_by_its_name_exists() -> None:
    assert JUDGED_BY_NAME.keys() <= {rule.name for rule in RULES.values()}


def test_a_model_of_a_package_is_judged_in_each_project_that_installs_it() -> None:
    """It has one unique_id, and lies in each of them."""
    stub = manifests_of(CASE)["sales"].nodes["model.shop.orders"]
    manifests = {name: _installing(name, stub) for name in ("sales", "finance")}
    base, head = interfaces_of(CASE)
    consumers = Consumers.of(manifests, trace(inputs_of(manifests.values())))
    verdicts = judge(diff(base, head, today=TODAY), base=base, head=head, consumers=consumers)
    removed = next(v for v in verdicts if v.change.name == "column-removed")
    assert [(hit.label, hit.method) for hit in removed.hits] == [("finance.notes", "bind"), ("sales.notes", "bind")]


def _installing(project: str, stub: CompiledNode) -> CompiledManifest:
    notes = CompiledNode(
        unique_id="model.helper.notes",
        name="notes",
        resource_type="model",
        package_name="helper",
        database=project,
        schema="helper",
        relation_name=f'"{project}"."helper"."notes"',
        compiled_code=f"select note from {ORDERS}",
        depends_on=msgspec.convert({"nodes": [stub.unique_id]}, type(stub.depends_on)),
    )
    metadata = msgspec.convert({"project_name": project, "adapter_type": "duckdb"}, Metadata)
    return CompiledManifest(metadata=metadata, nodes={stub.unique_id: stub, notes.unique_id: notes})


columns = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(TYPES), min_size=1)


@given(before=columns, after=columns, queries=st.lists(st.sampled_from(SQL), max_size=3))
@settings(max_examples=40, deadline=None)
def test_what_is_not_known_is_never_safe(before: dict[str, str], after: dict[str, str], queries: list[str]) -> None:
    case = {
        "before": {"shop.orders": before},
        "after": {"shop.orders": after},
        "models": {f"sales.m{n}": {"sql": sql, "reads": ["shop.orders"]} for n, sql in enumerate(queries)},
    }
    for verdict in verdicts_of(case):
        check(verdict)


def check(verdict: Verdict) -> None:
    effects = {hit.effect for hit in verdict.hits}
    assert "none" not in effects
    needed = {"safe": "none", "dangerous": "minor", "breaking": "major"}[verdict.effective]
    assert BUMPS.index(verdict.bump) >= BUMPS.index(needed)
    if effects:
        assert verdict.effective != "safe"
    if "unknown" in effects:
        assert CLASSES.index(verdict.effective) >= CLASSES.index(verdict.change.cls)
    if verdict.effective == "safe" and verdict.change.cls == "breaking":
        assert verdict.change.level == "guarantee"
    assert len({hit.label for hit in verdict.hits}) == len(verdict.hits)
