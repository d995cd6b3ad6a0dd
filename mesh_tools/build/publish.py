"""Publishing: the interface that a manifest describes becomes what consumers see in the registry."""

from __future__ import annotations

from datetime import date, datetime, timezone
from pathlib import Path

from msgspec.structs import replace

from mesh_tools.artifacts.manifest import read_manifest
from mesh_tools.errors import MeshError
from mesh_tools.interface.extract import interface_of
from mesh_tools.interface.upstreams import committed_interface
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Interface
from mesh_tools.model.project import Project


def local_today() -> date:
    """The day of the machine, as dbt reads dates without a zone."""
    return datetime.now(timezone.utc).astimezone().date()


def present_interface(
    workspace: Workspace, project: Project, manifest: Path, *, accepted: Interface | None = None
) -> Interface:
    """The interface of ``project`` as ``manifest`` has it; semantic versions go on from the ``accepted`` one.

    Each goes on by the bump that its changes need, so that what is published before it is accepted has a number of
    its own.

    Raises:
        MeshError: the manifest cannot be read, is another project's, or its ``meta.mesh`` is wrong.
    """
    read = read_manifest(manifest)
    if read.project != project.name:
        raise MeshError(f"{manifest} is of the project '{read.project}', not of '{project.name}'")
    domain = workspace.config.domain_of(project.name)
    present = interface_of(read, domain=domain, accepted=accepted)
    if accepted is None or accepted.fingerprint == present.fingerprint:
        return present
    # The rules cost start-up time, so only who has changed something pays for them.
    from mesh_tools.contracts.diff import diff  # noqa: PLC0415
    from mesh_tools.contracts.semver import with_semantic_versions  # noqa: PLC0415

    return with_semantic_versions(accepted, present, diff(accepted, present, today=local_today()))


def interface_to_publish(workspace: Workspace, project: Project, manifest: Path, environment: str) -> Interface:
    """The interface of ``project`` as of ``environment``, and as old as the manifest is.

    Raises:
        MeshError: see :func:`present_interface`.
    """
    written = read_manifest(manifest).metadata.generated_at or None
    present = present_interface(workspace, project, manifest, accepted=committed_interface(project))
    return replace(present, environment=environment, published_at=written)
