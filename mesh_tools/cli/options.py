"""Options that several commands share, so that each means the same everywhere."""

from __future__ import annotations

from pathlib import Path

import click

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
