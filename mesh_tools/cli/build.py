"""`mesh build`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mesh_tools.cli.options import format_option, mesh_file_option, request_of, request_options
from mesh_tools.errors import ExitCode

if TYPE_CHECKING:
    from mesh_tools.build.build import Settings
    from mesh_tools.build.runs import Request, Run, RunHistory


@click.command(short_help="Build everything that has changed, in order, and publish.")
@request_options
@click.option("--fail-fast", is_flag=True, help="Stop everything at the first failure.")
@click.option("--dry-run", is_flag=True, help="Print what would be built and why, and build nothing.")
@click.option("--resume", is_flag=True, help="Go on where the last build of the environment failed or was stopped.")
@click.option("--run", "run_id", metavar="ID", help="With --resume: the run to go on with, instead of the last.")
@click.option("--workers", type=click.IntRange(min=1), help="Projects built at the same time. Default: the cores.")
@click.option(
    "--start-workers",
    type=click.Choice(["fork", "spawn"]),
    help="Fork workers from one warm process, or start each anew. Default: fork on Linux, else spawn.",
)
@click.option("--wait", is_flag=True, help="Wait for another build of the environment, instead of refusing.")
@mesh_file_option
@format_option
def build(mesh_file: Path | None, output: str, **options: Any) -> None:
    """Build every project that has changed, after those that it reads, and publish its products.

    For each project: sync, `dbt deps` when needed, `dbt build` where nobody looks, publish data and interface
    together. A project whose files, settings, sources and upstream data are what they were is not built again.
    What reads products that failed is skipped; everything else goes on.

    A selection names projects (`fleet`, `+planning`), nodes of one (`fleet.aircraft+`), or anything that dbt's own
    grammar can say (`tag:nightly,config.materialized:incremental`); `+` walks across projects.

    Exit code 1 when anything failed or was skipped, 130 after Ctrl-C.
    """
    from mesh_tools.build.build import Build
    from mesh_tools.build.planning import plan_of
    from mesh_tools.build.runs import RunHistory
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.build import build_progress, print_interrupted, print_run
    from mesh_tools.report.console import console, print_json
    from mesh_tools.report.plan import print_plan

    workspace = Workspace.open(Path.cwd(), mesh_file)
    environment, _ = workspace.config.environment(options["env"])
    request, resumes = _request(RunHistory(workspace.state), environment, options)
    if options["dry_run"]:
        plan = plan_of(workspace, environment, request)
        print_json(plan) if output == "json" else print_plan(console(), plan)
        return
    # A report for programs has standard output to itself.
    to = console(sys.stderr if output == "json" else None)
    try:
        with build_progress(to) as listener:
            run = Build(workspace, environment, listener, request, _settings(options)).run(resumes)
    except KeyboardInterrupt:
        print_interrupted(console(sys.stderr))
        raise
    if output == "json":
        print_json(run)
    else:
        folders = {name: project.path for name, project in workspace.projects.items()}
        print_run(to, run, RunHistory(workspace.state).folder / run.id, folders)
    if not run.ok:
        sys.exit(ExitCode.FAILED)


def _request(history: RunHistory, environment: str, options: Mapping[str, Any]) -> tuple[Request, Run | None]:
    """What to build, and the run to go on with; that one knows what it was asked for."""
    from mesh_tools.build.resuming import damage_of, run_to_resume
    from mesh_tools.report.console import console, print_problem

    given = request_of(options)
    if not options["resume"]:
        if options["run_id"]:
            raise click.UsageError("--run goes with --resume")
        return given, None
    request, run = run_to_resume(history, environment, given, options["run_id"])
    if damage := damage_of(history, run):
        print_problem(console(sys.stderr), damage, "warning")
    return request, run


def _settings(options: Mapping[str, Any]) -> Settings:
    from mesh_tools.build.build import Settings

    default = Settings.default()
    return Settings(
        workers=options["workers"] or default.workers,
        start=options["start_workers"] or default.start,
        wait=options["wait"],
    )
