"""`mesh init`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Write a mesh.yml for the dbt projects here.")
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@click.option("--name", help="Of the mesh. Default: the folder's name.")
def init(folder: Path, name: str | None) -> None:
    """Start a mesh: write a mesh.yml that names every dbt project below FOLDER (default: this one)."""
    from mesh_tools.errors import display_path
    from mesh_tools.mesh.start import start_mesh
    from mesh_tools.report.console import console

    path, projects = start_mesh(folder, name)
    console().print(f"{display_path(path)} written; projects: {', '.join(projects)}")
    console().print("next: `mesh build`, or `mesh sync` before plain dbt")
