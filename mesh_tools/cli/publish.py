"""`mesh publish`."""

from __future__ import annotations

from pathlib import Path

import click

from mesh_tools.cli.options import environment_option, mesh_file_option, project_argument


@click.command(short_help="Publish the interface of one project.")
@project_argument
@click.option(
    "--manifest", type=click.Path(path_type=Path), help="The manifest.json of the project. Default: the newest one."
)
@environment_option
@mesh_file_option
def publish(project: str, manifest: Path | None, env: str | None, mesh_file: Path | None) -> None:
    """Publish the interface of one project, after it was built by other means than `mesh build`."""
    from mesh_tools.build.manifests import newest_manifest
    from mesh_tools.build.publish import publish as publish_interface
    from mesh_tools.interface.upstreams import Upstreams
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.console import console, counted

    workspace = Workspace.open(Path.cwd(), mesh_file)
    environment, _ = workspace.config.environment(env)
    found = workspace.project(project)
    upstreams = Upstreams(workspace)
    path = manifest or newest_manifest(workspace, found, environment)
    published = publish_interface(workspace, upstreams, found, path, environment)
    products = counted(len(published.interface.products), "product")
    state = "changed" if published.changed else "unchanged"
    console().print(f"{found.name}: {products} published to {upstreams.registry.url}, {environment} ({state})")
