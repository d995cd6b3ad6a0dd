"""What `mesh sync` prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.text import Text

from mesh_tools.build.jobs.dbt import needs_deps
from mesh_tools.build.storage.profiles import own_profile
from mesh_tools.interface.sync import ProjectSync, UpstreamSync
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.project import Project
from mesh_tools.report.console import counted, print_problem, problem_document


def print_sync(to: Console, results: Sequence[ProjectSync]) -> None:
    """One line for each project, then what changed upstream, warnings and errors."""
    width = max((len(result.project) for result in results), default=0)
    for result in results:
        mark, style = ("ok", "green") if result.ok else ("refused", "red")
        summary = ", ".join(_upstream(upstream) for upstream in result.upstreams) or "no upstreams"
        line = Text.assemble((f"{result.project:<{width}}  "), (mark, style))
        to.print(line + Text(f"  {summary}") if result.ok else line)
        for upstream in result.upstreams:
            _print_differences(to, upstream)
        for name in result.removed:
            to.print(Text(f"  {name}: no longer declared, its package was removed"))
    for result in results:
        for warning in result.warnings:
            print_problem(to, warning, "warning")
        for error in result.errors:
            print_problem(to, error)


def print_hints(to: Console, workspace: Workspace, projects: Sequence[Project]) -> None:
    """What plain dbt needs besides, and which mesh this was when it is not that of the working directory."""
    for project in projects:
        if warning := own_profile(workspace, project):
            print_problem(to, warning, "warning")
    waiting = [project.name for project in projects if needs_deps(project)]
    if waiting:
        to.print(Text(f"before plain dbt: `dbt deps` in {', '.join(waiting)}"))
    if workspace.root != Path.cwd():
        to.print(Text(f"mesh {workspace.config.file.name}: {workspace.config.path}"))


def sync_document(results: Sequence[ProjectSync], environment: str) -> dict[str, Any]:
    """The same for programs."""
    return {
        "environment": environment,
        "projects": [
            {
                "project": result.project,
                "ok": result.ok,
                "upstreams": [_upstream_document(upstream) for upstream in result.upstreams],
                "removed": list(result.removed),
                "warnings": [problem_document(warning) for warning in result.warnings],
                "errors": [problem_document(error) for error in result.errors],
            }
            for result in results
        ],
    }


def _upstream(upstream: UpstreamSync) -> str:
    origin = "" if upstream.origin == "registry" else f", from its {upstream.origin}"
    state = "" if upstream.state == "unchanged" else f", {upstream.state}"
    return f"{upstream.name} ({counted(len(upstream.stubs), 'product')}{state}{origin})"


def _print_differences(to: Console, upstream: UpstreamSync) -> None:
    for difference in sorted(upstream.differences, key=lambda d: not upstream.touches(d)):
        used = Text(" (a product used here)", style="yellow") if upstream.touches(difference) else Text("")
        to.print(Text(f"  {upstream.name}.{difference.text}") + used)


def _upstream_document(upstream: UpstreamSync) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(upstream)
    document["differences"] = [
        {"product": d.product, "text": d.text, "used": upstream.touches(d)} for d in upstream.differences
    ]
    return document
