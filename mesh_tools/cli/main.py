"""The command `mesh`: its verbs, and the one place where errors are printed."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from mesh_tools import __version__
from mesh_tools.cli.build import build
from mesh_tools.cli.graph import graph
from mesh_tools.cli.init import init
from mesh_tools.cli.interface import interface
from mesh_tools.cli.publish import publish
from mesh_tools.cli.schema import schema
from mesh_tools.cli.status import status
from mesh_tools.cli.sync import sync
from mesh_tools.errors import MeshError

app = typer.Typer(
    name="mesh",
    help="A data mesh of dbt projects: cross-project refs, published interfaces, one build.",
    epilog="Exit codes: 0 done; 1 it ran, and something failed or was refused; 2 it could not run.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verb in (init, sync, build, status, graph, interface, publish, schema):
    app.command()(verb)


def _version(value: bool) -> None:  # noqa: FBT001 - typer calls it so
    if value:
        typer.echo(f"mesh {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None: ...


def main() -> None:
    """Run the command line, and leave with its exit code."""
    try:
        app()
    except MeshError as error:
        from mesh_tools.report.console import console, print_problem

        print_problem(console(sys.stderr), error)
        sys.exit(error.exit_code)
