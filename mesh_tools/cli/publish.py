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
    """Publish one project that was built by other means than `mesh build`.

    Its interface goes to the registry. Where mesh keeps the data (storage: duckdb), what plain `dbt build` has built in
    the project's work copy becomes the generation that consumers read; until then they see nothing of it.
    """
    from mesh_tools.build.manifests import newest_manifest
    from mesh_tools.build.publish_built import publish_built
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.console import console, counted

    workspace = Workspace.open(Path.cwd(), mesh_file)
    environment, _ = workspace.config.environment(env)
    found = workspace.project(project)
    path = manifest or newest_manifest(workspace, found, environment)
    published = publish_built(workspace, found, path, environment)
    products = counted(published.products, "product")
    state = "changed" if published.changed else "unchanged"
    data = f", data as {published.target}" if published.target else ""
    registry = workspace.config.registry.url
    console().print(f"{found.name}: {products} published to {registry}, {environment} ({state}){data}")
