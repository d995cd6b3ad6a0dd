"""Options that several commands share, so that each means the same everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mesh_tools.build.runs import Request


class InOrder(click.Group):
    """Lists its commands in the order of a day's work, not of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands as they were added."""
        return list(self.commands)


mesh_file_option = click.option(
    "--mesh-file",
    type=click.Path(path_type=Path),
    envvar="MESH_FILE",
    show_envvar=True,
    help="The mesh.yml to use. Default: the nearest one, in this folder or above it.",
)
environment_option = click.option(
    "--env", "-e", metavar="NAME", help="Environment. Default: default_environment of mesh.yml, else its first."
)
select_option = click.option(
    "--select",
    "-s",
    multiple=True,
    metavar="PROJECT",
    help="A project; `+name` adds what it reads, `name+` what reads it. May be given several times. Default: all.",
)
build_select_option = click.option(
    "--select",
    "-s",
    multiple=True,
    metavar="SELECTION",
    help="What to build: projects, or nodes in dbt's grammar, across projects. Several are united. Default: all.",
)
format_option = click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Of the report.",
)
project_argument = click.argument("project")


def _checked(_context: click.Context, _parameter: click.Parameter, variables: str | None) -> str | None:
    """Not left to dbt, which would find a mistake only once it has started, and for each project anew."""
    from mesh_tools.errors import MeshError
    from mesh_tools.mesh.yaml_file import YamlFile

    if variables is None:
        return None
    example = """such as --vars '{first_day: "2024-01-01"}'"""
    try:
        value = YamlFile.parse(variables, Path("--vars")).value
    except MeshError as error:
        raise click.BadParameter(f"{error.message}; write names and values, {example}") from None
    if not isinstance(value, dict):
        raise click.BadParameter(f"{variables!r} holds no names with values, {example}")
    return variables


def request_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What `mesh build`, `mesh plan` and `mesh run` can be asked for."""
    options = (
        click.option("--threads", type=click.IntRange(min=1), help="dbt threads of each project. Default: mesh.yml's."),
        click.option(
            "--vars", "variables", metavar="YAML", callback=_checked, help="dbt's variables, for every project."
        ),
        click.option("--force", is_flag=True, help="Build what has not changed, too."),
        click.option("--full-refresh", is_flag=True, help="Rebuild incremental models and seeds from nothing."),
        environment_option,
        click.option("--exclude", multiple=True, metavar="SELECTION", help="What to leave out; written as --select."),
        build_select_option,
        click.argument("also", nargs=-1, metavar="[SELECTION]..."),
    )
    for option in options:
        command = option(command)
    return command


def request_of(options: Mapping[str, Any]) -> Request:
    """The request that :func:`request_options` describe."""
    from mesh_tools.build.runs import Request

    return Request(
        select=(*options["select"], *options["also"]),
        exclude=options["exclude"],
        full_refresh=options["full_refresh"],
        force=options["force"],
        fail_fast=options.get("fail_fast", False),
        threads=options["threads"],
        variables=options["variables"],
    )
