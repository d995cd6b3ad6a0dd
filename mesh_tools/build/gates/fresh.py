"""Whether the newest manifest of a project can be taken, or dbt has to parse it anew; each answer says why."""

from __future__ import annotations

from mesh_tools.build.gates.gate import Scene
from mesh_tools.build.manifests import newest_manifest
from mesh_tools.build.stale import is_as_built, remembered, stale_because
from mesh_tools.errors import MeshError
from mesh_tools.interface.sync import ProjectSync
from mesh_tools.mesh.workspace import STATE_FOLDER
from mesh_tools.model.project import Project

_HAS_SQL = b'"compiled_code"'
_READ = (".sql", ".yml")
"""What dbt reads of a package."""


def why_parsed(scene: Scene, project: Project) -> str | None:
    """Why ``project`` has to be parsed, by its own files; ``None`` if it has not."""
    workspace, environment = scene.workspace, scene.environment
    try:
        manifest = newest_manifest(workspace, project, environment)
        why = stale_because(workspace, project, manifest, environment)
    except MeshError:
        return "nobody has parsed it yet"
    if why or remembered(manifest) or _HAS_SQL in manifest.read_bytes():
        return why
    # Plain dbt has parsed or listed; the SQL of the last build may say the same.
    return None if is_as_built(workspace, project.name, environment) else "its SQL was not compiled"


def package_changed(scene: Scene, synced: ProjectSync) -> str | None:
    """Why a project whose manifest is there has to be parsed, by what it reads; ``None`` if it has not."""
    project = scene.workspace.projects[synced.project]
    manifest = newest_manifest(scene.workspace, project, scene.environment)
    known = remembered(manifest)
    written = manifest.stat().st_mtime
    for upstream in synced.upstreams:
        folder = project.path / STATE_FOLDER / upstream.name
        if known:
            changed = known.packages.get(upstream.name) != upstream.digest
        else:
            changed = any(file.stat().st_mtime > written for file in folder.rglob("*") if file.suffix in _READ)
        if changed:
            return f"what {upstream.name} promises was synced anew"
    return None
