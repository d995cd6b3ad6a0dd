"""One run: what ran, what did not and why, and where the time went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from mesh_tools.build.events import NodeFinished, ProjectStarted, RunStarted
from mesh_tools.build.runs.history import RunHistory
from mesh_tools.build.runs.journal import JournalEntries, read_journal
from mesh_tools.build.runs.records import ProjectRun, Run
from mesh_tools.build.runs.summary import Outcome, kept_runs, outcome_of, seconds_of
from mesh_tools.build.runs.timings import NodeTime, node_times
from mesh_tools.errors import MeshError

PHASES = ("import", "deps", "parse", "run", "artifacts", "other")
"""In the order in which they come. ``other``: waiting for a worker, and what mesh itself does before and after dbt."""


class ProjectTimes(Struct, frozen=True, kw_only=True):
    """A project of a run.

    Attributes:
        project: Its name.
        status: See :class:`mesh_tools.build.runs.ProjectRun`; ``unfinished`` or ``not begun`` when the run did not come
            to its end.
        seconds: Wall time; ``None`` when it has no end.
        phases: Seconds of each of :data:`PHASES` that it has; together they are ``seconds``.
        why: Why it was built, or not.
        finished: Nodes by dbt's status, as the journal has them: of a project that has no end.
    """

    project: str
    status: str
    seconds: float | None = None
    phases: dict[str, float] = {}
    why: tuple[str, ...] = ()
    finished: dict[str, int] = {}


class RunDetails(Struct, frozen=True, kw_only=True):
    """All that is known of a run.

    Attributes:
        run: Its record.
        outcome: How it ended.
        seconds: Wall time, see :class:`mesh_tools.build.runs.summary.RunSummary`.
        projects: In the order of the build, also those that it did not come to.
        phases: Seconds of each phase over all projects: more than ``seconds`` where several were built at a time.
        nodes: That ran, slowest first.
        resume: The command to go on with; ``None`` when nothing is left, or the run goes on.
        resumed_by: The run that went on with it.
        problems: Damage of the journal or of run results.
    """

    run: Run
    outcome: Outcome
    seconds: float | None
    projects: tuple[ProjectTimes, ...]
    phases: dict[str, float]
    nodes: tuple[NodeTime, ...]
    resume: str | None = None
    resumed_by: str | None = None
    problems: tuple[MeshError, ...] = ()


def run_details(history: RunHistory, run: Run, default_environment: str) -> RunDetails:
    """Everything about ``run``.

    Args:
        history: Of the mesh.
        run: One of its runs.
        default_environment: That commands need not name.
    """
    journal = read_journal(history.path(run))
    outcome = outcome_of(run, journal)
    nodes, problems = node_times(history, run)
    projects = (*map(_times, run.projects), *_without_end(run, journal))
    later = [other for other in kept_runs(history, run.environment)[0] if other.id > run.id]
    resumed_by = next((other.id for other in later if other.resumes == run.id), None)
    return RunDetails(
        run=run,
        outcome=outcome,
        seconds=seconds_of(run, outcome),
        projects=projects,
        phases=_total(project.phases for project in projects),
        nodes=tuple(nodes),
        resume=_command(run, default_environment, last=not later) if _is_resumable(outcome, resumed_by) else None,
        resumed_by=resumed_by,
        problems=(*((journal.damage,) if journal.damage else ()), *problems),
    )


def _times(project: ProjectRun) -> ProjectTimes:
    phases = {name: project.phases[name] for name in PHASES if project.phases.get(name)}
    if phases:
        phases["other"] = round(max(project.seconds - sum(phases.values()), 0.0), 3)
    return ProjectTimes(
        project=project.project,
        status=project.status,
        seconds=project.seconds,
        phases=phases,
        why=(project.reason,) if project.reason else project.reasons,
    )


def _without_end(run: Run, journal: JournalEntries) -> list[ProjectTimes]:
    """What the run did not come to the end of, as the journal tells."""
    wanted = [name for event in journal.events if isinstance(event, RunStarted) for name in event.projects]
    begun = {event.project: event.reasons for event in journal.events if isinstance(event, ProjectStarted)}
    ended = {project.project for project in run.projects}  # the record is written before the journal
    if run.finished_at is not None:
        return []
    return [
        ProjectTimes(
            project=name,
            status="unfinished" if name in begun else "not begun",
            why=begun.get(name, ()),
            finished=_finished(journal, name),
        )
        for name in dict.fromkeys([*wanted, *begun])
        if name not in ended
    ]


def _finished(journal: JournalEntries, project: str) -> dict[str, int]:
    """Nodes by status; one that ran twice counts as it ended last."""
    events = [event for event in journal.events if isinstance(event, NodeFinished) and event.project == project]
    last = {event.unique_id: event.status for event in events}
    return dict(sorted(Counter(last.values()).items()))


def _total(parts: Iterable[dict[str, float]]) -> dict[str, float]:
    kept = list(parts)
    sums = {name: round(sum(part.get(name, 0.0) for part in kept), 3) for name in PHASES}
    return {name: seconds for name, seconds in sums.items() if seconds}


def _is_resumable(outcome: Outcome, resumed_by: str | None) -> bool:
    return outcome in {"failed", "interrupted", "killed"} and resumed_by is None


def _command(run: Run, default_environment: str, *, last: bool) -> str:
    words = ["mesh build --resume"]
    if not last:
        words.append(f"--run {run.id}")
    if run.environment != default_environment:
        words.append(f"--env {run.environment}")
    return " ".join(words)
