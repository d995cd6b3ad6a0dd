"""The command `mesh`: its verbs, and the one place where errors are printed."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import NoReturn

import click

from mesh_tools import __version__
from mesh_tools.cli.build import build
from mesh_tools.cli.check import check
from mesh_tools.cli.contract import contract
from mesh_tools.cli.docs import docs
from mesh_tools.cli.drift import drift
from mesh_tools.cli.graph import graph
from mesh_tools.cli.impact import impact
from mesh_tools.cli.init import init
from mesh_tools.cli.interface import interface
from mesh_tools.cli.lint import lint
from mesh_tools.cli.options import InOrder
from mesh_tools.cli.plan import plan
from mesh_tools.cli.publish import publish
from mesh_tools.cli.rollback import rollback
from mesh_tools.cli.rules import rule, rules
from mesh_tools.cli.run import run
from mesh_tools.cli.runs import runs
from mesh_tools.cli.schema import schema
from mesh_tools.cli.status import status
from mesh_tools.cli.sync import sync
from mesh_tools.errors import Location, MeshError

_SIGNALLED = 128  # and the number of the signal, as shells have it
_INTERRUPTED = 130


@click.group(
    name="mesh",
    cls=InOrder,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done; 1 it ran, and something failed or was refused; 2 it could not run.",
)
@click.version_option(__version__, message="mesh %(version)s")
def app() -> None:
    """A data mesh of dbt projects: cross-project refs, published interfaces, one build."""


for verb in (
    init,
    sync,
    build,
    status,
    runs,
    plan,
    run,
    rollback,
    graph,
    impact,
    interface,
    contract,
    lint,
    rules,
    rule,
    check,
    docs,
    drift,
    publish,
    schema,
):
    app.add_command(verb)


def main(arguments: Iterable[str] | None = None) -> None:
    """Run the command line, and leave with its exit code."""
    try:
        app.main(None if arguments is None else list(arguments), prog_name="mesh", standalone_mode=False)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.exceptions.Abort) as ended:
        # click has made an Abort of it. A signal other than Ctrl-C brings its number.
        signalled = ended if isinstance(ended, KeyboardInterrupt) else ended.__cause__
        number = int(signalled.args[0]) if isinstance(signalled, KeyboardInterrupt) and signalled.args else 0
        sys.exit(_SIGNALLED + number if number else _INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()  # `mesh status | head`: nobody listens any more
        sys.exit(0)
    except MeshError as error:
        _fail(error)
    except OSError as error:
        # A disk that is full or protected may show anywhere.
        where = Location.of(error.filename) if error.filename else None
        _fail(MeshError(error.strerror or str(error), where=where))


def _fail(error: MeshError) -> NoReturn:
    from mesh_tools.report.console import console, print_problem

    print_problem(console(sys.stderr), error)
    sys.exit(error.exit_code)
