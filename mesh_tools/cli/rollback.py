"""`mesh rollback`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mesh_tools.cli.options import environment_option, format_option, mesh_file_option, project_argument


@click.command(short_help="Let consumers read an earlier generation of a project.")
@project_argument
@click.option("--to", metavar="GENERATION", help="Its number or id. Default: the one before the current.")
@click.option("--list", "listing", is_flag=True, help="List the generations that are kept, and change nothing.")
@environment_option
@mesh_file_option
@format_option
def rollback(project: str, mesh_file: Path | None, output: str, **options: Any) -> None:
    """Make an earlier generation of PROJECT what consumers read, data and interface together.

    Whoever reads the project now sees it; what was built from the data taken back is built again by the next build.
    So is the project itself, if its files are not those that the generation was built from.
    """
    from mesh_tools.build.rollback import generations_of, roll_back
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.console import console, print_json
    from mesh_tools.report.rollback import print_generations, print_rolled_back

    workspace = Workspace.open(Path.cwd(), mesh_file)
    environment, _ = workspace.config.environment(options["env"])
    found = workspace.project(project)
    if options["listing"]:
        kept = generations_of(workspace, environment, found)
        print_json(kept) if output == "json" else print_generations(console(), project, kept)
        return
    record = roll_back(workspace, environment, found, options["to"])
    print_json(record) if output == "json" else print_rolled_back(console(), record)
