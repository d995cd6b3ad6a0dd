"""`mesh sync`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mesh_tools.cli.options import environment_option, format_option, mesh_file_option, select_option
from mesh_tools.errors import ExitCode


@click.command(short_help="Make refs to other projects resolve.")
@select_option
@click.option("--locked", is_flag=True, help="Change nothing, and fail, where upstream is not as mesh.lock has it.")
@environment_option
@mesh_file_option
@format_option
def sync(
    select: tuple[str, ...],
    locked: bool,  # noqa: FBT001 - click passes flags by name
    env: str | None,
    mesh_file: Path | None,
    output: str,
) -> None:
    """Fetch the interfaces of upstream projects, so that refs to their products resolve.

    Writes `.mesh/<producer>` into each project and, on DuckDB, the dbt profile. Says what changed upstream since the
    last time. For the default environment, writes mesh.lock, which pins what each project uses. Exit code 1 when a
    project uses what it may not, or with --locked what is not locked; such a project is left as it is.
    """
    from datetime import datetime, timezone

    from mesh_tools.build.storage.profiles import provide_profile
    from mesh_tools.contracts.synced import Newsreader
    from mesh_tools.interface.lock import write_lock
    from mesh_tools.interface.sync import Sync
    from mesh_tools.interface.upstreams import Upstreams
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.console import console, print_json
    from mesh_tools.report.sync import print_hints, print_sync, sync_document

    workspace = Workspace.open(Path.cwd(), mesh_file)
    environment, _ = workspace.config.environment(env)
    upstreams = Upstreams(workspace)
    syncing = Sync(workspace, environment, upstreams)
    projects = workspace.select(select)
    writes_locks = not locked and environment == workspace.config.default_environment
    newsreader = Newsreader(upstreams, environment, datetime.now(timezone.utc).astimezone().date())
    results = []
    for project in projects:
        result = syncing.project(project, lock="check" if locked else "tell")
        written = bool(writes_locks and result.ok and result.lock and write_lock(project, result.lock))
        results.append(newsreader.tell(project, result, lock_written=written))
    if output == "json":
        print_json(sync_document(results, environment))
    else:
        to = console()
        print_sync(to, results)
        print_hints(to, workspace, projects)
    for project, one in zip(projects, results, strict=True):
        if one.result.ok or not locked:  # after the report, which a profile that cannot be written must not swallow
            provide_profile(workspace, project)
    if not all(one.result.ok for one in results):
        sys.exit(ExitCode.FAILED)
