"""A run of tests/cases/runs: its projects, where the time went, and how to go on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mesh_tools.build.runs import RunHistory
from mesh_tools.build.runs.details import ProjectTimes, RunDetails, run_details
from support.meshes import REPOSITORY

CASES = REPOSITORY / "tests" / "cases" / "runs"


def details(begins: str, default_environment: str = "dev", state: Path = CASES) -> RunDetails:
    history = RunHistory(state)
    return run_details(history, history.get(begins), default_environment)


def of(found: RunDetails, project: str) -> ProjectTimes:
    return next(times for times in found.projects if times.project == project)


def test_phases_and_the_rest_are_the_whole_time_of_a_project() -> None:
    found = details("20260101")
    shop = of(found, "shop")
    assert shop.phases == {"deps": 0.5, "parse": 1.0, "run": 0.8, "artifacts": 0.2, "other": 0.5}
    assert sum(shop.phases.values()) == pytest.approx(shop.seconds)
    assert found.phases == {"deps": 0.5, "parse": 1.6, "run": 1.7, "artifacts": 0.3, "other": 0.9}


def test_why_a_project_was_built_or_not() -> None:
    why = {times.project: (times.status, times.why) for times in details("20260102").projects}
    assert why == {
        "shop": ("unchanged", ("nothing that it is made of has changed",)),
        "stock": ("failed", ("models/items.sql has changed",)),
        "sales": ("success", ("--force was given",)),
        "plans": ("skipped", ("stock was not built",)),
        "ledger": ("refused", ()),
    }


def test_a_project_that_was_not_built_has_no_phases() -> None:
    assert of(details("20260102"), "shop").phases == {}


def test_the_journal_tells_what_a_killed_run_was_doing() -> None:
    found = details("20260103")
    assert found.outcome == "killed"
    assert [(times.project, times.status) for times in found.projects] == [
        ("stock", "success"),
        ("shop", "unfinished"),
        ("sales", "not begun"),
    ]
    assert of(found, "shop").why == ("models/orders.sql has changed",)
    assert of(found, "shop").finished == {"fail": 1, "success": 2}, "a node counts as it ended last"
    assert found.problems == (), "a line that is cut short is what a kill leaves"


def test_a_damaged_journal_is_told_with_its_line() -> None:
    found = details("20260105")
    journal, results = found.problems
    assert journal.where is not None
    assert str(journal.where).endswith("20260105T080000-eeeeee/journal.jsonl:3")
    assert results.where is not None
    assert str(results.where).partition(":")[0].endswith("shop/run_results.json")
    assert found.outcome == "killed", "what stands behind the damage is not known"


def test_a_run_without_a_journal_is_shown_from_its_record(tmp_path: Path) -> None:
    shutil.copytree(CASES, tmp_path / "state")
    (tmp_path / "state" / "runs" / "20260101T080000-aaaaaa" / "journal.jsonl").unlink()
    found = details("20260101", state=tmp_path / "state")
    assert (found.outcome, len(found.projects), len(found.problems)) == ("success", 2, 1)


@pytest.mark.parametrize(
    ("begins", "default", "command", "resumed_by"),
    [
        ("20260101", "dev", None, None),
        ("20260102", "dev", "mesh build --resume --run 20260102T080000-bbbbbb", None),
        ("20260103", "dev", None, "20260105T080000-eeeeee"),
        ("20260104", "dev", "mesh build --resume --env prod", None),
        ("20260104", "prod", "mesh build --resume", None),
        ("20260105", "dev", "mesh build --resume", None),
    ],
)
def test_the_command_to_go_on(begins: str, default: str, command: str | None, resumed_by: str | None) -> None:
    found = details(begins, default)
    assert (found.resume, found.resumed_by) == (command, resumed_by)
