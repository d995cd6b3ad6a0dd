"""Who uses what in a mesh: newest manifests with their lineage, and what other repositories have published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mesh_tools.artifacts.compiled import CompiledManifest, read_compiled
from mesh_tools.build.manifests import newest_manifests
from mesh_tools.contracts.consumers import Consumers
from mesh_tools.errors import MeshError
from mesh_tools.interface.registry import open_registry
from mesh_tools.interface.upstreams import committed_interface
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Interface
from mesh_tools.model.lineage import ModelLineage

LINEAGE_CACHE = Path("cache", "lineage.sqlite")
"""Below ``.mesh``: what was traced before."""


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
    notes: list[str] = []
    paths = newest_manifests(workspace, environment) if workspace else {}
    manifests = _compiled(paths, notes)
    manifests |= {manifest.project: manifest for manifest in map(read_compiled, more)}
    if not manifests and workspace is None:
        return Consumers.none(), ["no consumer is known: name their manifests with --consumer"]
    lineage = _lineage(manifests.values(), workspace, notes)
    interfaces = _interfaces(workspace, environment, notes) if workspace else {}
    missing = _missing(workspace, manifests, interfaces) if workspace else {}
    notes += [f"{project} is not looked at as a consumer: {reason}" for project, reason in missing.items()]
    return Consumers.of(manifests, lineage, interfaces.values(), missing=missing), notes


def _compiled(paths: Mapping[str, Path], notes: list[str]) -> dict[str, CompiledManifest]:
    found: dict[str, CompiledManifest] = {}
    for project, path in paths.items():
        try:
            found[project] = read_compiled(path)
        except MeshError as error:
            notes.append(f"{project} is not looked at as a consumer: {error.message} ({error.where})")
    return found


def _lineage(
    manifests: Iterable[CompiledManifest], workspace: Workspace | None, notes: list[str]
) -> dict[str, ModelLineage]:
    # sqlglot costs start-up time, so only who has to trace pays for it.
    from mesh_tools.lineage.inputs import inputs_of  # noqa: PLC0415
    from mesh_tools.lineage.trace import trace  # noqa: PLC0415

    with_sql: list[CompiledManifest] = []
    for manifest in manifests:
        try:
            manifest.require_sql()
        except MeshError as error:
            if any(node.is_stub for node in manifest.nodes.values()):  # else it uses nobody
                notes.append(f"{error.message}; {error.hint}")
        else:
            with_sql.append(manifest)
    return trace(inputs_of(with_sql), cache=workspace.state / LINEAGE_CACHE if workspace else None)


def _interfaces(workspace: Workspace, environment: str, notes: list[str]) -> dict[str, Interface]:
    """Published, else committed; of a registry that cannot list, those of the mesh's own projects alone."""
    settings = workspace.config.registry
    registry = open_registry(settings.url, base=workspace.root, options=settings.options)
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
    hint = "it has no manifest and has published nothing; run `mesh build`, or `dbt compile` in it"
    return {name: hint for name in workspace.projects if name not in manifests and name not in interfaces}
