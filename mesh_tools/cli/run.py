"""`mesh run`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from mesh_tools.cli.options import format_option, mesh_file_option, request_of, request_options
from mesh_tools.errors import ExitCode


@click.command(short_help="Do one job of a plan.")
@click.option("--job", required=True, metavar="ID", help="A project, or the projects of a cycle: `shop+stock`.")
@click.option("--pin", multiple=True, metavar="PROJECT=GENERATION", help="Read this generation of an upstream.")
@request_options
@mesh_file_option
@format_option
def run(job: str, pin: tuple[str, ...], mesh_file: Path | None, output: str, **options: Any) -> None:
    """Do one job of `mesh plan`: build and publish its project, unless nothing has changed.

    Jobs of one environment may run at the same time, but not while `mesh build` does. Exit code 1 when it failed.
    """
    from mesh_tools.build.build import Build, Settings, available_cores
    from mesh_tools.build.runs import RunHistory
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.build import build_progress, print_run
    from mesh_tools.report.console import console, print_json

    workspace = Workspace.open(Path.cwd(), mesh_file)
    environment, _ = workspace.config.environment(options["env"])
    settings = Settings(workers=available_cores(), pins=dict(map(_pin, pin)))
    request = replace(request_of(options), job=job)
    to = console(sys.stderr if output == "json" else None)
    with build_progress(to) as listener:
        done = Build(workspace, environment, listener, request, settings).run()
    if output == "json":
        print_json(done)
    else:
        folders = {name: project.path for name, project in workspace.projects.items()}
        print_run(to, done, RunHistory(workspace.state).path(done), folders)
    if not done.ok:
        sys.exit(ExitCode.FAILED)


def _pin(text: str) -> tuple[str, str]:
    project, equals, generation = text.partition("=")
    if not (project and equals and generation):
        raise click.BadParameter(f"'{text}': write PROJECT=GENERATION, as `mesh plan` does", param_hint="--pin")
    return project, generation
