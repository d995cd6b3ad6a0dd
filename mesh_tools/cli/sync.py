"""`mesh sync`."""

from __future__ import annotations

from pathlib import Path

import typer

from mesh_tools.cli.options import EnvironmentOption, Format, FormatOption, MeshFileOption, SelectOption
from mesh_tools.errors import ExitCode


def sync(
    select: SelectOption = None,
    env: EnvironmentOption = None,
    mesh_file: MeshFileOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Fetch the interfaces of upstream projects, so that refs to their products resolve.

    Writes `.mesh/<producer>` into each project and, on DuckDB, the dbt profile. Says what changed upstream since the
    last time. Exit code 1 when a project uses what it may not; such a project is left as it is.
    """
    from mesh_tools.build.profiles import provide_profile
    from mesh_tools.interface.sync import Sync
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.console import console, print_json
    from mesh_tools.report.sync import print_sync, sync_document

    workspace = Workspace.open(Path.cwd(), mesh_file)
    environment, _ = workspace.config.environment(env)
    syncing = Sync(workspace, environment)
    projects = workspace.select(select or ())
    results = [syncing.project(project) for project in projects]
    for project in projects:
        provide_profile(workspace, project)
    if output is Format.json:
        print_json(sync_document(results, environment))
    else:
        print_sync(console(), results)
    if not all(result.ok for result in results):
        raise typer.Exit(ExitCode.FAILED)
