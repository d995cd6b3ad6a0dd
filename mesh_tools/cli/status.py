"""`mesh status`."""

from __future__ import annotations

from pathlib import Path

import click

from mesh_tools.cli.options import environment_option, format_option, mesh_file_option


@click.command(short_help="Projects, products, promises, last builds.")
@environment_option
@mesh_file_option
@format_option
def status(env: str | None, mesh_file: Path | None, output: str) -> None:
    """Show projects, products, versions, promises, and the last build of each project."""
    from mesh_tools.build.status import mesh_status
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.console import console, print_json
    from mesh_tools.report.status import print_status

    workspace = Workspace.open(Path.cwd(), mesh_file)
    environment, _ = workspace.config.environment(env)
    found = mesh_status(workspace, environment)
    if output == "json":
        print_json(found)
    else:
        print_status(console(), found)
