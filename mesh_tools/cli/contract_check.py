"""`mesh contract check`."""

from __future__ import annotations

import sys
from typing import Any

import click

from mesh_tools.cli.options import environment_option, format_option, mesh_file_option
from mesh_tools.errors import ExitCode, MeshError


@click.command(
    short_help="For CI: is every promise accepted, and kept?",
    epilog="Exit codes: 0 all is well, or only warned of; 1 something is not; 2 a project could not be checked.",
)
@click.argument("projects", nargs=-1, metavar="[PROJECT]...")
@click.option("--base", metavar="A", help="What it was. Default: contracts.base of mesh.yml, else interface.yml.")
@environment_option
@mesh_file_option
@format_option
def check(projects: tuple[str, ...], base: str | None, output: str, **options: Any) -> None:
    """Check that interface.yml is up to date, and that what was promised at the base is kept.

    What is breaking fails the check, and so does what is dangerous and not acknowledged. A consumer on record must fit
    what the environment would publish. Versions past their deprecation date are warned of.
    """
    from mesh_tools.build.checking import Checking, unreadable
    from mesh_tools.report.console import console, print_json
    from mesh_tools.report.contract_check import check_document, print_checks

    checking = Checking.open(options["mesh_file"], options["env"], base)
    found, problems = [], []
    for project in checking.select(projects):
        try:
            found.append(checking.project(project))
        except MeshError as error:
            problems.append(error)
            found.append(unreadable(project, error))
    if problems and len(problems) == len(found):
        raise problems[0]  # a base that does not exist is missing for all
    found += checking.gone() if not projects else ()
    if output == "json":
        print_json(check_document(found, checking.notes))
    else:
        print_checks(console(), found, checking.notes)
    if problems:
        sys.exit(ExitCode.USAGE)
    if not all(checked.ok for checked in found):
        sys.exit(ExitCode.FAILED)
