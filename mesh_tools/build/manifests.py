"""Finds the newest manifest of a project: of a build, or what plain dbt left in its target folder."""

from __future__ import annotations

from pathlib import Path

from mesh_tools.build.runs import RunHistory
from mesh_tools.errors import Location, MeshError
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.project import Project


def newest_manifest(workspace: Workspace, project: Project, environment: str) -> Path:
    """The newest manifest of ``project``.

    Raises:
        MeshError: nobody has parsed it yet.
    """
    built = RunHistory(workspace.state).manifest_of(project.name, environment)
    parsed = project.path / project.target_path / "manifest.json"
    found = [path for path in (built, parsed) if path is not None and path.is_file()]
    if not found:
        raise MeshError(
            f"{project.name} has no manifest yet",
            where=Location.of(project.path),
            hint=f"run `mesh build --select +{project.name}`, or `dbt parse` in the project",
        )
    return max(found, key=lambda path: path.stat().st_mtime)
