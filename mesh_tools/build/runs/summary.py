"""How runs ended, and what they did, in a line each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Literal

from msgspec import Struct

from mesh_tools.build.events import RunFinished
from mesh_tools.build.runs.history import RUN_FILE, RunHistory
from mesh_tools.build.runs.journal import JournalEntries, read_journal
from mesh_tools.build.runs.records import Request, Run
from mesh_tools.build.runs.running import is_running
from mesh_tools.errors import MeshError

Outcome = Literal["success", "failed", "interrupted", "killed", "running"]


class RunSummary(Struct, frozen=True, kw_only=True):
    """One run among others.

    Attributes:
        id: Its name.
        environment: What was built.
        started_at: ISO 8601, UTC.
        outcome: ``interrupted``: it could end in order. ``killed``: it could not.
        seconds: Wall time; ``None`` when it was killed; of a run that goes on: so far.
        built: Projects that were built and are good.
        unchanged: Projects that had nothing to do.
        failed: Projects in which something failed, or that were refused.
        skipped: Projects that were not tried.
        request: What was asked for.
        resumes: The run that it went on with.
    """

    id: str
    environment: str
    started_at: str
    outcome: Outcome
    seconds: float | None
    built: int
    unchanged: int
    failed: int
    skipped: int
    request: Request
    resumes: str | None = None


class RunList(Struct, frozen=True, kw_only=True):
    """The runs that are kept, newest first, and the records that cannot be read."""

    runs: tuple[RunSummary, ...]
    problems: tuple[MeshError, ...] = ()


def list_runs(history: RunHistory, environment: str | None = None, limit: int | None = None) -> RunList:
    """The newest runs.

    Args:
        history: Of the mesh.
        environment: Only its runs.
        limit: How many.
    """
    runs, problems = kept_runs(history, environment)
    return RunList(runs=tuple(_summary(history, run) for run in runs[:limit]), problems=tuple(problems))


def kept_runs(history: RunHistory, environment: str | None = None) -> tuple[list[Run], list[MeshError]]:
    """Every run whose record can be read, newest first, and what is wrong with the others."""
    runs: list[Run] = []
    problems: list[MeshError] = []
    for name in _names(history):
        try:
            runs.append(history.get(name))
        except MeshError as error:
            problems.append(error)
    return [run for run in runs if environment in {None, run.environment}], problems


def outcome_of(run: Run, journal: JournalEntries) -> Outcome:
    """How a run ended, or that it goes on."""
    if run.finished_at is not None:
        return "success" if run.ok else "failed"
    if any(isinstance(event, RunFinished) for event in journal.events):
        return "interrupted"
    return "running" if run.pid is not None and is_running(run.pid) else "killed"


def seconds_of(run: Run, outcome: Outcome) -> float | None:
    """Wall time, see :class:`RunSummary`."""
    if outcome == "killed":
        return None
    if outcome != "running":
        return run.seconds
    try:
        began = datetime.fromisoformat(run.started_at)
        return max((datetime.now(timezone.utc) - began).total_seconds(), 0.0)
    except (ValueError, TypeError):  # TypeError: a time without a zone
        return None


def _names(history: RunHistory) -> Iterator[str]:
    yield from sorted((path.parent.name for path in history.folder.glob(f"*/{RUN_FILE}")), reverse=True)


def _summary(history: RunHistory, run: Run) -> RunSummary:
    # Only a run without an end needs its journal to be judged.
    journal = read_journal(history.path(run)) if run.finished_at is None else JournalEntries(events=())
    outcome = outcome_of(run, journal)
    statuses = [project.status for project in run.projects]
    return RunSummary(
        id=run.id,
        environment=run.environment,
        started_at=run.started_at,
        outcome=outcome,
        seconds=seconds_of(run, outcome),
        built=statuses.count("success"),
        unchanged=statuses.count("unchanged"),
        failed=statuses.count("failed") + statuses.count("refused"),
        skipped=statuses.count("skipped"),
        request=run.request,
        resumes=run.resumes,
    )
