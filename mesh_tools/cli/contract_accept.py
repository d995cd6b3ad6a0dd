"""`mesh contract accept`."""

from __future__ import annotations

import sys
from typing import Any

import click

from mesh_tools.cli.options import environment_option, format_option, mesh_file_option
from mesh_tools.errors import ExitCode, MeshError


@click.command(short_help="Write interface.yml, unless something would break.")
@click.argument("projects", nargs=-1, metavar="[PROJECT]...")
@click.option("--all", "everything", is_flag=True, help="Every project of the mesh.")
@click.option(
    "--ack",
    "selectors",
    multiple=True,
    metavar="CHANGE",
    help="Answer for a dangerous change: its fingerprint, or RULE:SUBJECT such as CHG007:flights.v2.",
)
@click.option("--reason", default="", metavar="TEXT", help="Why what is acknowledged is right.")
@click.option("--until", metavar="DATE", help="How long the acknowledgement counts. Default: as long as it may.")
@click.option("--base", metavar="A", help="What it was. Default: contracts.base of mesh.yml, else interface.yml.")
@environment_option
@mesh_file_option
@format_option
def accept(
    projects: tuple[str, ...],
    selectors: tuple[str, ...],
    output: str,
    **options: Any,
) -> None:
    """Accept what the newest manifest of each PROJECT promises: write it to interface.yml, to be reviewed like code.

    What is safe is accepted as it is. What is dangerous needs `--ack CHANGE --reason TEXT`. What would break a consumer
    is refused: nothing is written then, and the exit code is 1.
    """
    from mesh_tools.build.accepting import Accepting
    from mesh_tools.report.console import console, print_json
    from mesh_tools.report.contract import acceptance_document, print_acceptances, print_notes

    if options["everything"] == bool(projects):
        raise MeshError("name the projects to accept, or --all of them", hint="mesh contract accept PROJECT")
    accepting = Accepting.open(options["mesh_file"], options["env"], options["base"])
    found = accepting.all(projects, selectors, reason=options["reason"], until=options["until"])
    passes = all(acceptance.result.passes for acceptance in found)
    written = accepting.write(found) if passes else []
    if output == "json":
        document = {"accepted": passes, "written": written, "notes": accepting.notes}
        print_json({**document, "projects": list(map(acceptance_document, found))})
    else:
        print_acceptances(console(), found, written)
        print_notes(console(), accepting.notes)
    if not passes:
        sys.exit(ExitCode.FAILED)
