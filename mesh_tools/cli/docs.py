"""`mesh docs`."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mesh_tools.cli.options import InOrder, environment_option, format_option, mesh_file_option

if TYPE_CHECKING:
    from mesh_tools.site.making import Made
    from mesh_tools.site.wanted import Wanted

_THAT_OF_THE_MESH = "-"


@click.group(cls=InOrder, short_help="The catalogue for consumers: a static site of all products.")
def docs() -> None:
    """The catalogue for consumers: products, contracts, lineage and changes, as a static site.

    It works from a folder as from any web server, offline, and without JavaScript.
    """


def _site_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What `build` and `serve` have in common."""
    options = (
        click.option(
            "--all", "everything", is_flag=True, help="Also what is private: every model, its SQL. Default: products."
        ),
        click.option(
            "--from-registry",
            "registry",
            is_flag=False,
            flag_value=_THAT_OF_THE_MESH,
            metavar="[URL]",
            help="Of published interfaces alone, no projects at hand. Default: the registry of mesh.yml.",
        ),
        click.option("--base-url", default="", metavar="URL", help="Where the site is going to be, for the feed."),
        click.option("--no-scores", is_flag=True, help="Do not ask the linter: faster."),
        environment_option,
        mesh_file_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@docs.command(short_help="Write the site to a folder.")
@click.option(
    "--output",
    "-o",
    "folder",
    type=click.Path(path_type=Path),
    help="Folder of the site, which is replaced as a whole. Default: .mesh/site.",
)
@_site_options
@format_option
def build(folder: Path | None, output: str, **options: Any) -> None:
    """Write the site to a folder, ready for any static host.

    What is not known (no lineage, no builds, no catalog) is said on its pages, with the command that brings it.
    """
    from mesh_tools.report.console import console, print_json
    from mesh_tools.site.wanted import require_packages

    wanted = _wanted(options, folder)
    require_packages()
    from mesh_tools.report.docs import print_made
    from mesh_tools.site.making import make_site

    made = make_site(wanted, _tell)
    if output == "json":
        print_json(made)
    else:
        print_made(console(), made)


@docs.command(short_help="Show the site on this machine; it follows what changes.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: any that is free.")
@_site_options
def serve(port: int, **options: Any) -> None:
    """Make the site and serve it on 127.0.0.1, to this machine alone.

    It is made anew when dbt has parsed or built something, or something was published; open pages follow. Ctrl-C ends.
    """
    from mesh_tools.site.wanted import require_packages

    wanted = _wanted(options, None)
    require_packages("watchfiles")
    from mesh_tools.report.console import console
    from mesh_tools.report.docs import print_made
    from mesh_tools.site.serving.serve import Listener
    from mesh_tools.site.serving.serve import serve as serve_site

    def started(url: str, made: Made) -> None:
        print_made(console(), made)
        click.echo(f"serving {url} (Ctrl-C ends)")

    try:
        serve_site(wanted, port, Listener(started, click.echo, lambda text: click.echo(f"error: {text}", err=True)))
    except KeyboardInterrupt:
        click.echo("")


def _wanted(options: dict[str, Any], folder: Path | None) -> Wanted:
    from mesh_tools.site.wanted import Wanted

    registry = options["registry"]
    if registry is not None and options["everything"]:
        raise click.UsageError("--all needs the projects: a registry knows products alone")
    if options["base_url"] and not re.match(r"https?://[^/\s]+[^\s?#]*$", options["base_url"]):
        raise click.UsageError("--base-url is a whole address, such as https://my-company.github.io/mesh")
    return Wanted(
        mesh_file=options["mesh_file"],
        environment=options["env"],
        profile="all" if options["everything"] else "public",
        from_registry=registry is not None,
        registry=None if registry == _THAT_OF_THE_MESH else registry,
        base_url=options["base_url"].rstrip("/"),
        scores=not options["no_scores"],
        output=folder,
    )


def _tell(text: str) -> None:
    """Progress, where somebody looks at it."""
    if sys.stderr.isatty():
        click.echo(f"{text} ...", err=True)
