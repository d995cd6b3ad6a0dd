"""Gathers what a question about impact is answered from: manifests, their column lineage, published interfaces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from mesh_tools.artifacts.compiled import CompiledManifest
from mesh_tools.artifacts.manifest import Manifest, read_manifest
from mesh_tools.contracts.compiled import read_whole
from mesh_tools.contracts.consumption import lineage_cache
from mesh_tools.contracts.impact.impact import Known
from mesh_tools.errors import MeshError
from mesh_tools.interface.extract import interface_of
from mesh_tools.interface.upstreams import Upstreams, committed_interface
from mesh_tools.lineage.inputs import inputs_of
from mesh_tools.lineage.trace import trace
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Interface
from mesh_tools.model.lineage import ModelLineage
from mesh_tools.model.project import Upstream


def gather(workspace: Workspace, environment: str, paths: Mapping[str, Path], *, workers: int = 1) -> Known:
    """All that is known of the mesh.

    Args:
        workspace: The mesh.
        environment: Whose published interfaces count.
        paths: The newest manifest of each project that has one.
        workers: Processes to trace with.
    """
    notes: list[str] = []
    manifests: dict[str, Manifest] = {}
    compiled: list[CompiledManifest] = []
    for name, path in paths.items():
        try:
            manifests[name], whole = read_manifest(path), read_whole(path)
        except MeshError as error:
            notes.append(f"the manifest of {name} cannot be read: {error.message} ({error.where})")
        else:
            compiled.append(whole)
    interfaces = dict(_interfaces(workspace, environment, manifests, notes))
    notes += _gaps(workspace, compiled, manifests, interfaces)
    return Known(
        manifests=tuple(manifests.values()),
        lineage=_lineage(workspace, compiled, notes, workers),
        interfaces=interfaces,
        notes=tuple(notes),
    )


def _lineage(
    workspace: Workspace, compiled: list[CompiledManifest], notes: list[str], workers: int
) -> Mapping[str, ModelLineage]:
    inputs = inputs_of(manifest for manifest in compiled if manifest.has_sql)
    try:
        return trace(inputs, cache=lineage_cache(workspace), workers=workers)
    except MeshError as error:  # another sqlglot than is known: models are still known
        notes.append(f"columns were not traced: {error.message}" + (f"; {error.hint}" if error.hint else ""))
    except ImportError as error:
        notes.append(f"columns were not traced: {error}")
    return {}


def _interfaces(
    workspace: Workspace, environment: str, manifests: Mapping[str, Manifest], notes: list[str]
) -> Iterator[tuple[str, Interface]]:
    """Of each project the newest: its manifest's, else what it published, else what it committed."""
    upstreams = Upstreams(workspace)
    external = workspace.config.file.upstreams
    for name in dict.fromkeys((*workspace.projects, *external, *_published(upstreams, environment, notes))):
        for read in _sources(name, workspace, environment, manifests, upstreams):
            try:
                found = read()
            except MeshError as error:
                notes.append(f"the interface of {name} cannot be read: {error.message}")
                continue
            if found is not None:
                yield name, found
                break


def _sources(
    name: str, workspace: Workspace, environment: str, manifests: Mapping[str, Manifest], upstreams: Upstreams
) -> Iterator[Callable[[], Interface | None]]:
    """Where the interface of a project may be found, the newest first."""
    if name in manifests:
        yield lambda: interface_of(manifests[name], domain=workspace.config.domain_of(name))
    if name in workspace.config.file.upstreams:
        where = workspace.config.yaml.locate("upstreams", name)
        yield lambda: upstreams.resolve(Upstream(name, where), environment).interface
        return
    yield lambda: upstreams.registry.get(name, environment)
    yield lambda: committed_interface(workspace.projects.get(name))


def _published(upstreams: Upstreams, environment: str, notes: list[str]) -> tuple[str, ...]:
    try:
        return upstreams.registry.projects(environment)
    except MeshError as error:
        notes.append(f"projects of other repositories are not known: {error.message}")
        return ()


def _gaps(
    workspace: Workspace,
    compiled: list[CompiledManifest],
    manifests: Mapping[str, Manifest],
    interfaces: Mapping[str, Interface],
) -> Iterator[str]:
    for manifest in compiled:
        if not manifest.has_sql:
            yield (
                f"{manifest.project} was only parsed, so which columns it uses is not known: run `dbt compile` in it, "
                f"or `mesh build --force --select {manifest.project}`"
            )
    for name in workspace.projects:
        if name not in manifests and name not in interfaces:
            yield f"{name} was never built, so what it uses is not known: run `mesh build --select +{name}`"
