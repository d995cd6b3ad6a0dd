"""`mesh interface`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mesh_tools.cli.options import EnvironmentOption, Format, FormatOption, MeshFileOption


def interface(
    project: Annotated[str, typer.Argument(help="Name of the project.")],
    write: Annotated[bool, typer.Option("--write", help="Write it to interface.yml in the project's folder.")] = False,
    env: EnvironmentOption = None,
    mesh_file: MeshFileOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Show what a project promises to others, from its newest manifest; or write it to interface.yml."""
    from mesh_tools.build.manifests import newest_manifest
    from mesh_tools.build.publish import present_interface
    from mesh_tools.files import write_atomically
    from mesh_tools.interface.document import to_json, to_yaml
    from mesh_tools.interface.upstreams import INTERFACE_FILE
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.console import console

    workspace = Workspace.open(Path.cwd(), mesh_file)
    environment, _ = workspace.config.environment(env)
    (found,) = workspace.select([project.strip("+")])
    present = present_interface(workspace, found, newest_manifest(workspace, found, environment))
    if write:
        path = found.path / INTERFACE_FILE
        changed = write_atomically(path, to_yaml(present).encode())
        console().print(f"{path.relative_to(workspace.root)} {'written' if changed else 'is up to date'}")
    else:
        sys.stdout.write(to_json(present).decode() if output is Format.json else to_yaml(present))
