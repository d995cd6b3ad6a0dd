"""`mesh check`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from mesh_tools.cli.options import environment_option, mesh_file_option
from mesh_tools.cli.reports import report_format_option, reports_option, write_report
from mesh_tools.errors import ExitCode


@click.command(
    short_help="For CI: sync, parse, lint, contracts, impact; one summary, one exit code.",
    epilog="Exit codes: 0 all good, or only warned of; 1 a gate failed; 2 it could not run.",
)
@click.argument("projects", nargs=-1, metavar="[PROJECT]...")
@click.option(
    "--base", metavar="A", help="What changes are counted from, such as origin/main. Default: the bases of mesh.yml."
)
@click.option("--changed", "only_changed", is_flag=True, help="Only projects that changed, and those that read them.")
@environment_option
@mesh_file_option
@report_format_option
@reports_option
def check(projects: tuple[str, ...], output: str, reports: dict[Path, str], **options: Any) -> None:
    """Ask everything that must hold before a change is merged, without building any data.

    In this order: refs between projects resolve, and are as mesh.lock has them; dbt can parse each project; the linter
    finds nothing; promises are accepted and kept; who is concerned by what changed. What changed comes first, then
    what reads it. A project that fails to sync or parse is not asked further; the others are.
    """
    from mesh_tools.build.gates.check import Asked
    from mesh_tools.build.gates.check import check as ask_all
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.check.formats import FORMATS
    from mesh_tools.report.check.text import print_checkup
    from mesh_tools.report.console import console

    workspace = Workspace.open(Path.cwd(), options["mesh_file"])
    asked = Asked(
        environment=options["env"], select=projects, base=options["base"], only_changed=options["only_changed"]
    )
    with _progress() as progress:
        checkup = ask_all(workspace, asked, progress)
    for file, name in reports.items():
        write_report(file, FORMATS[name](checkup))
    if output == "text":
        print_checkup(console(), checkup)
    else:
        sys.stdout.write(FORMATS[output](checkup))
    if not checkup.ok:
        sys.exit(ExitCode.FAILED)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """What goes on, on standard error: one line that changes on a terminal, else a line for what takes time."""
    from mesh_tools.report.console import console

    to = console(sys.stderr)
    if not to.is_terminal:
        yield lambda text: to.print(text, markup=False) if text.startswith("parsing") else None
        return
    with to.status("looking at what changed") as status:
        yield lambda text: status.update(text.replace("[", r"\["))
