"""`mesh publish`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mesh_tools.cli.options import EnvironmentOption, MeshFileOption


def publish(
    project: Annotated[str, typer.Argument(help="Name of the project.")],
    manifest: Annotated[
        Path | None, typer.Option("--manifest", help="Its manifest.json. Default: the newest one.", show_default=False)
    ] = None,
    env: EnvironmentOption = None,
    mesh_file: MeshFileOption = None,
) -> None:
    """Publish the interface of one project, after it was built by other means than `mesh build`."""
    from mesh_tools.build.manifests import newest_manifest
    from mesh_tools.build.publish import publish as publish_interface
    from mesh_tools.interface.upstreams import Upstreams
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.console import console

    workspace = Workspace.open(Path.cwd(), mesh_file)
    environment, _ = workspace.config.environment(env)
    (found,) = workspace.select([project.strip("+")])
    upstreams = Upstreams(workspace)
    path = manifest or newest_manifest(workspace, found, environment)
    published = publish_interface(workspace, upstreams, found, path, environment)
    products = len(published.interface.products)
    state = "changed" if published.changed else "unchanged"
    console().print(f"{found.name}: {products} products published to {upstreams.registry.url}, {environment} ({state})")
