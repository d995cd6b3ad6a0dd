"""From all that is known to all that is shown."""

from __future__ import annotations

from mesh_tools.model.interface import Version
from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.facts.graph import LineageGraph
from mesh_tools.site.gather.columns import Columns
from mesh_tools.site.gather.domains import domains_of, map_of
from mesh_tools.site.gather.lineage import lineage_graph
from mesh_tools.site.gather.models import model_page, models_of
from mesh_tools.site.gather.products import paths_of, products_of
from mesh_tools.site.gather.releases import releases_of
from mesh_tools.site.gather.world import World
from mesh_tools.site.names import ProductPaths


def catalogue_of(world: World) -> Catalogue:
    """The catalogue of a mesh, for the reader that ``world`` names."""
    paths = paths_of(world)
    releases = releases_of(world)
    lineage = _lineage(world, paths)
    return Catalogue(
        name=world.name,
        description=world.description,
        environment=world.environment,
        build_command=world.build_command,
        as_of=world.today,
        profile=world.profile,
        domains=domains_of(world),
        products=products_of(world, paths, Columns(lineage, world), releases),
        releases=releases,
        map=map_of(world, paths),
        lineage=lineage,
        models=models_of(world) if world.shows_all else (),
        score=world.scores.mesh if world.scores else None,
        gaps=world.gaps,
    )


def _lineage(world: World, paths: ProductPaths) -> LineageGraph:
    def href(project: str, name: str, v: Version | None) -> str | None:
        interface = world.interfaces.get(project)
        product = interface.product(name) if interface else None
        version = product.version(v) if product else None
        if product is not None and version is not None:
            return paths.page(project, name, v, latest=version is product.latest_version)
        return model_page(project, name, v) if world.shows_all else None

    return lineage_graph(world.known, shows_all=world.shows_all, href_of=href, domain_of=world.domain_of)
