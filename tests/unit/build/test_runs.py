"""The record of builds: history, what is kept, and what a killed build leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_tools.build.runs import KEPT_RUNS, NodeFailure, ProjectRun, Run, RunHistory
from mesh_tools.errors import MeshError


def recorded(history: RunHistory, number: int, environment: str = "dev", *projects: ProjectRun) -> Run:
    """A run of a known place in time: ids are times."""
    run = Run(id=f"20260101T{number:06d}-000000", environment=environment, started_at="", projects=projects)
    history.save(run)
    return run


def of(name: str, status: str = "success") -> ProjectRun:
    assert status in ("success", "failed")
    return ProjectRun(project=name, status="success" if status == "success" else "failed", finished_at="now")


@pytest.fixture
def history(tmp_path: Path) -> RunHistory:
    return RunHistory(tmp_path / ".mesh")


def with_manifest(history: RunHistory, run: Run, project: str) -> Path:
    path = history.artifacts(run, project) / "manifest.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    return path


def test_a_record_is_read_back_with_the_same_value(history: RunHistory) -> None:
    failure = NodeFailure(unique_id="model.shop.orders", status="error", message="no", path="models/orders.sql")
    project = ProjectRun(
        project="shop",
        status="failed",
        finished_at="2026-01-01T00:00:00+00:00",
        seconds=1.5,
        counts={"model": {"error": 1}},
        failures=(failure,),
        error="stopped",
        warnings=("careful",),
    )
    run = recorded(history, 1, "dev", project)
    assert list(history.newest_first()) == [run]
    assert (failure.kind, failure.name) == ("model", "orders")


def test_a_run_that_was_killed_has_no_end(history: RunHistory) -> None:
    run = history.start("dev")
    (found,) = history.newest_first()
    assert found == run
    assert found.finished_at is None


def test_the_last_of_a_project_is_that_of_its_environment(history: RunHistory) -> None:
    first = recorded(history, 1, "dev", of("shop"))
    recorded(history, 2, "prod", of("shop", "failed"))
    recorded(history, 3, "dev", of("sales"))
    assert history.last_of("shop", "dev") == (first, of("shop"))
    assert history.last_of("shop", "test") is None
    assert history.last_of("nobody", "dev") is None


def test_the_newest_manifest_is_found_past_runs_without_one(history: RunHistory) -> None:
    path = with_manifest(history, recorded(history, 1), "shop")
    recorded(history, 2)
    with_manifest(history, recorded(history, 3, "prod"), "shop")
    assert history.manifest_of("shop", "dev") == path
    assert history.manifest_of("sales", "dev") is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"id": 1}'])
def test_a_record_that_cannot_be_read_is_passed_over(history: RunHistory, text: str) -> None:
    good = recorded(history, 1)
    recorded(history, 2)
    (history.folder / "20260101T000002-000000" / "run.json").write_text(text)
    assert list(history.newest_first()) == [good]


def test_old_runs_are_removed(history: RunHistory) -> None:
    for number in range(KEPT_RUNS + 5):
        recorded(history, number)
    newest = history.start("dev")
    kept = list(history.newest_first())
    assert len(kept) == KEPT_RUNS
    assert kept[0] == newest


def test_the_last_build_of_a_project_outlives_many_builds_of_others(history: RunHistory) -> None:
    path = with_manifest(history, recorded(history, 0, "dev", of("shop")), "shop")
    for number in range(1, KEPT_RUNS + 5):
        recorded(history, number, "dev", of("sales"))
    history.start("dev")
    assert history.manifest_of("shop", "dev") == path
    assert history.last_of("shop", "dev") is not None


def test_a_folder_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(MeshError, match="cannot be written"):
        RunHistory(tmp_path).start("dev")


@pytest.mark.parametrize(
    ("unique_id", "name"),
    [
        ("model.shop.orders", "orders"),
        ("model.shop.orders.v2", "orders.v2"),
        ("test.shop.not_null_orders_id.0a1b2c", "not_null_orders_id"),
        ("unit_test.shop.orders.adds_up", "adds_up"),
    ],
)
def test_a_failure_is_called_as_dbt_selects_it(unique_id: str, name: str) -> None:
    assert NodeFailure(unique_id=unique_id, status="error").name == name
