"""`mesh lint`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from mesh_tools.cli.options import environment_option, mesh_file_option
from mesh_tools.errors import ExitCode

_FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit", "markdown")
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    short_help="Governance: policies as code, over the manifests of all projects.",
    epilog="Exit codes: 0 clean, or nothing as severe as --fail-on; 1 findings; 2 it could not run, or a project "
    "could not be read; 3 nothing matched: no rule was asked about anything.",
)
@click.argument("projects", nargs=-1, metavar="[PROJECT]...")
@click.option("--manifest", "manifests", multiple=True, type=_FILE, help="Outside a mesh: lint this manifest.json.")
@click.option("--policy", type=_FILE, help="Outside a mesh: a file with the keys of `lint` in mesh.yml.")
@click.option("--preset", multiple=True, help="starter, recommended, strict or privacy, instead of the policy's.")
@click.option("--select", multiple=True, metavar="CODE", help="Only these rules: codes, families, or ALL.")
@click.option("--ignore", multiple=True, metavar="CODE", help="Not these rules: codes or families.")
@click.option(
    "--fail-on", type=click.Choice(["info", "warn", "error"]), help="The least severity that fails. Default: error."
)
@click.option("--scorecard", is_flag=True, help="Scores of domains and products instead of findings; text or json.")
@environment_option
@mesh_file_option
@click.option("--format", "output", type=click.Choice(_FORMATS), default="text", show_default=True)
def lint(projects: tuple[str, ...], output: str, **options: Any) -> None:
    """Check every project against the policies of the mesh."""
    from mesh_tools.build.lint_scores import keep_scores, scores_of
    from mesh_tools.build.linting import Linting, Wanted
    from mesh_tools.report.console import console, print_problem
    from mesh_tools.report.lint.formats import FORMATS
    from mesh_tools.report.lint.report import report_of
    from mesh_tools.report.lint.scorecard import as_json, print_scorecard, scored
    from mesh_tools.report.lint.text import print_report

    if options["scorecard"] and output not in {"text", "json"}:
        raise click.UsageError(f"--scorecard is printed as text or json, not as {output}")
    wanted = Wanted(
        preset=options["preset"], select=options["select"], ignore=options["ignore"], scores=options["scorecard"]
    )
    if options["manifests"]:
        linting = Linting.of_manifests(options["manifests"], options["policy"], wanted)
    else:
        linting = Linting.of_mesh(options["mesh_file"], options["env"], projects, wanted)
    outcome = linting.run()
    fail_on = options["fail_on"] or linting.policy.settings.fail_on
    name = outcome.mesh.name if outcome.mesh else ""
    report = report_of(outcome, linting.policy.rules, mesh=name, fail_on=fail_on)
    scores = scores_of(outcome, linting.workspace) if options["scorecard"] else None
    if scores is not None:
        document = scored(scores.scorecard, scores.history, scores.now, scores.commit)
        sys.stdout.write(as_json(document)) if output == "json" else print_scorecard(console(), document)
    elif output == "text":
        print_report(console(), report)
    else:
        sys.stdout.write(FORMATS[output](report))
    is_whole = not (projects or linting.problems or wanted.preset or wanted.select or wanted.ignore or options["env"])
    if is_whole and linting.workspace and outcome.mesh:
        problem = keep_scores(scores or scores_of(outcome, linting.workspace), linting.workspace)
        if problem:
            print_problem(console(sys.stderr), problem, "warning")
    if outcome.matched_nothing:
        sys.exit(ExitCode.NOTHING_MATCHED)
    if report.failed:
        sys.exit(ExitCode.FAILED)
