"""`mesh drift`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mesh_tools.cli.options import environment_option, format_option, mesh_file_option, select_option
from mesh_tools.errors import ExitCode, MeshError

if TYPE_CHECKING:
    from mesh_tools.contracts.drift import DriftReport
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.model.interface import Interface
    from mesh_tools.model.project import Project


@click.command(short_help="The warehouse against what was published.")
@environment_option
@select_option
@mesh_file_option
@format_option
def drift(env: str | None, select: tuple[str, ...], mesh_file: Path | None, output: str) -> None:
    """Compare what lies in the warehouse with the interfaces that were published for it.

    Columns, exact types, nullability, order, keys and checks, table or view: whatever somebody has altered since it was
    built. Exit code 1 when something differs, 2 when a project cannot be looked at.
    """
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.console import console, print_json
    from mesh_tools.report.drift import drift_document, print_drift

    workspace = Workspace.open(Path.cwd(), mesh_file)
    environment, settings = workspace.config.environment(env)
    if settings.storage != "duckdb":
        raise MeshError(
            f"environment '{environment}' cannot be read yet: it has `storage: {settings.storage}`",
            where=workspace.config.yaml.locate("environments", environment, "storage"),
            hint="mesh drift reads the DuckDB files that mesh itself stores",
        )
    projects = workspace.select(select)
    unread = dict(_unread(workspace, projects))
    published = _published(workspace, environment, [project.name for project in projects if project.name not in unread])
    unpublished = {name: f"nothing of it was published in {environment}" for name, one in published.items() if not one}
    report = _found(workspace, environment, [interface for interface in published.values() if interface])
    passed_over = {**unread, **unpublished}
    if output == "json":
        print_json(drift_document(report, environment, passed_over))
    else:
        print_drift(console(), report, environment, passed_over)
    if report.drifts or unread:
        sys.exit(ExitCode.FAILED if report.drifts else ExitCode.USAGE)


def _unread(workspace: Workspace, projects: Sequence[Project]) -> Iterator[tuple[str, str]]:
    """Projects that keep their data where mesh does not look, with the reason."""
    from mesh_tools.build.storage.profiles import has_own_profile

    for project in projects:
        if has_own_profile(workspace, project):
            yield project.name, "it brings a profile of its own"


def _published(workspace: Workspace, environment: str, projects: Sequence[str]) -> dict[str, Interface | None]:
    """What the registry holds of these projects; of one at least."""
    from mesh_tools.interface.registry import open_registry

    settings = workspace.config.registry
    registry = open_registry(settings.url, base=workspace.root, options=settings.options)
    found = {project: registry.get(project, environment) for project in projects}
    if found and not any(found.values()):
        raise MeshError(f"nothing was published in {environment}: {', '.join(projects)}", hint="run `mesh build`")
    return found


def _found(workspace: Workspace, environment: str, interfaces: Sequence[Interface]) -> DriftReport:
    from mesh_tools.build.storage.layout import published_file
    from mesh_tools.contracts.drift import find_drift
    from mesh_tools.contracts.drift.duckdb_catalogue import DuckDBCatalogue

    files = {interface.project: published_file(workspace, environment, interface.project) for interface in interfaces}
    with closing(DuckDBCatalogue(files)) as reader:
        return find_drift(interfaces, reader)
