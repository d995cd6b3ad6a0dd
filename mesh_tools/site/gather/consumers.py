"""Who uses each product version, and what of it: from what projects published of their use, and from exposures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec.structs import replace

from mesh_tools.artifacts.manifest import ExposureNode, Manifest
from mesh_tools.interface.extract.owners import owner_from
from mesh_tools.model.interface import Consumption, Interface, Product, ProductVersion, product_key
from mesh_tools.site.facts.product import ConsumerFacts
from mesh_tools.site.gather.world import World
from mesh_tools.site.names import ProductPaths, slug

Key = tuple[str, str]
"""A project, and dbt's name of a product version: ``("operations", "flights.v2")``."""
_EXPOSURE = "exposure:"
_MODELS = "models/"


def consumers_of(
    world: World, paths: ProductPaths, models: Collection[str] = ()
) -> Mapping[Key, tuple[ConsumerFacts, ...]]:
    """The consumers of each product version, those that follow the latest one with it.

    Args:
        world: What is known.
        paths: Of the pages of products.
        models: Pages of models that there are.
    """
    found: defaultdict[Key, list[ConsumerFacts]] = defaultdict(list)
    exposures = _Exposures(world)

    def linked(fact: ConsumerFacts) -> ConsumerFacts:
        """What was published may be ahead of the files at hand, and its project elsewhere."""
        is_model = (fact.href or "").startswith(_MODELS)
        return replace(fact, href=None) if is_model and fact.href not in models else fact

    for interface in world.interfaces.values():
        for use in interface.consumptions:
            key = _target(use, world)
            if key is not None:
                found[key] += map(linked, _facts(use, interface, world, paths, exposures))
    for key, fact in exposures.at_home():
        found[key].append(fact)
    return {key: tuple(sorted(_together(facts), key=_order)) for key, facts in found.items()}


def _target(use: Consumption, world: World) -> Key | None:
    producer = world.interfaces.get(use.project)
    product = producer.product(use.product) if producer else None
    if product is None:
        return None
    v = product.latest_version.v if not use.pinned and product.is_versioned else use.v
    return use.project, product_key(use.product, v)


def _facts(
    use: Consumption, interface: Interface, world: World, paths: ProductPaths, exposures: _Exposures
) -> Iterator[ConsumerFacts]:
    """One for each that the reader may know by name, and one for all the others."""
    common = ConsumerFacts(
        project=interface.project,
        domain=world.domain_of(interface.project),
        name="",
        kind="model",
        pinned=use.pinned,
        selected=_selected(use),
        filtered=use.indirect,
        hazards=use.hazards,
        owner=interface.owner,
    )
    hidden = 0
    products = _products(interface)
    for name in use.by:
        if name.startswith(_EXPOSURE):
            yield exposures.told(name.removeprefix(_EXPOSURE), replace(common, kind="exposure"))
        elif (made := products.get(name)) is not None:
            product, version = made
            href = paths.page(interface.project, product.name, version.v, latest=version is product.latest_version)
            yield replace(common, name=f"{interface.project}.{name}", href=href)
        elif world.shows_all:
            page = f"{_MODELS}{slug(interface.project)}/{slug(name)}.html"
            yield replace(common, name=f"{interface.project}.{name}", href=page)
        else:
            hidden += 1
    if hidden:
        yield replace(common, models=hidden)


def _selected(use: Consumption) -> tuple[str, ...] | None:
    """Columns whose values are read; ``indirect`` are those that are not."""
    if use.columns is None:
        return None
    return tuple(name for name in use.columns if name not in use.indirect)


def _products(interface: Interface) -> dict[str, tuple[Product, ProductVersion]]:
    """By dbt's name of the version, and by the bare name of a product with one version."""
    found: dict[str, tuple[Product, ProductVersion]] = {}
    for product in interface.products:
        found[product.name] = (product, product.latest_version)
        found |= {product_key(product.name, version.v): (product, version) for version in product.versions}
    return found


def _together(facts: Iterable[ConsumerFacts]) -> Iterator[ConsumerFacts]:
    """Models without a name that use the same of it, as one."""
    hidden: dict[ConsumerFacts, int] = {}
    for fact in facts:
        if fact.name:
            yield fact
        else:
            key = replace(fact, models=0)
            hidden[key] = hidden.get(key, 0) + fact.models
    for key, number in hidden.items():
        models = "1 internal model" if number == 1 else f"{number} internal models"
        yield replace(key, models=number, name=f"{models} of {key.project}")


def _order(fact: ConsumerFacts) -> tuple[str, ...]:
    return fact.project, fact.kind, fact.name, ",".join(fact.selected or ()), ",".join(fact.filtered)


class _Exposures:
    """What is known of exposures: they are made to be seen, so each is told by name."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._nodes = {
            (manifest.project, node.name): node
            for manifest in world.known.manifests
            for node in manifest.exposures.values()
            if node.package_name == manifest.project
        }

    def told(self, name: str, common: ConsumerFacts) -> ConsumerFacts:
        """``common`` as the exposure ``name``."""
        node = self._nodes.get((common.project, name))
        if node is None:
            return replace(common, name=name)
        return _exposure(node, common)

    def at_home(self) -> Iterator[tuple[Key, ConsumerFacts]]:
        """Exposures of the product's own project, which no consumption tells of."""
        for manifest in self._world.known.manifests:
            products = _version_ids(manifest, self._world)
            for node in manifest.exposures.values():
                for unique_id in node.depends_on.nodes:
                    if unique_id in products and node.package_name == manifest.project:
                        common = ConsumerFacts(
                            project=manifest.project,
                            domain=self._world.domain_of(manifest.project),
                            name="",
                            kind="exposure",
                        )
                        yield (manifest.project, products[unique_id]), _exposure(node, common)


def _exposure(node: ExposureNode, common: ConsumerFacts) -> ConsumerFacts:
    owner = owner_from(node.owner or {}, node.meta or {})
    return replace(
        common,
        name=node.label or node.name,
        url=_web(node.url),
        owner=owner if owner.reachable or owner.name else common.owner,
    )


def _web(url: str | None) -> str | None:
    """Only what a browser opens as a page: the text is a project's, and the link is ours."""
    return url if url and url.lower().startswith(("https://", "http://")) else None


def _version_ids(manifest: Manifest, world: World) -> dict[str, str]:
    interface = world.interfaces.get(manifest.project)
    keys = [product_key(p.name, v.v) for p in (interface.products if interface else ()) for v in p.versions]
    return {f"model.{manifest.project}.{key}": key for key in keys}
