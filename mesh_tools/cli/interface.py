"""`mesh interface`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mesh_tools.cli.options import environment_option, format_option, mesh_file_option, project_argument
from mesh_tools.errors import MeshError


@click.command(short_help="What a project promises to others.")
@project_argument
@environment_option
@mesh_file_option
@format_option
def interface(project: str, env: str | None, mesh_file: Path | None, output: str) -> None:
    """Show what a project promises to others, from its newest manifest; `mesh contract accept` writes it down."""
    from msgspec.structs import replace

    from mesh_tools.build.comparing import Comparing
    from mesh_tools.interface.document import to_json, to_yaml
    from mesh_tools.interface.upstreams import committed_interface
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.console import console, print_problem
    from mesh_tools.report.contract import print_notes

    workspace = Workspace.open(Path.cwd(), mesh_file)
    environment, _ = workspace.config.environment(env)
    found = workspace.project(project)
    comparing = Comparing(workspace, environment, Path.cwd())
    present = replace(comparing.present(found), environment=None)
    try:
        committed_interface(found)
    except MeshError as error:  # what is promised now can be shown all the same
        print_problem(console(sys.stderr), error, "warning")
    print_notes(console(sys.stderr), comparing.notes)
    sys.stdout.write(to_json(present).decode() if output == "json" else to_yaml(present))
