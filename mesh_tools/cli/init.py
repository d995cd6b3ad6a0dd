"""`mesh init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[Path, typer.Argument(help="The folder that holds the dbt projects, at any depth.")] = Path(),
    name: Annotated[
        str | None, typer.Option("--name", help="Of the mesh. Default: the folder's name.", show_default=False)
    ] = None,
) -> None:
    """Start a mesh: write a mesh.yml that names every dbt project below a folder."""
    from mesh_tools.mesh.start import start_mesh
    from mesh_tools.report.console import console

    path, projects = start_mesh(folder, name)
    console().print(f"{path} written, with {len(projects)} projects: {', '.join(projects)}")
    console().print("next: `mesh build`, or `mesh sync` before plain dbt")
