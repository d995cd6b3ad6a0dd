"""The runs of tests/cases/runs, each in a line: how it ended, and what it did."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest

from mesh_tools.build.runs import JournalEntries, Request, Run, RunHistory
from mesh_tools.build.runs.running import is_running
from mesh_tools.build.runs.summary import list_runs, outcome_of, seconds_of
from support.meshes import REPOSITORY

CASES = REPOSITORY / "tests" / "cases" / "runs"


@pytest.fixture
def history() -> RunHistory:
    return RunHistory(CASES)


def test_runs_are_listed_newest_first_with_how_they_ended(history: RunHistory) -> None:
    assert [(run.id[-6:], run.outcome, run.seconds) for run in list_runs(history).runs] == [
        ("eeeeee", "killed", None),
        ("dddddd", "interrupted", 4.0),
        ("cccccc", "killed", None),
        ("bbbbbb", "failed", 6.25),
        ("aaaaaa", "success", 9.5),
    ]


def test_projects_are_counted_by_what_became_of_them(history: RunHistory) -> None:
    counts = {run.id[-6:]: (run.built, run.unchanged, run.failed, run.skipped) for run in list_runs(history).runs}
    assert counts["aaaaaa"] == (2, 0, 0, 0)
    assert counts["bbbbbb"] == (1, 1, 2, 1), "what was refused has failed"
    assert counts["cccccc"] == (1, 0, 0, 0)


def test_a_run_knows_what_it_was_asked_for_and_what_it_went_on_with(history: RunHistory) -> None:
    runs = {run.id[-6:]: run for run in list_runs(history).runs}
    assert runs["dddddd"].request == Request(force=True)
    assert runs["eeeeee"].resumes == "20260103T080000-cccccc"


def test_runs_of_one_environment_and_a_limit(history: RunHistory) -> None:
    assert [run.id[-6:] for run in list_runs(history, "prod").runs] == ["dddddd"]
    assert [run.id[-6:] for run in list_runs(history, "dev", limit=2).runs] == ["eeeeee", "cccccc"]
    assert list_runs(history, "nowhere").runs == ()


def test_a_record_that_cannot_be_read_is_told_with_its_place(history: RunHistory) -> None:
    (problem,) = list_runs(history).problems
    assert problem.message == "the record of this run is damaged"
    assert problem.where is not None
    assert problem.where.path.endswith("20260106T080000-ffffff/run.json")


def test_a_mesh_without_runs_has_none(tmp_path: Path) -> None:
    assert list_runs(RunHistory(tmp_path)).runs == ()


def test_a_run_whose_process_lives_is_running(tmp_path: Path) -> None:
    shutil.copytree(CASES, tmp_path / "state")
    record = tmp_path / "state" / "runs" / "20260103T080000-cccccc" / "run.json"
    document = json.loads(record.read_text())
    record.write_text(json.dumps({**document, "pid": os.getppid()}))
    run = next(run for run in list_runs(RunHistory(tmp_path / "state")).runs if run.id.endswith("cccccc"))
    assert run.outcome == "running"
    assert run.seconds is not None
    assert run.seconds > 0


def test_the_process_that_asks_is_no_build() -> None:
    """Its number was that of another one: in containers they come again."""
    run = Run(id="r", environment="dev", started_at="", pid=os.getpid())
    assert outcome_of(run, JournalEntries(events=())) == "killed"


@pytest.mark.parametrize("pid", [0, -1, 4194305, 2**70, os.getpid()], ids=["0", "-1", "unused", "huge", "own"])
def test_no_process_of_a_build_has_such_a_number(pid: int) -> None:
    assert not is_running(pid)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells it")
def test_a_process_that_has_ended_and_was_not_waited_for_is_not_running() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not is_running(process.pid)
    process.wait()


@pytest.mark.parametrize("started_at", ["", "lately", "2026-01-01T00:00:00"])
def test_a_time_that_nobody_understands_has_no_seconds(started_at: str) -> None:
    assert seconds_of(Run(id="r", environment="dev", started_at=started_at), "running") is None


def test_a_clock_that_went_back_makes_no_negative_time() -> None:
    year = datetime.now(timezone.utc).year + 1
    assert seconds_of(Run(id="r", environment="dev", started_at=f"{year}-12-31T00:00:00+00:00"), "running") == 0.0
