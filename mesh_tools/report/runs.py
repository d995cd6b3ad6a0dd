"""What `mesh runs` prints."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesh_tools.build.runs import Request
from mesh_tools.build.runs.details import PHASES, ProjectTimes, RunDetails
from mesh_tools.build.runs.summary import RunList, RunSummary
from mesh_tools.build.runs.timings import NodeTime, SlowestNodes
from mesh_tools.errors import MeshError
from mesh_tools.report.build import STATUS_COLOURS, print_troubles
from mesh_tools.report.console import counted, print_problem, print_table, problem_document

_COLOURS: Mapping[str, str] = {
    **STATUS_COLOURS,
    "interrupted": "yellow",
    "killed": "red",
    "running": "cyan",
    "unfinished": "yellow",
    "not begun": "yellow",
}
_NUMBERS = frozenset({"time", "built", "unchanged", "failed", "skipped", "last", "median", "runs", *PHASES})
_SHOWN = 0.05
"""Seconds of a phase that are worth a column: less would read 0.0."""
_FOLDED = frozenset({"asked for", "why"})


def print_run_list(to: Console, found: RunList) -> None:
    """A table of runs."""
    if not found.runs:
        to.print(Text("no run is kept: `mesh build` makes one"))
    else:
        headings = ("id", "environment", "started", "outcome", "time", "built", "unchanged", "failed", "skipped")
        table = _table(*headings, "asked for")
        for run in found.runs:
            _add_run(table, run)
        print_table(to, table)
    _print_problems(to, found.problems)


def run_list_document(found: RunList) -> dict[str, Any]:
    """The runs, for programs."""
    return {"runs": found.runs, "problems": _documents(found.problems)}


def print_run_details(
    to: Console, found: RunDetails, artifacts: Path, folders: Mapping[str, Path], slowest: int
) -> None:
    """A run: its projects, where the time went, the slowest nodes, failures, and how to go on.

    Args:
        to: Where to print.
        found: The run.
        artifacts: Its folder.
        folders: Of the projects, by name.
        slowest: How many nodes.
    """
    _print_head(to, found)
    if found.projects:
        to.print()
        print_table(to, _projects(found.projects))
    nodes = found.nodes[:slowest]
    if nodes:
        to.print()
        print_table(to, _nodes(nodes))
    to.print()
    for project in found.run.projects:
        name = project.project
        print_troubles(to, project, artifacts / name, folders.get(name, Path(name)))
    _print_problems(to, found.problems)
    if found.resumed_by:
        to.print(Text(f"run {found.resumed_by} went on with it"))
    if found.resume:
        to.print(Text(f"go on with it: {found.resume}"))


def run_details_document(found: RunDetails, slowest: int) -> dict[str, Any]:
    """A run, for programs."""
    document: dict[str, Any] = {name: getattr(found, name) for name in found.__struct_fields__}
    nodes = [_node_document(node) for node in found.nodes[:slowest]]
    return {**document, "nodes": nodes, "problems": _documents(found.problems)}


def print_slowest(to: Console, found: SlowestNodes, limit: int) -> None:
    """A table of nodes across runs."""
    if not found.nodes:
        to.print(Text("no run that is kept has run such a node"))
    else:
        table = _table("project", "kind", "node", "last", "median", "runs", "last run")
        for entry in found.nodes[:limit]:
            node = entry.newest
            times = (_seconds(node.seconds, 2), _seconds(entry.median, 2))
            table.add_row(node.project, _kind(node), node.name, *times, str(entry.runs), entry.run)
        print_table(to, table)
    _print_problems(to, found.problems)


def slowest_document(found: SlowestNodes, limit: int) -> dict[str, Any]:
    """Nodes across runs, for programs."""
    nodes = [
        {**_node_document(entry.newest), "run": entry.run, "runs": entry.runs, "median": entry.median}
        for entry in found.nodes[:limit]
    ]
    return {"nodes": nodes, "problems": _documents(found.problems)}


def asked_for(request: Request) -> str:
    """What a run was asked for, as its command line had it."""
    words = list(request.select) or ([] if request.job else ["everything"])
    words += ["--job", request.job] if request.job else []
    for selection in request.exclude:
        words += ["--exclude", selection]
    flags = {"--full-refresh": request.full_refresh, "--force": request.force, "--fail-fast": request.fail_fast}
    words += [flag for flag, given in flags.items() if given]
    if request.threads is not None:
        words += ["--threads", str(request.threads)]
    if request.variables is not None:
        words += ["--vars", shlex.quote(request.variables)]
    return " ".join(words)


def _add_run(table: Table, run: RunSummary) -> None:
    asked = asked_for(run.request)
    table.add_row(
        run.id,
        run.environment,
        _moment(run.started_at),
        Text(run.outcome, _COLOURS[run.outcome]),
        _seconds(run.seconds),
        *(str(number or "-") for number in (run.built, run.unchanged, run.failed, run.skipped)),
        f"{asked}, resuming {run.resumes}" if run.resumes else asked,
    )


def _print_head(to: Console, found: RunDetails) -> None:
    run = found.run
    took = "" if found.seconds is None else f" {'for' if found.outcome == 'running' else 'in'} {found.seconds:.1f} s"
    to.print(Text.assemble(f"run {run.id}: ", (found.outcome, _COLOURS[found.outcome]), took))
    to.print(Text(f"  started {_moment(run.started_at)} UTC in {run.environment}; asked for {asked_for(run.request)}"))
    if run.resumes:
        to.print(Text(f"  went on with run {run.resumes}"))
    if run.setup:
        to.print(Text(f"  dbt was ready after {run.setup:.1f} s (import and warm-up, once for all projects)"))
    if parts := ", ".join(f"{name} {seconds:.1f} s" for name, seconds in found.phases.items() if seconds >= _SHOWN):
        to.print(Text(f"  over all projects: {parts}"))


def _projects(projects: tuple[ProjectTimes, ...]) -> Table:
    phases = [name for name in PHASES if any(project.phases.get(name, 0.0) >= _SHOWN for project in projects)]
    table = _table("project", "status", "time", *phases, "why")
    for project in projects:
        table.add_row(
            project.project,
            Text(project.status, _COLOURS[project.status]),
            _seconds(project.seconds),
            *(_seconds(project.phases.get(name)) for name in phases),
            _why(project),
        )
    return table


def _why(project: ProjectTimes) -> str:
    parts = list(project.why)
    if project.finished:
        statuses = ", ".join(f"{count} {status}" for status, count in project.finished.items())
        parts.append(f"{counted(sum(project.finished.values()), 'node')} had ended: {statuses}")
    return "; ".join(part.partition("\n")[0] for part in parts)


def _nodes(nodes: Iterable[NodeTime]) -> Table:
    table = _table("slowest in", "kind", "node", "status", "time")
    for node in nodes:
        table.add_row(node.project, _kind(node), node.name, node.status, _seconds(node.seconds, 2))
    return table


def _table(*headings: str) -> Table:
    """A table whose names and numbers are whole, however narrow the terminal."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        justify = "right" if heading in _NUMBERS else "left"
        table.add_column(heading, justify=justify, no_wrap=heading not in _FOLDED, overflow="fold")  # type: ignore[arg-type]
    return table


def _kind(node: NodeTime) -> str:
    return node.kind.replace("_", " ")


def _seconds(seconds: float | None, digits: int = 1) -> str:
    return "-" if seconds is None else f"{seconds:.{digits}f} s"


def _moment(moment: str) -> str:
    return moment[:19].replace("T", " ")


def _node_document(node: NodeTime) -> dict[str, Any]:
    return {**msgspec.to_builtins(node), "kind": node.kind, "name": node.name}


def _print_problems(to: Console, problems: Iterable[MeshError]) -> None:
    for problem in problems:
        print_problem(to, problem, "warning")


def _documents(problems: Iterable[MeshError]) -> list[dict[str, Any]]:
    return [problem_document(problem) for problem in problems]
