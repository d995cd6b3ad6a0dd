"""`mesh graph`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mesh_tools.cli.options import environment_option, format_option, mesh_file_option
from mesh_tools.errors import ExitCode


@click.command(short_help="Build order, edges between projects, cycles.")
@environment_option
@mesh_file_option
@format_option
def graph(env: str | None, mesh_file: Path | None, output: str) -> None:
    """Show how the projects depend on each other: build order, edges between projects, cycles.

    Reads the newest manifest of each project. Exit code 1 when models form a cycle or depend on what is nowhere.
    """
    from mesh_tools.artifacts.manifest import read_manifest
    from mesh_tools.build.manifests import newest_manifest
    from mesh_tools.mesh.graph import MeshGraph
    from mesh_tools.mesh.summary import summarise
    from mesh_tools.mesh.workspace import Workspace
    from mesh_tools.report.console import console, print_json
    from mesh_tools.report.graph import graph_document, print_graph

    workspace = Workspace.open(Path.cwd(), mesh_file)
    environment, _ = workspace.config.environment(env)
    paths = [newest_manifest(workspace, project, environment) for project in workspace.projects.values()]
    found = MeshGraph(summarise(read_manifest(path)) for path in paths)
    if output == "json":
        print_json(graph_document(found))
    else:
        print_graph(console(), found)
    if found.node_cycles() or found.missing:
        sys.exit(ExitCode.FAILED)
