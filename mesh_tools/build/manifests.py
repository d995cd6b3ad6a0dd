"""Finds the newest manifest of a project: of a build, of a check, or what plain dbt left in its target folder."""

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
    found = _newest(built, checked_manifest(workspace, project, environment), project)
    if found is None:
        raise MeshError(
            f"{project.name} has no manifest yet",
            where=Location.of(project.path),
            hint=f"run `mesh build --select +{project.name}`, or `dbt parse` in the project",
        )
    return found


def newest_manifests(workspace: Workspace, environment: str) -> dict[str, Path]:
    """The newest manifest of every project that has one."""
    built = RunHistory(workspace.state).manifests(environment)
    found = {
        name: _newest(built.get(name), checked_manifest(workspace, project, environment), project)
        for name, project in workspace.projects.items()
    }
    return {name: path for name, path in found.items() if path is not None}


def checked_manifest(workspace: Workspace, project: Project, environment: str) -> Path:
    """Where `mesh check` keeps the manifest of ``project``."""
    return workspace.state / "cache" / environment / project.name / "checked" / "manifest.json"


def _newest(built: Path | None, checked: Path, project: Project) -> Path | None:
    parsed = project.path / project.target_path / "manifest.json"
    found = [path for path in (built, checked, parsed) if path is not None and path.is_file()]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)
