"""What a build is asked to build: whole projects by name, or nodes, for which dbt may have to parse first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mesh_tools.artifacts.manifest import read_manifest
from mesh_tools.build.jobs.asking import Steps
from mesh_tools.build.jobs.context import Context
from mesh_tools.build.jobs.parse import parse_knot
from mesh_tools.build.manifests import newest_manifest
from mesh_tools.build.plan.files import project_files
from mesh_tools.build.plan.order import Knot, build_order
from mesh_tools.build.plan.schedule import Schedule
from mesh_tools.build.runner import Runner, Workers
from mesh_tools.build.runs import Request
from mesh_tools.build.selection import ParsedSelection, parse_selection
from mesh_tools.errors import MeshError
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.project import Project


def choose(context: Context, workers: Workers) -> Mapping[str, frozenset[str] | None]:
    """What is to be built, by project: unique_ids, or ``None`` for all of it.

    Projects whose manifests are not up to date are parsed, when the selection names nodes.

    Raises:
        MeshError: a selection that cannot be read, or matches nothing; or a project cannot be parsed.
    """
    whole = project_selection(context.workspace, context.request)
    if whole is not None:
        return whole
    parsed = parse_selection(context.request.select, context.request.exclude, context.workspace.projects)
    context.parsed.update(_manifests(context, workers))
    return _resolve(context, parsed)


def project_selection(workspace: Workspace, request: Request) -> Mapping[str, frozenset[str] | None] | None:
    """What is to be built, when the selection names whole projects alone; else ``None``.

    Raises:
        MeshError: a selection that cannot be read, or matches nothing.
    """
    parsed = parse_selection(request.select, request.exclude, workspace.projects)
    whole = parsed.whole_projects(workspace.upstream())
    return dict.fromkeys(whole) if whole is not None else None


def _resolve(context: Context, parsed: ParsedSelection) -> Mapping[str, frozenset[str] | None]:
    workspace = context.workspace
    manifests = {name: read_manifest(path) for name, path in context.parsed.items()}
    folders = {name: project.path for name, project in workspace.projects.items()}
    return parsed.resolve(manifests, workspace.upstream(), folders, workspace.root).nodes


def _manifests(context: Context, workers: Workers) -> dict[str, Path]:
    projects = context.workspace.projects
    known = {name: path for name, project in projects.items() if (path := _current_manifest(context, project))}
    order = build_order(context.workspace, projects, context.environment)
    outdated = [knot for knot in order.knots if any(name not in known for name in knot)]
    names = {name for knot in outdated for name in knot}
    upstream = {knot: tuple(up for up in order.upstream[knot] if up in outdated) for knot in outdated}

    def make(knot: Knot) -> Steps[dict[str, Path]]:
        return parse_knot(context, [projects[name] for name in knot])

    def ended(_: Knot, found: dict[str, Path]) -> bool:
        known.update(found)
        return True

    try:
        Runner(Schedule(upstream), make, ended, workers, lambda knot: bool(names.intersection(knot))).run()
    finally:
        context.sync_again(projects[name] for name in names)
    return known


def _current_manifest(context: Context, project: Project) -> Path | None:
    """The manifest of a project whose files are what they were when it was written."""
    record = context.storage.record(project.name)
    if record is None or record.inputs is None or record.inputs.files != project_files(project).digests:
        return None
    try:
        return newest_manifest(context.workspace, project, context.environment)
    except MeshError:
        return None
