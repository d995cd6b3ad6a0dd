"""`mesh lint --sql`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from mesh_tools.cli.reports import write_report
from mesh_tools.errors import ExitCode

_NOT_WITH_SQL = ("manifests", "policy", "preset", "select", "ignore", "baseline", "write_baseline", "diff", "scorecard")


def lint_sql(projects: tuple[str, ...], output: str, reports: dict[Path, str], options: dict[str, Any]) -> None:
    """Look at the style of SQL files, and leave with the exit code.

    Raises:
        MeshError: there is no mesh, no sqlfluff, or no such base.
    """
    from mesh_tools.build.sql_style.styling import SqlStyle
    from mesh_tools.report.console import console
    from mesh_tools.report.lint.formats import FORMATS
    from mesh_tools.report.lint.report import report_of
    from mesh_tools.report.lint.text import print_report

    for name in _NOT_WITH_SQL:
        if options[name]:
            raise click.UsageError(f"--{name.replace('_', '-').removesuffix('s')} does not go with --sql")
    style = SqlStyle.open(options["mesh_file"], options["env"])
    files, which = style.files(projects, options["base"], every=options["every"])
    if not any(files.values()):
        click.echo(f"there are no {which}", err=True)
    outcome = style.run(files, lambda text: click.echo(text, err=True), fix=options["fixes"])
    fail_on = options["fail_on"] or style.fail_on
    report = report_of(outcome, style.rules, mesh=style.mesh, fail_on=fail_on, base="")
    for file, name in reports.items():
        write_report(file, FORMATS[name](report))
    if output == "text":
        print_report(console(), report)
    else:
        sys.stdout.write(FORMATS[output](report))
    if report.failed:
        sys.exit(ExitCode.FAILED)
