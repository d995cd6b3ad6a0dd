"""`mesh lint`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mesh_tools.cli.options import environment_option, mesh_file_option
from mesh_tools.cli.reports import report_format_option, reports_option, write_report
from mesh_tools.errors import ExitCode, Location, MeshError

if TYPE_CHECKING:
    from mesh_tools.build.lint_scores import Scores
    from mesh_tools.build.linting import Linting, Wanted
    from mesh_tools.lint.outcome import Outcome
    from mesh_tools.report.lint.report import Report

_FILE = click.Path(path_type=Path, dir_okay=False)


def _together(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Options that belong together, in the order of the help."""

    def add(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return add


_manifests_alone = _together(
    click.option("--manifest", "manifests", multiple=True, type=_FILE, help="Outside a mesh: lint this manifest.json."),
    click.option("--policy", type=_FILE, help="Outside a mesh: a file with the keys of `lint` in mesh.yml."),
)
_artifacts = _together(
    click.option("--catalog", "catalogs", multiple=True, type=_FILE, help="A catalog.json, of any of the projects."),
    click.option("--run-results", multiple=True, type=_FILE, help="A run_results.json, of any of the projects."),
    click.option("--sources", multiple=True, type=_FILE, help="A sources.json, of any of the projects."),
)
_rules = _together(
    click.option("--preset", multiple=True, help="starter, recommended, strict or privacy, instead of the policy's."),
    click.option("--select", multiple=True, metavar="CODE", help="Only these rules: codes, families, or ALL."),
    click.option("--ignore", multiple=True, metavar="CODE", help="Not these rules: codes or families."),
)
_what_counts = _together(
    click.option(
        "--fail-on", type=click.Choice(["info", "warn", "error"]), help="The least severity that fails. Default: error."
    ),
    click.option(
        "--base",
        metavar="A",
        help="Only what was not found there counts: a git ref, a folder of manifests, or registry:ENVIRONMENT.",
    ),
    click.option("--baseline", type=_FILE, help="Findings that do not count. Default: lint-baseline.json."),
    click.option("--write-baseline", is_flag=True, help="Write the baseline: what is found now does not count."),
)
_fixes = _together(
    click.option("--fix", "fixes", is_flag=True, help="Mend what is certain, and report the rest."),
    click.option("--diff", is_flag=True, help="Print what --fix would change, and change nothing; 1 if it would."),
)
_sql = _together(
    click.option("--sql", is_flag=True, help="SQL style by sqlfluff instead, of the files that changed since --base."),
    click.option("--all", "every", is_flag=True, help="With --sql: of all SQL files."),
)
_report = _together(
    click.option("--scorecard", is_flag=True, help="Scores of domains and products instead of findings; text or json."),
    report_format_option,
    reports_option,
)


@click.command(
    short_help="Governance: policies as code, over the manifests of all projects.",
    epilog="Exit codes: 0 clean, or nothing as severe as --fail-on; 1 findings; 2 it could not run, or no project "
    "could be read; 3 nothing matched: no rule was asked about anything.",
)
@click.argument("projects", nargs=-1, metavar="[PROJECT]...")
@_manifests_alone
@_artifacts
@_rules
@_what_counts
@_fixes
@_sql
@environment_option
@mesh_file_option
@_report
def lint(projects: tuple[str, ...], output: str, reports: dict[Path, str], **options: Any) -> None:
    """Check every project against the policies of the mesh.

    PROJECT limits what is told, not what is read: NAME, +NAME (with all upstream of it), NAME+ (with all downstream).
    """
    if options["sql"]:
        from mesh_tools.cli.lint_sql import lint_sql

        lint_sql(projects, output, reports, options)
    elif options["every"]:
        raise click.UsageError("--all goes with --sql")
    elif options["scorecard"] and output not in {"text", "json"}:
        raise click.UsageError(f"--scorecard is printed as text or json, not as {output}")
    else:
        _lint(projects, output, reports, options)


def _lint(projects: tuple[str, ...], output: str, reports: dict[Path, str], options: dict[str, Any]) -> None:
    """The rules over manifests; leaves with the exit code."""
    wanted = _wanted(options)
    linting = _linting(projects, wanted, options)
    outcome = linting.run(_tell)
    for note in linting.notes:
        _tell(f"note: {note}")
    if options["diff"]:
        from mesh_tools.cli.lint_fix import print_diff

        sys.exit(print_diff(outcome))
    matched_nothing = outcome.matched_nothing
    if options["fixes"]:
        from mesh_tools.cli.lint_fix import fix

        outcome = fix(outcome)
    if options["write_baseline"]:
        number = linting.write_baseline(outcome)
        click.echo(f"{linting.baseline} holds {number} finding{'' if number == 1 else 's'} that do not count")
        return
    report = _report_of(linting, outcome, options)
    scores = _scores(linting, outcome, projects) if options["scorecard"] else None
    _print(report, scores, output, reports)
    if not (projects or wanted.preset or wanted.select or wanted.ignore or options["env"]):
        _keep_scores(scores, linting, outcome)
    if not outcome.projects and linting.has_projects:
        sys.exit(ExitCode.USAGE)
    if matched_nothing:
        sys.exit(ExitCode.NOTHING_MATCHED)
    if report.failed:
        sys.exit(ExitCode.FAILED)


def _report_of(linting: Linting, outcome: Outcome, options: dict[str, Any]) -> Report:
    from mesh_tools.report.lint.report import report_of

    name = linting.workspace.config.file.name if linting.workspace else ""
    fail_on = options["fail_on"] or linting.policy.settings.fail_on
    return report_of(outcome, linting.policy.rules, mesh=name, fail_on=fail_on, base=linting.base)


def _wanted(options: dict[str, Any]) -> Wanted:
    from mesh_tools.build.lint_artifacts import Artifacts
    from mesh_tools.build.linting import Wanted

    if options["baseline"] and not options["write_baseline"] and not options["baseline"].is_file():
        hint = "`mesh lint --write-baseline` makes one of today's findings"
        raise MeshError("there is no such baseline", where=Location.of(options["baseline"]), hint=hint)
    return Wanted(
        preset=options["preset"],
        select=_each(options["select"]),
        ignore=_each(options["ignore"]),
        scores=options["scorecard"],
        base=options["base"],
        baseline=options["baseline"],
        writes_baseline=options["write_baseline"],
        artifacts=Artifacts(
            catalogs=options["catalogs"], run_results=options["run_results"], sources=options["sources"]
        ),
    )


def _each(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Those of ``--select PUB001,REF``, too."""
    return tuple(code.strip() for written in codes for code in written.split(","))


def _linting(projects: tuple[str, ...], wanted: Wanted, options: dict[str, Any]) -> Linting:
    from mesh_tools.build.linting import Linting

    if not options["manifests"]:
        if options["policy"]:
            raise click.UsageError("--policy goes with --manifest; the policy of a mesh is in its mesh.yml")
        return Linting.of_mesh(options["mesh_file"], options["env"], projects, wanted)
    if options["env"]:
        raise click.UsageError("--env is of a mesh, and goes with no --manifest")
    if projects:
        raise click.UsageError("projects are named in a mesh; with --manifest, name the manifests that you mean")
    return Linting.of_manifests(options["manifests"], options["policy"], wanted)


def _print(report: Report, scores: Scores | None, output: str, reports: dict[Path, str]) -> None:
    from mesh_tools.report.lint.formats import FORMATS

    for file, name in reports.items():
        write_report(file, FORMATS[name](report))
    if scores is not None:
        _print_scores(scores, output)
    elif output == "text":
        from mesh_tools.report.console import console
        from mesh_tools.report.lint.text import print_report

        print_report(console(), report)
    else:
        sys.stdout.write(FORMATS[output](report))


def _print_scores(scores: Scores, output: str) -> None:
    from mesh_tools.report.console import console
    from mesh_tools.report.lint.scorecard import as_json, print_scorecard, scored

    document = scored(scores.scorecard, scores.history, scores.now, scores.commit)
    if output == "json":
        sys.stdout.write(as_json(document))
    else:
        print_scorecard(console(), document)


def _scores(linting: Linting, outcome: Outcome, projects: tuple[str, ...] = ()) -> Scores:
    from mesh_tools.build.lint_scores import scores_of

    return scores_of(outcome, linting.workspace, projects)


def _keep_scores(scores: Scores | None, linting: Linting, outcome: Outcome) -> None:
    if linting.workspace and outcome.mesh:
        from mesh_tools.build.lint_scores import keep_scores
        from mesh_tools.report.console import console, print_problem

        problem = keep_scores(scores or _scores(linting, outcome), linting.workspace)
        if problem:
            print_problem(console(sys.stderr), problem, "warning")


def _tell(text: str) -> None:
    click.echo(text, err=True)
