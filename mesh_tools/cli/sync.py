"""`mesh sync`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mesh_tools.cli.options import environment_option, format_option, mesh_file_option, select_option
from mesh_tools.errors import ExitCode


@click.command(short_help="Make refs to other projects resolve.")
@select_option
@environment_option
@mesh_file_option
@format_option
def sync(select: tuple[str, ...], env: str | None, mesh_file: Path | None, output: str) -> None:
    """Fetch the interfaces of upstream projects, so that refs to their products resolve.

    Writes `.mesh/<producer>` into each project and, on DuckDB, the dbt profile. Says what changed upstream since the
    last time. Exit code 1 when a project uses what it may not; such a project is left as it is.
    """
    from mesh_tools.build.storage.profiles import provide_profile
    from mesh_tools.interface.sync import Sync
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.console import console, print_json
    from mesh_tools.report.sync import print_hints, print_sync, sync_document

    workspace = Workspace.open(Path.cwd(), mesh_file)
    environment, _ = workspace.config.environment(env)
    syncing = Sync(workspace, environment)
    projects = workspace.select(select)
    results = [syncing.project(project) for project in projects]
    if output == "json":
        print_json(sync_document(results, environment))
    else:
        to = console()
        print_sync(to, results)
        print_hints(to, workspace, projects)
    for project in projects:  # after the report, which a profile that cannot be written must not swallow
        provide_profile(workspace, project)
    if not all(result.ok for result in results):
        sys.exit(ExitCode.FAILED)
