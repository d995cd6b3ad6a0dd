"""Options that several commands share, so that each means the same everywhere."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer


class Format(str, Enum):
    """Of a report."""

    text = "text"
    json = "json"


MeshFileOption = Annotated[
    Path | None,
    typer.Option(
        "--mesh-file",
        help="The mesh.yml to use. Default: the nearest one, in this folder or above it.",
        envvar="MESH_FILE",
        show_default=False,
    ),
]
EnvironmentOption = Annotated[
    str | None,
    typer.Option(
        "--env", "-e", help="Environment. Default: default_environment of mesh.yml, else its first.", show_default=False
    ),
]
SelectOption = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        "-s",
        help="A project; `+name` adds what it reads, `name+` what reads it. May be given several times. Default: all.",
        show_default=False,
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", help="Of the report.")]
