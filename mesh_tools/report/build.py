"""What `mesh build` prints: progress while it runs, then a table and the failures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from mesh_tools.artifacts.run_results import FAILED
from mesh_tools.build.events import (
    AnyEvent,
    Listener,
    NodeFinished,
    NodesCounted,
    ProjectFinished,
    ProjectStarted,
)
from mesh_tools.build.runs import NodeFailure, ProjectRun, Run
from mesh_tools.errors import display_path
from mesh_tools.report.console import print_table

STATUS_COLOURS = {"success": "green", "failed": "red", "refused": "red", "skipped": "yellow", "unchanged": "dim"}
_SHOWN_LINES = 16


@contextmanager
def build_progress(to: Console) -> Iterator[Listener]:
    """A listener that shows a build while it runs: a live bar on a terminal, plain lines elsewhere."""
    if to.is_terminal:
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=to,
            transient=True,
        ) as progress:
            yield _Live(progress)
    else:
        yield _Plain(to)


class _Live:
    """A bar for each project that is being built at this moment."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bars: dict[str, _Bar] = {}

    def __call__(self, event: AnyEvent) -> None:
        if isinstance(event, ProjectStarted):
            title = f"{event.position}/{event.total} {event.project}"
            self._bars[event.project] = _Bar(title, self._progress.add_task(title, total=None))
        elif isinstance(event, ProjectFinished):
            if bar := self._bars.pop(event.project, None):
                self._progress.remove_task(bar.task)
            self._progress.console.print(_finished(event))
        elif isinstance(event, NodesCounted) and (bar := self._bars.get(event.project)):
            # dbt counts anew when a project is built in several parts.
            bar.total = bar.done + event.total
            self._progress.update(bar.task, total=bar.total)
        elif isinstance(event, NodeFinished) and (bar := self._bars.get(event.project)):
            bar.done += 1
            bar.failures += event.status in FAILED
            failed = f" [red]{bar.failures} failed[/red]" if bar.failures else ""
            self._progress.update(bar.task, completed=bar.done, description=f"{bar.title}{failed}")


class _Bar:
    def __init__(self, title: str, task: TaskID) -> None:
        self.title = title
        self.task = task
        self.total = 0
        self.done = 0
        self.failures = 0


class _Plain:
    def __init__(self, to: Console) -> None:
        self._to = to

    def __call__(self, event: AnyEvent) -> None:
        if isinstance(event, ProjectStarted):
            why = f": {'; '.join(event.reasons)}" if event.reasons else ""
            self._to.print(Text(f"building {event.project} ({event.position} of {event.total}){why}"))
        elif isinstance(event, ProjectFinished):
            self._to.print(_finished(event))


def _finished(event: ProjectFinished) -> Text:
    status = (event.status, STATUS_COLOURS[event.status])
    if event.status == "unchanged":
        return Text.assemble(f"{event.project}: ", status)
    return Text.assemble(f"{event.project}: ", status, f" in {event.seconds:.1f} s")


def print_run(to: Console, run: Run, artifacts: Path, folders: Mapping[str, Path]) -> None:
    """The summary of a build: a table, then everything that failed with the command to look closer.

    Args:
        to: Where to print.
        run: What was done.
        artifacts: The run's folder.
        folders: Of the projects, by name.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("project", "status", "models", "tests", "time"):
        table.add_column(heading, justify="right" if heading == "time" else "left")
    for project in run.projects:
        table.add_row(
            project.project,
            Text(project.status, style=STATUS_COLOURS[project.status]),
            _count(project, ("model", "seed", "snapshot")),
            _count(project, ("test", "unit_test")),
            f"{project.seconds:.1f} s",
        )
    to.print()
    print_table(to, table)
    for project in run.projects:
        if project.status == "skipped" and project.reason:
            to.print(Text(f"{project.project} was skipped: {project.reason}", style="yellow"))
        print_troubles(to, project, artifacts / project.project, folders[project.project])


def print_interrupted(to: Console) -> None:
    """What Ctrl-C leaves."""
    to.print(Text("interrupted: dbt was stopped", style="yellow"))
    to.print(Text("  what was published before stays; run `mesh build --resume` for the rest"))


def _count(project: ProjectRun, kinds: tuple[str, ...]) -> str:
    statuses: dict[str, int] = {}
    for kind in kinds:
        for status, count in project.counts.get(kind, {}).items():
            word = {"success": "ok", "pass": "ok"}.get(status, status)
            statuses[word] = statuses.get(word, 0) + count
    return ", ".join(f"{count} {word}" for word, count in sorted(statuses.items(), key=lambda item: item[0] != "ok"))


def print_troubles(to: Console, project: ProjectRun, artifacts: Path, folder: Path) -> None:
    """What a project has to say: changes upstream, warnings, and what failed with the command to look closer.

    Args:
        to: Where to print.
        project: As it fared.
        artifacts: Of dbt, for this project.
        folder: Of the project.
    """
    for change in project.changes:
        to.print(Text.assemble((f"{project.project}: ", "bold"), f"changed upstream: {change}"))
    for warning in project.warnings:
        to.print(Text.assemble((f"{project.project}: ", "bold yellow"), f"warning: {warning}"))
    if project.error:
        to.print(Text.assemble((f"{project.project}: ", "bold red"), project.error))
    for failure in project.failures:
        _print_failure(to, project, failure, folder)
    if project.failures:
        names = " ".join(dict.fromkeys(failure.name for failure in project.failures))
        to.print(Text(f"  look closer: cd {display_path(folder)} && dbt build --select {names}"))
        to.print(Text(f"  dbt's output: {display_path(artifacts / 'dbt.log')}"))


def _print_failure(to: Console, project: ProjectRun, failure: NodeFailure, folder: Path) -> None:
    kind = failure.kind.replace("_", " ")
    to.print(Text.assemble((f"{project.project}: ", "bold red"), f"{kind} {failure.name} {failure.status}"))
    if failure.path:
        to.print(Text.assemble(("  --> ", "cyan"), display_path(folder / failure.path)))
    # dbt ends with the macros that called each other: they stand in its log.
    told = failure.message.partition("\n  \n  > in macro")[0]
    lines = [line.rstrip() for line in told.splitlines() if line.strip()]
    for line in lines[:_SHOWN_LINES]:
        to.print(Text(f"  {line}"))
