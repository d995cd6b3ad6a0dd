"""All that a registry alone tells: what projects promise, and what they use of each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mesh_tools.contracts.impact.impact import Known
from mesh_tools.errors import Location, MeshError
from mesh_tools.interface.registry import Registry
from mesh_tools.model.interface import Interface
from mesh_tools.site.gather.gaps import Gaps
from mesh_tools.site.gather.world import World


def world_of_registry(
    registry: Registry, environment: str, now: datetime, *, name: str = "", description: str = ""
) -> World:
    """What is published in ``environment``.

    Args:
        registry: Where.
        environment: Its name.
        now: In UTC.
        name: Of the mesh; default: what the registry is called.
        description: Of the mesh.

    Raises:
        MeshError: the registry cannot be read or listed, or nothing is published there.
    """
    projects = registry.projects(environment)
    if not projects:
        raise MeshError(
            f"nothing is published in environment '{environment}'",
            where=Location(registry.url),
            hint="name another one with --env, or publish with `mesh build` or `mesh publish`",
        )
    gaps = Gaps()
    text = "the site was made from a registry alone: tests, scores and lineage within projects are not in it"
    gaps.add("quality", text, "mesh docs build")
    published = dict(_published(registry, environment, projects, gaps))
    checked = {project: found.published for project, found in published.items()}
    return World(
        name=name or "Data products",
        description=description,
        environment=environment,
        build_command="",
        now=now,
        interfaces=published,
        published=published,
        checked={project: at for project, at in checked.items() if at is not None},
        history=dict(_history(registry, environment, published, gaps)),
        known=Known(interfaces=published),
        gaps=tuple(gaps.all()),
    )


def _published(
    registry: Registry, environment: str, projects: tuple[str, ...], gaps: Gaps
) -> Iterator[tuple[str, Interface]]:
    for project in projects:
        try:
            found = registry.get(project, environment)
        except MeshError as error:
            gaps.add("interface", f"the interface of {project}: {error.message}")
            continue
        if found is not None:
            yield project, found


def _history(
    registry: Registry, environment: str, published: dict[str, Interface], gaps: Gaps
) -> Iterator[tuple[str, tuple[Interface, ...]]]:
    for project, interface in published.items():
        try:
            yield project, registry.history(project, environment)
        except MeshError as error:
            gaps.add("history", f"the history of {project}: {error.message}")
            yield project, (interface,)
