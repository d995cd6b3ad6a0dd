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

    started = start_mesh(folder, name)
    to = console()
    to.print(f"{display_path(started.path)} written; projects: {', '.join(started.projects)}")
    if started.hidden:
        to.print(f"from here on it counts instead of {started.hidden}")
    to.print("not for version control: .mesh/, profiles.yml as mesh writes it, dbt's target/ and dbt_packages/")
    to.print("next: `mesh build`, or `mesh sync` and `dbt deps` before plain dbt")
