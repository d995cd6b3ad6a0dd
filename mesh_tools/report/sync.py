"""What `mesh sync` prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace
from rich.console import Console
from rich.text import Text

from mesh_tools.build.jobs.dbt import needs_deps
from mesh_tools.build.storage.profiles import own_profile
from mesh_tools.contracts.news import News, Touch, Unlocked
from mesh_tools.contracts.synced import Synced
from mesh_tools.interface.lock import LOCK_FILE
from mesh_tools.interface.sync import UpstreamSync
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.project import Project
from mesh_tools.report.console import counted, print_problem, problem_document

CLASS_COLOURS = {"safe": "green", "dangerous": "yellow", "breaking": "red"}
_TOUCHES: dict[Touch, str] = {
    "models": "used by {}",
    "may": "may be used by {}",
    "product": "a product used here",
    "not_columns": "a product used here, but not this of it when it was published last",
    "not_used": "",
}


def print_sync(to: Console, results: Sequence[Synced]) -> None:
    """One line for each project, then what changed upstream, warnings and errors."""
    width = max((len(synced.result.project) for synced in results), default=0)
    for synced in results:
        _print_project(to, synced, width)
    for synced in results:
        for warning in synced.result.warnings:
            print_problem(to, warning, "warning")
        for error in synced.result.errors:
            print_problem(to, error)
        if synced.unlocked:
            _print_unlocked(to, synced)


def _print_project(to: Console, synced: Synced, width: int) -> None:
    result = synced.result
    mark, style = ("ok", "green") if result.ok else ("refused", "red")
    summary = ", ".join(_upstream(upstream) for upstream in result.upstreams) or "no upstreams"
    line = Text.assemble((f"{result.project:<{width}}  "), (mark, style))
    to.print(line + Text(f"  {summary}") if result.ok else line)
    for found in synced.news.values() if result.ok else ():
        for news in found:
            _print_news(to, news)
    for name in result.removed:
        to.print(Text(f"  {name}: no longer declared, its package was removed"))
    if synced.lock_written:
        to.print(Text(f"  {LOCK_FILE} was written: look at it, and commit it"))


def _print_unlocked(to: Console, synced: Synced) -> None:
    name = synced.result.project
    to.print(Text.assemble(("error: ", "bold red"), (f"what {name} uses is not what {LOCK_FILE} has", "bold")))
    for unlocked in synced.unlocked:
        to.print(Text(f"  {unlocked.text}"))
        for news in unlocked.news:
            _print_news(to, news, indent="    ")
    hint = f"see whether {name} still fits, then run `mesh sync --select {name}` and commit {LOCK_FILE}"
    to.print(Text.assemble(("  hint: ", "cyan"), hint))


def _print_news(to: Console, news: News, indent: str = "  ") -> None:
    cls = news.change.cls
    touch = _TOUCHES[news.touch].format(", ".join(news.by))
    where = Text(f"; {touch})" if touch else ")")
    to.print(Text.assemble(f"{indent}{news.text} (", (cls, CLASS_COLOURS[cls])) + where)


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


def sync_document(results: Sequence[Synced], environment: str) -> dict[str, Any]:
    """The same for programs."""
    return {"environment": environment, "projects": [_project_document(synced) for synced in results]}


def _project_document(synced: Synced) -> dict[str, Any]:
    result = synced.result
    return {
        "project": result.project,
        "ok": result.ok,
        "upstreams": [_upstream_document(upstream, synced) for upstream in result.upstreams],
        "removed": list(result.removed),
        "lock": msgspec.to_builtins(result.lock.upstreams) if result.lock else None,
        "lock_written": synced.lock_written,
        "unlocked": [_unlocked_document(unlocked) for unlocked in synced.unlocked],
        "warnings": [problem_document(warning) for warning in result.warnings],
        "errors": [problem_document(error) for error in result.errors],
    }


def _upstream(upstream: UpstreamSync) -> str:
    origin = "" if upstream.origin == "registry" else f", from its {upstream.origin}"
    state = "" if upstream.state == "unchanged" else f", {upstream.state}"
    return f"{upstream.name} ({counted(len(upstream.stubs), 'product')}{state}{origin})"


def _upstream_document(upstream: UpstreamSync, synced: Synced) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(replace(upstream, before=None, now=None))
    del document["before"], document["now"]
    document["changes"] = [_news_document(news) for news in synced.news.get(upstream.name, ())]
    return document


def _unlocked_document(unlocked: Unlocked) -> dict[str, Any]:
    difference = unlocked.difference
    return {
        "upstream": difference.upstream,
        "locked": msgspec.to_builtins(difference.locked),
        "now": msgspec.to_builtins(difference.now),
        "text": unlocked.text,
        "changes": [_news_document(news) for news in unlocked.news],
    }


def _news_document(news: News) -> dict[str, Any]:
    change: dict[str, Any] = msgspec.to_builtins(news.change)
    return {**change, "text": news.text, "used": news.used, "touch": news.touch, "by": list(news.by)}
