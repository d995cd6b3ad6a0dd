"""`mesh build`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mesh_tools.cli.options import environment_option, format_option, mesh_file_option, select_option
from mesh_tools.errors import ExitCode


@click.command(short_help="Build everything in order, and publish.")
@select_option
@environment_option
@click.option("--full-refresh", is_flag=True, help="Rebuild incremental models and seeds.")
@mesh_file_option
@format_option
def build(
    select: tuple[str, ...],
    env: str | None,
    full_refresh: bool,  # noqa: FBT001 - click passes flags by name
    mesh_file: Path | None,
    output: str,
) -> None:
    """Build every project after those that it reads, and publish its interface.

    For each project: sync, `dbt deps` when needed, `dbt build`, publish. What reads a project that failed is skipped;
    everything else goes on. Exit code 1 when anything failed or was skipped, 130 after Ctrl-C.
    """
    from mesh_tools.build.build import Build
    from mesh_tools.build.runs import RunHistory
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.build import build_progress, print_interrupted, print_run
    from mesh_tools.report.console import console, print_json

    workspace = Workspace.open(Path.cwd(), mesh_file)
    environment, _ = workspace.config.environment(env)
    projects = workspace.select(select)
    # A report for programs has standard output to itself.
    to = console(sys.stderr if output == "json" else None)
    try:
        with build_progress(to) as listener:
            run = Build(workspace, environment, listener, full_refresh=full_refresh).run(projects)
    except KeyboardInterrupt:
        print_interrupted(console(sys.stderr))
        raise
    if output == "json":
        print_json(run)
    else:
        folders = {name: project.path for name, project in workspace.projects.items()}
        print_run(to, run, RunHistory(workspace.state).folder / run.id, folders)
    if not run.ok:
        sys.exit(ExitCode.FAILED)
