"""Makes a site: gathers, renders, writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from mesh_tools.artifacts.reading import collector_paused
from mesh_tools.errors import MeshError
from mesh_tools.interface.registry import open_registry
from mesh_tools.mesh.config import MeshConfig
from mesh_tools.mesh.workspace import STATE_FOLDER, Workspace
from mesh_tools.site.facts.catalogue import Catalogue, Gap
from mesh_tools.site.gather.catalogue import catalogue_of
from mesh_tools.site.gather.moment import moment
from mesh_tools.site.gather.registry import world_of_registry
from mesh_tools.site.gather.workspace import world_of_workspace
from mesh_tools.site.gather.world import World
from mesh_tools.site.output import Written, require_replaceable, write_site
from mesh_tools.site.site import site_pages
from mesh_tools.site.wanted import Wanted

Progress = Callable[[str], None]
_FOLDER = "site"
_ENVIRONMENT = "prod"


class Made(Struct, frozen=True, kw_only=True):
    """A site that was written.

    Attributes:
        index: Its first page.
        profile: For whom.
        environment: That is shown.
        domains: How many.
        products: How many.
        pages: HTML files.
        files: All files.
        size: Bytes.
        gaps: What is not known.
    """

    index: str
    profile: str
    environment: str
    domains: int
    products: int
    pages: int
    files: int
    size: int
    gaps: tuple[Gap, ...] = ()


def make_site(wanted: Wanted, tell: Progress = lambda _text: None) -> Made:
    """Make the site that is wanted.

    Raises:
        MeshError: there is no mesh or no registry, or the folder cannot be written or is somebody's own.
    """
    folder = output_of(wanted)
    require_replaceable(folder)
    with collector_paused():  # what is gathered lives until the end, and text leaves no cycles
        catalogue = catalogue_for(wanted, tell)
        tell(f"writing {len(catalogue.products):,} products")
        written = write_site(site_pages(catalogue, wanted.base_url), folder)
    return _made(catalogue, written)


def output_of(wanted: Wanted) -> Path:
    """The folder that the site goes to."""
    if wanted.output is not None:
        return wanted.output.resolve()
    root = MeshConfig.path_above(Path.cwd()) if wanted.mesh_file is None else wanted.mesh_file
    return (root.resolve().parent if root else Path.cwd()) / STATE_FOLDER / _FOLDER


def catalogue_for(wanted: Wanted, tell: Progress) -> Catalogue:
    """What the site shows.

    Raises:
        MeshError: see :func:`make_site`.
    """
    return catalogue_of(_world(wanted, tell))


def _world(wanted: Wanted, tell: Progress) -> World:
    now = moment()
    if wanted.from_registry:
        tell("reading the registry")
        return _registry_alone(wanted)
    workspace = Workspace.open(Path.cwd(), wanted.mesh_file)
    environment, _ = workspace.config.environment(wanted.environment)
    return world_of_workspace(workspace, environment, wanted.profile, now, scores=wanted.scores, tell=tell)


def _registry_alone(wanted: Wanted) -> World:
    config = _config(wanted)
    if wanted.registry is None:
        if config is None:
            raise MeshError(
                "there is no mesh.yml here that names a registry",
                hint="give its URL: `mesh docs build --from-registry s3://bucket/registry --env prod`",
            )
        workspace_registry = config.registry
        registry = open_registry(workspace_registry.url, base=config.root, options=workspace_registry.options)
    else:
        registry = open_registry(wanted.registry, base=Path.cwd())
    environment = wanted.environment or (config.default_environment if config else _ENVIRONMENT)
    return world_of_registry(
        registry,
        environment,
        moment(),
        name=config.file.name if config else "",
        description=config.file.description if config else "",
    )


def _config(wanted: Wanted) -> MeshConfig | None:
    if wanted.mesh_file is not None:
        return MeshConfig.read(wanted.mesh_file)
    found = MeshConfig.path_above(Path.cwd())
    return MeshConfig.read(found) if found else None


def _made(catalogue: Catalogue, written: Written) -> Made:
    return Made(
        index=str(written.folder / "index.html"),
        profile=catalogue.profile,
        environment=catalogue.environment,
        domains=len(catalogue.domains),
        products=len(catalogue.products),
        pages=written.pages,
        files=written.files,
        size=written.size,
        gaps=catalogue.gaps,
    )
