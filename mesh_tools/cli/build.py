"""`mesh build`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mesh_tools.cli.options import EnvironmentOption, Format, FormatOption, MeshFileOption, SelectOption
from mesh_tools.errors import ExitCode


def build(
    select: SelectOption = None,
    env: EnvironmentOption = None,
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Rebuild incremental models and seeds.")] = False,
    mesh_file: MeshFileOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Build every project after those that it reads, and publish its interface.

    For each project: sync, `dbt deps` when needed, `dbt build`, publish. What reads a project that failed is skipped;
    everything else goes on. Exit code 1 when anything failed or was skipped.
    """
    import sys

    from mesh_tools.build.build import Build
    from mesh_tools.build.runs import RunHistory
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.build import build_progress, print_run
    from mesh_tools.report.console import console, print_json

    workspace = Workspace.open(Path.cwd(), mesh_file)
    environment, _ = workspace.config.environment(env)
    projects = workspace.select(select or ())
    to = console(sys.stderr if output is Format.json else None)
    with build_progress(to, quiet=False) as listener:
        run = Build(workspace, environment, listener, full_refresh=full_refresh).run(projects)
    if output is Format.json:
        print_json(run)
    else:
        print_run(to, run, RunHistory(workspace.state).folder / run.id)
    if not run.ok:
        raise typer.Exit(ExitCode.FAILED)
