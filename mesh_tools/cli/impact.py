"""`mesh impact`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mesh_tools.cli.options import environment_option, mesh_file_option


@click.command(short_help="Who uses a product, or a column of it.")
@click.argument("product", metavar="PRODUCT[.vN][.COLUMN]")
@environment_option
@mesh_file_option
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json", "mermaid"]),
    default="text",
    show_default=True,
    help="Of the report.",
)
def impact(product: str, env: str | None, mesh_file: Path | None, output: str) -> None:
    """Show who uses a product, directly and downstream, in all projects, and whom to tell before it changes.

    PRODUCT is `operations.flights`, or `flights` where only one project has a product of that name. Of a column it
    says what is made of it, and what filters, joins or groups by it. Reads the newest manifest of each project, and
    of projects elsewhere what they published.
    """
    from mesh_tools.build.build import available_cores
    from mesh_tools.build.stale import whole_manifests
    from mesh_tools.contracts.impact.gather import gather
    from mesh_tools.contracts.impact.impact import impact as impact_of
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.console import console, print_json
    from mesh_tools.report.impact import impact_document, impact_mermaid, print_impact

    workspace = Workspace.open(Path.cwd(), mesh_file)
    environment, _ = workspace.config.environment(env)
    paths = whole_manifests(workspace, environment)
    found = impact_of(product, gather(workspace, environment, paths, workers=available_cores()))
    if output == "json":
        print_json(impact_document(found))
    elif output == "mermaid":
        sys.stdout.write(impact_mermaid(found))
    else:
        print_impact(console(), found)
