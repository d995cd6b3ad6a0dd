"""Domains, their projects, and how they depend on each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from mesh_tools.lint.scorecard import Card
from mesh_tools.mesh.graph import cycles_of
from mesh_tools.model.interface import Interface, product_key
from mesh_tools.site.facts.catalogue import DomainFacts, ProjectFacts
from mesh_tools.site.facts.graph import Coupling, CrossRefFact, DomainBox, MapFacts
from mesh_tools.site.gather.checks import counts_of_tests
from mesh_tools.site.gather.world import Build, World
from mesh_tools.site.names import ProductPaths, domain_page


def domains_of(world: World) -> tuple[DomainFacts, ...]:
    """All domains, by name."""
    projects: defaultdict[str, list[ProjectFacts]] = defaultdict(list)
    scores = _cards(world.scores.projects) if world.scores else {}
    for name in world.projects:
        projects[world.domain_of(name)].append(_project(name, world, scores.get(name)))
    cards = _cards(world.scores.domains) if world.scores else {}
    return tuple(
        DomainFacts(name=name, purpose=world.purposes.get(name, ""), projects=tuple(members), score=cards.get(name))
        for name, members in sorted(projects.items())
    )


def _cards(cards: tuple[Card, ...]) -> Mapping[str, Card]:
    return {card.name: card for card in cards}


def _project(name: str, world: World, score: Card | None) -> ProjectFacts:
    interface = world.interfaces.get(name) or Interface(project=name)
    published = world.published.get(name)
    build = world.builds.get(name, Build())
    checked = world.checked.get(name)
    return ProjectFacts(
        name=name,
        domain=world.domain_of(name),
        owner=interface.owner,
        adapter=interface.adapter,
        products=len(interface.products),
        published_at=published.published_at if published else None,
        last_build=build.status,
        last_build_at=build.at,
        built_at=checked.isoformat() if checked else None,
        tests=counts_of_tests(build),
        score=score,
        groups=interface.groups,
    )


def map_of(world: World, paths: ProductPaths) -> MapFacts:
    """Which domain uses products of which."""
    refs: defaultdict[tuple[str, str], list[CrossRefFact]] = defaultdict(list)
    for interface in world.interfaces.values():
        for ref in _refs(interface, world, paths):
            producer, consumer = world.domain_of(ref.product.partition(".")[0]), world.domain_of(interface.project)
            if producer != consumer:
                refs[producer, consumer].append(ref)
    couplings = tuple(
        Coupling(producer=producer, consumer=consumer, refs=tuple(found))
        for (producer, consumer), found in sorted(refs.items())
    )
    names = sorted({world.domain_of(project) for project in world.projects})
    reads: dict[str, list[str]] = {name: [] for name in names}
    for coupling in couplings:
        reads[coupling.consumer].append(coupling.producer)
    return MapFacts(domains=_boxes(names, world), couplings=couplings, cycles=cycles_of(reads))


def _boxes(names: list[str], world: World) -> tuple[DomainBox, ...]:
    products: Counter[str] = Counter()
    projects: Counter[str] = Counter()
    for project in world.projects:
        projects[world.domain_of(project)] += 1
        interface = world.interfaces.get(project)
        products[world.domain_of(project)] += len(interface.products) if interface else 0
    return tuple(
        DomainBox(name=name, href=domain_page(name), products=products[name], projects=projects[name]) for name in names
    )


def _refs(interface: Interface, world: World, paths: ProductPaths) -> list[CrossRefFact]:
    """The product versions that a project uses, each once."""
    models: Counter[tuple[str, str, str | None]] = Counter()
    pinned: dict[tuple[str, str, str | None], bool] = {}
    for use in interface.consumptions:
        producer = world.interfaces.get(use.project)
        product = producer.product(use.product) if producer else None
        latest = product is not None and str(product.latest_version.v) == str(use.v)
        page = paths.page(use.project, use.product, use.v, latest=latest or use.v is None)
        key = (use.project, product_key(use.product, use.v), page)
        models[key] += len(use.by)
        # What has no versions cannot be pinned, and follows nothing.
        pinned[key] = pinned.get(key, True) and (use.pinned or use.v is None)
    return [
        CrossRefFact(
            product=f"{project}.{name}",
            href=page,
            consumer=interface.project,
            models=models[project, name, page],
            pinned=pinned[project, name, page],
        )
        for project, name, page in sorted(models, key=lambda key: key[:2])
    ]
