"""dbt's messages, as dbt 1.11 words them: shortened, with the file and line that they name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mesh_tools.build.jobs.dbt_message import dbt_error, dbt_lost
from mesh_tools.errors import ExitCode, Location
from mesh_tools.model.project import Project

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "cases" / "cli" / "dbt_messages.json").read_text(encoding="utf-8")
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for name in ("a.sql", "a.py", "a.yml", "b.yml", "x/a.sql"):
        path = tmp_path / "models" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return Project(
        name="p",
        path=tmp_path,
        domain="p",
        resource_paths={"model-paths": ("models",), "macro-paths": ("macros",)},
        where=Location("dbt_project.yml"),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_place_that_dbt_names(case: dict[str, Any], project: Project) -> None:
    error = dbt_error(case["message"], project, project.path / "dbt.log")
    expected = Location(str(project.path / case["file"]), case["line"]) if case["file"] else None
    assert error.where == expected
    assert error.exit_code == ExitCode.FAILED


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_message_is_dbts_own_in_a_few_lines(case: dict[str, Any], project: Project) -> None:
    lines = dbt_error(case["message"], project, project.path / "dbt.log").message.splitlines()
    told = [line.rstrip() for line in case["message"].splitlines() if line.strip()]
    assert len(lines) <= 7
    assert lines[:6] == told[:6]
    assert (lines[-1] == "...") == (len(told) > 6)


def test_the_hint_leads_to_everything_that_dbt_said(project: Project) -> None:
    error = dbt_error("Runtime Error\n  no", project, project.path / "runs" / "dbt.log")
    assert error.hint == f"dbt's whole output: {project.path / 'runs' / 'dbt.log'}"


@pytest.mark.parametrize(
    ("status", "said", "advice"),
    [
        (-9, "killed by the system (SIGKILL), most likely because memory ran out", "--resume"),
        (-15, "killed by signal 15", None),
        (3, "ended by itself, with exit code 3", None),
        (0, "ended by itself, with exit code 0", None),
        (None, "ended by itself", None),
    ],
)
def test_a_process_that_was_lost_is_told_with_how_it_ended(
    tmp_path: Path, status: int | None, said: str, advice: str | None
) -> None:
    error = dbt_lost(status, tmp_path / "dbt.log")
    assert error.message.endswith(said)
    assert error.exit_code == ExitCode.FAILED
    hints = (error.hint or "").splitlines()
    assert hints[-1] == f"dbt's whole output: {tmp_path / 'dbt.log'}"
    assert (len(hints) > 1) is (advice is not None)
    assert advice is None or advice in hints[0]
