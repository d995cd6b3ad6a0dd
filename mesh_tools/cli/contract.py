"""`mesh contract`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from mesh_tools.cli.contract_accept import accept
from mesh_tools.cli.contract_check import check
from mesh_tools.cli.contract_rules import explain, rules
from mesh_tools.cli.new_version import new_version
from mesh_tools.cli.options import InOrder, environment_option, format_option, mesh_file_option
from mesh_tools.errors import ExitCode, MeshError


@click.group(
    cls=InOrder,
    short_help="What changed in a promise, and whether it may.",
    epilog="Exit codes: 0 done; 1 something was refused; 2 it could not run. Of diff: 0 unless it could not run.",
)
def contract() -> None:
    """Keep interfaces as the promises that they are: see changes, accept them, check them in CI."""


@contract.command(short_help="What changed, and what that means for consumers.")
@click.argument("projects", nargs=-1, metavar="[PROJECT]...")
@click.option("--base", metavar="A", default="accepted", show_default=True, help="What it was: see below.")
@click.option("--head", metavar="B", default="present", show_default=True, help="What it is: see below.")
@click.option(
    "--consumer",
    "consumers",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="MANIFEST",
    help="The manifest.json of a consumer, beside those of the mesh. May be given several times.",
)
@environment_option
@mesh_file_option
@format_option
def diff(
    projects: tuple[str, ...], base: str, head: str, consumers: tuple[Path, ...], output: str, **options: Any
) -> None:
    """Show the changes from one interface to another: by its promise alone, and for those who use it.

    A and B are `accepted` (interface.yml), `present` (the newest manifest), the name of an environment (what is
    published there), a git ref (the interface.yml of that commit), or the path or URL of an interface.yml, a registry's
    JSON or a manifest.json. A prefix says which is meant: registry:prod, git:main, file:old.

    Without a mesh, two documents can be compared.
    """
    from mesh_tools.build.comparing import Comparing
    from mesh_tools.report.console import console, print_json, print_problem, problem_document
    from mesh_tools.report.contract import comparison_document, print_comparison, print_notes, print_outcome

    comparing = Comparing.open(options["mesh_file"], options["env"], operands=(base, head), consumers=consumers)
    sides = comparing.operand(base), comparing.operand(head)
    found, problems = [], []
    for project in comparing.projects(projects, sides):
        try:
            comparison = comparing.compare(project, *sides)
        except MeshError as error:
            problems.append(error)
        else:
            found.append((comparison, comparing.gated(comparison)))
    if problems and not found:
        raise problems[0]
    if output == "json":
        print_json(
            {
                "projects": [comparison_document(*one) for one in found],
                "notes": comparing.notes,
                "not_compared": [problem_document(error) for error in problems],
            }
        )
    else:
        to = console()
        for comparison, result in found:
            print_comparison(to, comparison, result)
        print_outcome(to, [result for _, result in found])
        print_notes(to, comparing.notes)
    for problem in problems:
        print_problem(console(sys.stderr), problem, "warning")
    if problems:
        sys.exit(ExitCode.USAGE)


for command in (accept, check, new_version, rules, explain):
    contract.add_command(command)
