"""In which order projects are built: declared upstreams, and what the models were last seen to read."""

from __future__ import annotations

from collections.abc import Collection

from mesh_tools.artifacts.manifest import read_manifest
from mesh_tools.build.manifests import newest_manifest
from mesh_tools.errors import MeshError
from mesh_tools.mesh.graph import MeshGraph, knots_of
from mesh_tools.mesh.summary import ProjectSummary, summarise
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.project import Project


def build_order(workspace: Workspace, chosen: Collection[str], environment: str) -> tuple[tuple[str, ...], ...]:
    """``chosen`` projects, each after those that it reads; those that read each other together.

    A source that another project builds is an edge too, but only a manifest shows it: of a mesh that was never parsed,
    declared upstreams decide alone.
    """
    declared = workspace.upstream()
    read = _read_before(workspace, environment)
    return knots_of({name: [up for up in (*declared[name], *read.get(name, ())) if up in chosen] for name in chosen})


def _read_before(workspace: Workspace, environment: str) -> dict[str, tuple[str, ...]]:
    found = (_summary(workspace, project, environment) for project in workspace.projects.values())
    return MeshGraph(summary for summary in found if summary is not None).upstream_projects()


def _summary(workspace: Workspace, project: Project, environment: str) -> ProjectSummary | None:
    try:
        return summarise(read_manifest(newest_manifest(workspace, project, environment)))
    except MeshError:
        return None  # never parsed, or by a dbt that is not known: the build will tell
