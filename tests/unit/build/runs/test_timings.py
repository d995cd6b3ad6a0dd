"""How long nodes took, in one run of tests/cases/runs and across all of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mesh_tools.build.runs import Run, RunHistory
from mesh_tools.build.runs.records import node_name
from mesh_tools.build.runs.timings import node_times, slowest_nodes
from support.meshes import REPOSITORY


@pytest.fixture
def history() -> RunHistory:
    return RunHistory(REPOSITORY / "tests" / "cases" / "runs")


def test_nodes_of_a_run_slowest_first_in_all_parts_of_a_project(history: RunHistory) -> None:
    nodes, problems = node_times(history, history.get("20260102"))
    assert [(node.project, node.kind, node.name, node.status, node.seconds) for node in nodes] == [
        ("stock", "model", "late", "error", 9.0),
        ("sales", "model", "revenue", "success", 1.1),
        ("sales", "model", "report", "success", 0.6),
        ("stock", "model", "items", "success", 0.4),
        ("sales", "unit_test", "adds_up", "pass", 0.3),
        ("stock", "test", "no_negative_stock", "fail", 0.05),
    ]
    assert problems == []


def test_across_runs_a_node_has_its_newest_time_and_the_median(history: RunHistory) -> None:
    found = slowest_nodes(history, kinds=["model"])
    assert [(entry.newest.name, entry.newest.seconds, entry.runs, entry.median) for entry in found.nodes] == [
        ("revenue", 1.1, 2, 0.9),
        ("items", 0.8, 2, 0.6),
        ("report", 0.6, 1, 0.6),
        ("orders.v2", 0.5, 1, 0.5),
        ("stg_orders", 0.2, 1, 0.2),
    ]
    assert found.nodes[1].run == "20260103T080000-cccccc"


def test_a_node_that_broke_off_tells_no_time(history: RunHistory) -> None:
    assert "late" not in {entry.newest.name for entry in slowest_nodes(history).nodes}


def test_what_cannot_be_read_is_told(history: RunHistory) -> None:
    problems = slowest_nodes(history).problems
    assert [problem.where.path.rpartition("/")[2] for problem in problems if problem.where] == [
        "run.json",
        "run_results.json",
    ]


def test_an_environment_without_runs_has_no_nodes(history: RunHistory) -> None:
    assert slowest_nodes(history, "prod").nodes == ()


def test_nodes_of_one_name_in_two_projects_are_two(tmp_path: Path) -> None:
    """A package that both install brings the same node to both."""
    history = RunHistory(tmp_path)
    run = Run(id="r", environment="dev", started_at="")
    history.save(run)
    metadata = {"dbt_schema_version": "https://schemas.getdbt.com/dbt/run-results/v6.json"}
    document = {"metadata": metadata, "results": [{"unique_id": "model.shared.days", "status": "success"}]}
    for project in ("shop", "sales"):
        folder = history.artifacts(run, project)
        folder.mkdir()
        (folder / "run_results.json").write_text(json.dumps(document))
    assert [entry.newest.project for entry in slowest_nodes(history).nodes] == ["sales", "shop"]


@pytest.mark.parametrize("unique_id", ["", "model", "model.shop", "unit_test.shop", "test.shop", "a.b.c.d"])
def test_every_node_has_a_name(unique_id: str) -> None:
    assert node_name(unique_id) in {unique_id, "c"}
