"""`mesh plan`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mesh_tools.cli.options import format_option, mesh_file_option, request_of, request_options


@click.command(short_help="What a build would do, and why; jobs for an orchestrator.")
@request_options
@mesh_file_option
@format_option
def plan(mesh_file: Path | None, output: str, **options: Any) -> None:
    """Tell what `mesh build` would do, and why, without doing it.

    With --format json: one job for each project (or each cycle of projects), with the jobs that must be done before,
    the command that does it, the variables that this needs, and the generations of upstreams that it reads. Any
    orchestrator can run these; jobs of one plan may run at the same time. A job that turns out to have nothing to do
    ends at once with exit code 0.
    """
    from mesh_tools.build.planning import plan_of
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.console import console, print_json
    from mesh_tools.report.plan import print_plan

    workspace = Workspace.open(Path.cwd(), mesh_file)
    environment, _ = workspace.config.environment(options["env"])
    found = plan_of(workspace, environment, request_of(options))
    if output == "json":
        print_json(found)
    else:
        print_plan(console(), found)
