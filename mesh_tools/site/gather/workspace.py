"""All that is known of a mesh whose files are at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from mesh_tools.artifacts.catalog import CatalogTable, read_catalog
from mesh_tools.artifacts.compiled import CompiledManifest
from mesh_tools.build.manifests import newest_manifests
from mesh_tools.build.status import checked_at
from mesh_tools.contracts.compiled import read_whole
from mesh_tools.contracts.consumption import lineage_cache, traced_interface
from mesh_tools.contracts.impact.gather import gather
from mesh_tools.contracts.impact.impact import Known
from mesh_tools.errors import MeshError
from mesh_tools.interface.upstreams import Upstreams, committed_interface
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Interface
from mesh_tools.site.facts.catalogue import Gap, Profile
from mesh_tools.site.gather.builds import builds_of
from mesh_tools.site.gather.scores import scores_of_mesh
from mesh_tools.site.gather.world import World

Progress = Callable[[str], None]


def world_of_workspace(  # noqa: PLR0913 - what a site is made of, and for whom
    workspace: Workspace,
    environment: str,
    profile: Profile,
    now: datetime,
    *,
    scores: bool = True,
    tell: Progress = lambda _text: None,
) -> World:
    """Everything that files, builds, the registry and the linter say.

    Args:
        workspace: The mesh.
        environment: Whose publications and builds count.
        profile: For whom the site is.
        now: In UTC.
        scores: Whether the linter is asked.
        tell: Is told what goes on.

    Raises:
        MeshError: the registry cannot be opened.
    """
    gaps: list[Gap] = []
    paths = newest_manifests(workspace, environment)
    tell("reading manifests, tracing columns")
    known = gather(workspace, environment, paths)
    gaps += (_gap(note) for note in known.notes)
    gaps += (_never_built(name) for name in workspace.projects if name not in paths)
    published = dict(_published(workspace, environment, known, gaps))
    interfaces = dict(_shown(workspace, known, published, paths, gaps))
    tell("reading builds and history")
    builds, lasts = builds_of(workspace, environment, gaps)
    checked = {name: checked_at(published.get(name), lasts.get(name)) for name in interfaces}
    world = World(
        name=workspace.config.file.name,
        description=workspace.config.file.description,
        environment=environment,
        now=now,
        profile=profile,
        interfaces=interfaces,
        published=published,
        checked={name: found for name, found in checked.items() if found is not None},
        history=dict(_history(workspace, environment, published, gaps)),
        domains={name: workspace.config.domain_of(name) for name in workspace.projects},
        purposes={name: domain.description for name, domain in workspace.config.file.domains.items()},
        known=known,
        compiled=tuple(_compiled(paths)) if profile == "all" else (),
        catalogs=_catalogs(workspace, gaps) if profile == "all" else {},
        builds=builds,
    )
    if scores:
        tell("asking the linter for scores")
        world = replace(world, scores=scores_of_mesh(workspace, environment, gaps))
    return replace(world, gaps=tuple(dict.fromkeys(gaps)))


def _gap(note: str) -> Gap:
    """A note of the gathering: its command stands after a colon, between backticks."""
    text, _, rest = note.partition(": run ")
    commands = rest.split("`")[1::2]
    return Gap(about="lineage", text=text, command=" or ".join(commands))


def _never_built(project: str) -> Gap:
    return Gap(
        about="builds",
        text=f"{project} was never built, so of its models, tests and use nothing is known",
        command=f"mesh build --select +{project}",
        project=project,
    )


def _published(
    workspace: Workspace, environment: str, known: Known, gaps: list[Gap]
) -> Iterator[tuple[str, Interface]]:
    registry = Upstreams(workspace).registry
    for name in sorted(known.interfaces.keys() | workspace.projects.keys()):
        try:
            found = registry.get(name, environment)
        except MeshError as error:
            gaps.append(Gap(about="interface", text=f"the interface of {name}: {error.message}", project=name))
            continue
        if found is not None:
            yield name, found


def _shown(
    workspace: Workspace,
    known: Known,
    published: Mapping[str, Interface],
    paths: Mapping[str, Path],
    gaps: list[Gap],
) -> Iterator[tuple[str, Interface]]:
    """Of each project what consumers have; of one that never published what its files promise."""
    for name in sorted(known.interfaces.keys() | published.keys() | workspace.projects.keys()):
        if name in published:
            yield name, published[name]
            continue
        found = known.interfaces.get(name) or _committed(workspace, name)
        if name in workspace.projects:
            gaps.append(
                Gap(
                    about="interface",
                    text=f"{name} has not published yet: what is shown of it is what its files promise",
                    command=f"mesh build --select +{name}",
                    project=name,
                )
            )
        if found is not None:
            in_files = name in paths and name in known.interfaces
            yield name, traced_interface(found, paths[name], lineage_cache(workspace)) if in_files else found


def _committed(workspace: Workspace, name: str) -> Interface | None:
    try:
        return committed_interface(workspace.projects.get(name))
    except MeshError:
        return None  # `mesh contract check` tells what is wrong with it


def _history(
    workspace: Workspace, environment: str, published: Mapping[str, Interface], gaps: list[Gap]
) -> Iterator[tuple[str, tuple[Interface, ...]]]:
    registry = Upstreams(workspace).registry
    for name in sorted(published):
        try:
            yield name, registry.history(name, environment)
        except MeshError as error:
            gaps.append(Gap(about="history", text=f"the history of {name} is not known: {error.message}", project=name))
            yield name, (published[name],)


def _compiled(paths: Mapping[str, Path]) -> Iterator[CompiledManifest]:
    for path in paths.values():
        try:
            yield read_whole(path)
        except MeshError:
            continue  # `gather` has told of it


def _catalogs(workspace: Workspace, gaps: list[Gap]) -> Mapping[str, CatalogTable]:
    found: dict[str, CatalogTable] = {}
    for project in workspace.projects.values():
        path = project.path / project.target_path / "catalog.json"
        if not path.is_file():
            text = f"{project.name} has no catalog, so columns that its YAML does not name are not shown"
            command = f"dbt docs generate --project-dir {project.path.relative_to(workspace.root).as_posix()}"
            gaps.append(Gap(about="catalog", text=text, command=command, project=project.name))
            continue
        try:
            catalog = read_catalog(path)
        except MeshError as error:
            gaps.append(Gap(about="catalog", text=f"the catalog of {project.name}: {error.message}"))
            continue
        found |= {**catalog.nodes, **catalog.sources}
    return found
