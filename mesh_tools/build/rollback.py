"""Lets consumers read an earlier generation of a project again."""

from __future__ import annotations

from msgspec import Struct

from mesh_tools.build.locks import build_lock
from mesh_tools.build.storage import Record
from mesh_tools.build.storage.generations import Generations
from mesh_tools.build.storage.profiles import PROFILES_FILE, has_own_profile, profile_folder
from mesh_tools.errors import Location, MeshError
from mesh_tools.interface.upstreams import Upstreams
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.project import Project


class Generation(Struct, frozen=True, kw_only=True):
    """A generation that is kept: when it was built, by which run, and whether consumers read it."""

    id: str
    built_at: str
    run: str
    current: bool
    partial: str | None = None


def generations_of(workspace: Workspace, environment: str, project: Project) -> tuple[Generation, ...]:
    """The generations of ``project``, newest first.

    Raises:
        MeshError: the environment, or the project, keeps no generations.
    """
    storage = _storage(workspace, environment, project)
    current = storage.record(project.name)
    return tuple(
        Generation(
            id=record.id,
            built_at=record.built_at,
            run=record.run,
            current=current is not None and record.id == current.id,
            partial=record.partial,
        )
        for record in reversed(storage.records(project.name))
    )


def roll_back(workspace: Workspace, environment: str, project: Project, to: str | None) -> Record:
    """Make an earlier generation current, and publish its interface again.

    Args:
        workspace: The mesh.
        environment: Of it.
        project: Of it.
        to: Number or id of the generation; ``None``: the one before the current.

    Raises:
        MeshError: there is no such generation, a build is running, or the registry cannot be written.
    """
    storage = _storage(workspace, environment, project)
    with build_lock(workspace, environment):
        record = storage.roll_back(project.name, to)
        interface = storage.unpublished(project.name)
        if interface is not None:
            Upstreams(workspace).publish(interface)
            storage.published(project.name)
    return record


def _storage(workspace: Workspace, environment: str, project: Project) -> Generations:
    if workspace.config.environments[environment].storage != "duckdb":
        raise MeshError(
            f"the environment '{environment}' keeps no generations: its data lies where each project's profile says",
            where=workspace.config.yaml.locate("environments", environment),
        )
    if has_own_profile(workspace, project):
        raise MeshError(
            f"{project.name} keeps no generations: its own profile says where its data lies",
            where=Location.of(profile_folder(workspace, project) / PROFILES_FILE),
        )
    return Generations(workspace, environment)
