"""`mesh runs`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mesh_tools.cli.options import format_option, mesh_file_option
from mesh_tools.errors import MeshError

if TYPE_CHECKING:
    from mesh_tools.build.runs import RunHistory
    from mesh_tools.mesh.workspace import Workspace

_KINDS = ("model", "seed", "snapshot", "test", "unit_test", "function", "operation")

_only_environment_option = click.option("--env", "-e", metavar="NAME", help="Only runs in this environment.")


class _ListByDefault(click.Group):
    """`mesh runs` and `mesh runs --limit 3` list."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        asks_for_help = bool(args) and args[0] in ctx.help_option_names
        if not asks_for_help and (not args or args[0].startswith("-")):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_ListByDefault, short_help="The builds that there were, and where their time went.")
def runs() -> None:
    """The builds that there were: without a command they are listed, newest first.

    The last twenty are kept below .mesh/runs, and older ones as long as they are the last of some project.
    """


@runs.command("list", short_help="List runs, newest first: the default.")
@_only_environment_option
@click.option("--limit", "-n", type=click.IntRange(min=1), metavar="N", help="Only the newest N.")
@mesh_file_option
@format_option
def list_command(env: str | None, limit: int | None, mesh_file: Path | None, output: str) -> None:
    """List runs, newest first: how each ended, what it built, what was asked for."""
    from mesh_tools.build.runs.summary import list_runs
    from mesh_tools.report.console import console, print_json
    from mesh_tools.report.runs import print_run_list, run_list_document

    _, history = _open(mesh_file, env)
    found = list_runs(history, env, limit)
    print_json(run_list_document(found)) if output == "json" else print_run_list(console(), found)


@runs.command(short_help="What a run did, and where its time went.")
@click.argument("run_id", metavar="[ID]", required=False)
@click.option("--slowest", type=click.IntRange(min=0), default=10, show_default=True, help="Nodes to be listed.")
@_only_environment_option
@mesh_file_option
@format_option
def show(run_id: str | None, slowest: int, env: str | None, mesh_file: Path | None, output: str) -> None:
    """Show what a run did: projects, why they were built or not, where the time went, the slowest nodes, failures.

    ID may be the beginning of an id. Default: the last run.
    """
    from mesh_tools.build.runs.details import run_details
    from mesh_tools.report.console import console, print_json
    from mesh_tools.report.runs import print_run_details, run_details_document

    workspace, history = _open(mesh_file, env)
    run = history.get(run_id or _last(history, env))
    found = run_details(history, run, workspace.config.default_environment)
    if output == "json":
        print_json(run_details_document(found, slowest))
    else:
        folders = {name: project.path for name, project in workspace.projects.items()}
        print_run_details(console(), found, history.path(run), folders, slowest)


@runs.command("slowest", short_help="The slowest nodes of the mesh.")
@_only_environment_option
@click.option("--limit", "-n", type=click.IntRange(min=1), default=20, show_default=True, metavar="N")
@click.option("--kind", multiple=True, type=click.Choice(_KINDS), help="Only such nodes; may be given several times.")
@mesh_file_option
@format_option
def slowest_command(env: str | None, limit: int, kind: tuple[str, ...], mesh_file: Path | None, output: str) -> None:
    """List the slowest nodes of the kept runs, by the time that each took last; with the median of all its runs.

    Time is dbt's: of the node alone, with its SQL and its hooks.
    """
    from mesh_tools.build.runs.timings import slowest_nodes
    from mesh_tools.report.console import console, print_json
    from mesh_tools.report.runs import print_slowest, slowest_document

    _, history = _open(mesh_file, env)
    found = slowest_nodes(history, env, kind)
    print_json(slowest_document(found, limit)) if output == "json" else print_slowest(console(), found, limit)


def _open(mesh_file: Path | None, env: str | None) -> tuple[Workspace, RunHistory]:
    """The mesh, with its runs; a slip in the name of the environment is refused."""
    from mesh_tools.build.runs import RunHistory
    from mesh_tools.mesh.workspace import Workspace

    workspace = Workspace.open(Path.cwd(), mesh_file)
    workspace.config.environment(env)
    return workspace, RunHistory(workspace.state)


def _last(history: RunHistory, env: str | None) -> str:
    """The id of the newest run whose record can be read."""
    from mesh_tools.build.runs.summary import kept_runs

    found, problems = kept_runs(history, env)
    if not found and problems and env is None:
        raise problems[0]
    if not found:
        raise MeshError(f"no run is kept{f' of {env}' if env else ''}", hint="run `mesh build`")
    return found[0].id
