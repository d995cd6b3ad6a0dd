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
from mesh_tools.site.facts.catalogue import Profile
from mesh_tools.site.gather.builds import build_command, builds_of
from mesh_tools.site.gather.gaps import Gaps
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
    gaps = Gaps()
    build = build_command(workspace, environment)
    paths = newest_manifests(workspace, environment)
    tell("reading manifests, tracing columns")
    known = gather(workspace, environment, paths)
    for note in known.notes:
        _add_note(note, gaps)
    for name in workspace.projects:
        if name not in paths:
            gaps.add_project("builds", name, "never built or parsed here", build)
    published = dict(_published(workspace, environment, known, gaps))
    for name in workspace.projects:
        if name not in published:
            gaps.add_project("interface", name, "not published yet, so what is shown is what the files promise", build)
    interfaces = dict(_shown(workspace, known, published, paths))
    tell("reading builds and history")
    builds, lasts = builds_of(workspace, environment, gaps)
    checked = {name: checked_at(published.get(name), lasts.get(name)) for name in interfaces}
    world = World(
        name=workspace.config.file.name,
        description=workspace.config.file.description,
        environment=environment,
        build_command=build,
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
    return replace(world, gaps=tuple(gaps.all()))


def _add_note(note: str, gaps: Gaps) -> None:
    """A note of the gathering: its command stands after a colon, between backticks."""
    text, _, rest = note.partition(": run ")
    gaps.add("lineage", text, " or ".join(rest.split("`")[1::2]))


def _published(workspace: Workspace, environment: str, known: Known, gaps: Gaps) -> Iterator[tuple[str, Interface]]:
    registry = Upstreams(workspace).registry
    for name in sorted(known.interfaces.keys() | workspace.projects.keys()):
        try:
            found = registry.get(name, environment)
        except MeshError as error:
            gaps.add("interface", f"the interface of {name}: {error.message}")
            continue
        if found is not None:
            yield name, found


def _shown(
    workspace: Workspace,
    known: Known,
    published: Mapping[str, Interface],
    paths: Mapping[str, Path],
) -> Iterator[tuple[str, Interface]]:
    """Of each project what consumers have; of one that never published what its files promise."""
    for name in sorted(known.interfaces.keys() | published.keys() | workspace.projects.keys()):
        if name in published:
            yield name, published[name]
            continue
        found = known.interfaces.get(name) or _committed(workspace, name)
        if found is not None:
            in_files = name in paths and name in known.interfaces
            yield name, traced_interface(found, paths[name], lineage_cache(workspace)) if in_files else found


def _committed(workspace: Workspace, name: str) -> Interface | None:
    try:
        return committed_interface(workspace.projects.get(name))
    except MeshError:
        return None  # `mesh contract check` tells what is wrong with it


def _history(
    workspace: Workspace, environment: str, published: Mapping[str, Interface], gaps: Gaps
) -> Iterator[tuple[str, tuple[Interface, ...]]]:
    registry = Upstreams(workspace).registry
    for name in sorted(published):
        try:
            yield name, registry.history(name, environment)
        except MeshError as error:
            gaps.add("history", f"the history of {name} is not known: {error.message}")
            yield name, (published[name],)


def _compiled(paths: Mapping[str, Path]) -> Iterator[CompiledManifest]:
    for path in paths.values():
        try:
            yield read_whole(path)
        except MeshError:
            continue  # `gather` has told of it


def _catalogs(workspace: Workspace, gaps: Gaps) -> Mapping[str, CatalogTable]:
    found: dict[str, CatalogTable] = {}
    for project in workspace.projects.values():
        path = project.path / project.target_path / "catalog.json"
        if not path.is_file():
            text = "no catalog, so columns that the YAML does not name are not shown"
            gaps.add_project("catalog", project.name, text, "dbt docs generate")
            continue
        try:
            catalog = read_catalog(path)
        except MeshError as error:
            gaps.add("catalog", f"the catalog of {project.name}: {error.message}")
            continue
        found |= {**catalog.nodes, **catalog.sources}
    return found
