"""Who uses what in a mesh: newest manifests with their lineage, and what other repositories have published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mesh_tools.artifacts.compiled import CompiledManifest
from mesh_tools.artifacts.manifest import read_manifest
from mesh_tools.build.stale import is_as_built, whole_manifests
from mesh_tools.contracts.compiled import read_whole
from mesh_tools.contracts.consumers import Consumers
from mesh_tools.contracts.consumption import lineage_cache, with_usage_of
from mesh_tools.errors import MeshError
from mesh_tools.interface.extract import interface_of
from mesh_tools.interface.upstreams import Upstreams, committed_interface
from mesh_tools.lineage.inputs import inputs_of
from mesh_tools.lineage.trace import trace
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Interface
from mesh_tools.model.lineage import ModelLineage

_NOTHING_AT_HAND = "it has no manifest and has published nothing; run `mesh build`, or `dbt compile` in it"


def consumers_of(
    workspace: Workspace | None, environment: str, more: Sequence[Path] = ()
) -> tuple[Consumers, list[str]]:
    """The consumers that are known, and in words what is not known of them.

    Args:
        workspace: The mesh, if there is one.
        environment: Whose manifests and registry are asked.
        more: Manifests of consumers besides.

    Raises:
        MeshError: a manifest of ``more`` cannot be read.
    """
    if workspace is None and not more:
        return Consumers.none(), ["no consumer is known: name their manifests with --consumer"]
    notes: list[str] = []
    paths = whole_manifests(workspace, environment) if workspace else {}
    interfaces = _published(workspace, environment, notes) if workspace else {}
    manifests: dict[str, CompiledManifest] = {}
    for project, path in paths.items():
        try:
            manifests[project] = read_whole(path)
            present = interface_of(read_manifest(path))
            if workspace and not manifests[project].has_sql and is_as_built(workspace, project, environment):
                # It was only parsed, and is what it was: so it uses the columns that it used when it was published.
                present = with_usage_of(present, interfaces.get(project))
            interfaces[project] = present
        except MeshError as error:
            notes.append(f"{project} is not looked at as a consumer: {error.message} ({error.where})")
    for path in more:
        manifest = read_whole(path)
        manifests[manifest.project] = manifest
        interfaces[manifest.project] = interface_of(read_manifest(path))
    missing = _missing(workspace, manifests, interfaces) if workspace else {}
    notes += [f"{project} is not looked at as a consumer: {reason}" for project, reason in missing.items()]
    lineage = _lineage(manifests.values(), lineage_cache(workspace) if workspace else None, notes)
    return Consumers.of(manifests, lineage, interfaces.values(), missing=missing), notes


def _lineage(manifests: Iterable[CompiledManifest], cache: Path | None, notes: list[str]) -> dict[str, ModelLineage]:
    with_sql: list[CompiledManifest] = []
    for manifest in manifests:
        try:
            manifest.require_sql()
        except MeshError as error:
            if any(node.is_stub for node in manifest.nodes.values()):  # else it uses nobody
                notes.append(f"{error.message}; {error.hint}")
        else:
            with_sql.append(manifest)
    try:
        return trace(inputs_of(with_sql), cache=cache)
    except MeshError as error:  # another sqlglot than is known
        notes.append(f"columns were not traced: {error.message}")
        return {}


def _published(workspace: Workspace, environment: str, notes: list[str]) -> dict[str, Interface]:
    """Published, else committed; of a registry that cannot list, those of the mesh's own projects alone."""
    registry = Upstreams(workspace).registry
    found: dict[str, Interface] = {}
    try:
        names = {*workspace.projects, *registry.projects(environment)}
    except MeshError as error:
        names = set(workspace.projects)
        notes.append(f"consumers of other repositories are not known: {error.message}")
    for name in sorted(names):
        try:
            interface = registry.get(name, environment) or committed_interface(workspace.projects.get(name))
        except MeshError as error:
            notes.append(f"what {name} has published cannot be read: {error.message}")
        else:
            found |= {name: interface} if interface else {}
    return found


def _missing(
    workspace: Workspace, manifests: Mapping[str, CompiledManifest], interfaces: Mapping[str, Interface]
) -> dict[str, str]:
    return {name: _NOTHING_AT_HAND for name in workspace.projects if name not in manifests and name not in interfaces}
