"""`mesh contract new-version`."""

from __future__ import annotations

from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import click

from mesh_tools.cli.options import format_option, mesh_file_option


@click.command("new-version", short_help="Scaffold the next version of a product.")
@click.argument("product")
@click.option(
    "--date",
    "released",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Day of its release; the grace period of the present version counts from it. Default: today.",
)
@click.option("--version", metavar="VERSION", help="What to call it. Default: the next number.")
@click.option("--latest", is_flag=True, help="Let refs without a version mean it at once.")
@click.option("--project", metavar="PROJECT", help="The project that has the product.")
@click.option("--dry-run", is_flag=True, help="Show the changes as a diff, and write nothing.")
@mesh_file_option
@format_option
def new_version(product: str, mesh_file: Path | None, output: str, **options: Any) -> None:
    """Put the next version of PRODUCT beside the present one, as a copy to be changed.

    SQL and YAML are written; comments, order and layout of the YAML stay. The present version keeps its promise and its
    relation, gets a deprecation date after the mesh's grace period (contracts.grace_days), and stays what a ref without
    a version means.
    """
    from mesh_tools.contracts.new_version import Request, plan_new_version
    from mesh_tools.contracts.new_version.request import version_of
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.console import console, print_json
    from mesh_tools.report.new_version import new_version_document, print_diffs, print_new_version

    workspace = Workspace.open(Path.cwd(), mesh_file)
    today = _today()
    plan = plan_new_version(
        workspace,
        Request(
            product=product,
            project=options["project"],
            released=options["released"].date() if options["released"] else today,
            today=today,
            version=version_of(options["version"]) if options["version"] else None,
            latest=options["latest"],
        ),
    )
    dry_run = options["dry_run"]
    if not dry_run:
        plan.write()
    if output == "json":
        print_json(new_version_document(plan, workspace.root, dry_run=dry_run))
    elif dry_run:
        print_diffs(plan, workspace.root)
    else:
        print_new_version(console(), plan)


def _today() -> date:
    """Of the machine, as dbt reads a date without a zone."""
    return datetime.now(timezone.utc).astimezone().date()
