"""Products with all that is known of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from msgspec import Struct

from mesh_tools.build.status import freshness_of
from mesh_tools.lint.scorecard import Card
from mesh_tools.model.interface import Interface, Product, ProductVersion, Version, product_key
from mesh_tools.site.facts.product import (
    CheckFacts,
    ColumnFacts,
    ConsumerFacts,
    ProductFacts,
    Promise,
    Release,
    Status,
    VersionFacts,
)
from mesh_tools.site.gather.checks import checks_of
from mesh_tools.site.gather.columns import Columns
from mesh_tools.site.gather.consumers import Key, consumers_of
from mesh_tools.site.gather.models import model_pages
from mesh_tools.site.gather.releases import by_product
from mesh_tools.site.gather.samples import sample_of
from mesh_tools.site.gather.world import World
from mesh_tools.site.names import ProductPaths

_HOUR = 3600


class _Gathered(Struct, frozen=True, kw_only=True):
    """By product version, or by product."""

    consumers: Mapping[Key, tuple[ConsumerFacts, ...]]
    checks: Mapping[Key, tuple[CheckFacts, ...]]
    releases: Mapping[tuple[str, str], tuple[Release, ...]]
    scores: Mapping[str, Card]
    columns: Columns
    paths: ProductPaths


def paths_of(world: World) -> ProductPaths:
    """The folder of every product."""
    return ProductPaths(
        (world.domain_of(project), project, product.name)
        for project, interface in world.interfaces.items()
        for product in interface.products
    )


def products_of(
    world: World, paths: ProductPaths, columns: Columns, releases: tuple[Release, ...]
) -> tuple[ProductFacts, ...]:
    """All products, by domain, project and name."""
    gathered = _Gathered(
        consumers=consumers_of(world, paths, model_pages(world)),
        checks=checks_of(world),
        releases=by_product(releases, world.interfaces.values()),
        scores={card.name: card for card in world.scores.products} if world.scores else {},
        columns=columns,
        paths=paths,
    )
    found = [
        _product(product, interface, world, gathered)
        for interface in world.interfaces.values()
        for product in interface.products
    ]
    return tuple(sorted(found, key=lambda product: (product.domain, product.project, product.name)))


def _product(product: Product, interface: Interface, world: World, gathered: _Gathered) -> ProductFacts:
    project = interface.project
    checked = world.checked.get(project)
    latest = product.latest_version
    newest_first = [latest, *(version for version in reversed(product.versions) if version is not latest)]
    return ProductFacts(
        domain=world.domain_of(project),
        project=project,
        product=product,
        owner=product.owner if product.owner.reachable or product.owner.name else interface.owner,
        folder=gathered.paths.folder(project, product.name) or "",
        versions=tuple(_version(version, product, interface, world, gathered) for version in newest_first),
        releases=gathered.releases.get((project, product.name), ()),
        built_at=checked.isoformat() if checked else None,
    )


def _version(
    version: ProductVersion, product: Product, interface: Interface, world: World, gathered: _Gathered
) -> VersionFacts:
    project = interface.project
    key = (project, product_key(product.name, version.v))
    consumers = gathered.consumers.get(key, ())
    days = _days_left(version.deprecation_date, world.today)
    latest = version is product.latest_version
    checked = world.checked.get(project)
    relation = interface.relation(product.name, version.v)
    return VersionFacts(
        version=version,
        latest=latest,
        status=_status(days, version, product),
        days_left=days,
        successor=_successor(version, product) if days is not None else None,
        relation=relation,
        columns=_columns(version, consumers, key, gathered.columns),
        shared=tuple(one for one in version.guarantees if len(one.columns) != 1),
        consumers=consumers,
        checks=gathered.checks.get(key, ()),
        promise=_promise(version, project, world),
        age_hours=(world.now - checked).total_seconds() // _HOUR if checked else None,
        score=gathered.scores.get(f"{project}.{key[1]}"),
        sample=sample_of(interface, product, version, relation),
        lineage=f"{project}.{key[1]}",
    )


def _days_left(text: str | None, today: date) -> int | None:
    try:
        return (date.fromisoformat((text or "")[:10]) - today).days
    except ValueError:
        return None


def _status(days: int | None, version: ProductVersion, product: Product) -> Status:
    if days is not None:
        return "deprecated" if days >= 0 else "retired"
    if version is product.latest_version:
        return "stable"
    return "prerelease" if version in _after_latest(product) else "superseded"


def _successor(version: ProductVersion, product: Product) -> Version | None:
    """The latest version, or the newest after it when that one ends; ``None`` when it is ``version`` itself."""
    goal = product.latest_version
    if goal.deprecation_date is not None:
        goal = next((one for one in reversed(_after_latest(product)) if one.deprecation_date is None), goal)
    return goal.v if goal is not version else None


def _after_latest(product: Product) -> tuple[ProductVersion, ...]:
    """Versions that a ref without a version does not mean yet."""
    return product.versions[product.versions.index(product.latest_version) + 1 :]


def _promise(version: ProductVersion, project: str, world: World) -> Promise | None:
    if version.freshness is None:
        return None
    return freshness_of(version.freshness, world.checked.get(project), world.now) or "unknown"


def _columns(
    version: ProductVersion, consumers: tuple[ConsumerFacts, ...], key: Key, columns: Columns
) -> tuple[ColumnFacts, ...]:
    return tuple(_column_facts(version, consumers, key, columns))


def _column_facts(
    version: ProductVersion, consumers: tuple[ConsumerFacts, ...], key: Key, columns: Columns
) -> Iterator[ColumnFacts]:
    known = all(consumer.selected is not None or consumer.kind == "exposure" for consumer in consumers)
    readers: dict[str, int] = {}
    for consumer in consumers:
        for name in (*(consumer.selected or ()), *consumer.filtered):
            readers[name.lower()] = readers.get(name.lower(), 0) + consumer.models
    alone: dict[str, list[int]] = {}
    for at, guarantee in enumerate(version.guarantees):
        if len(guarantee.columns) == 1:
            alone.setdefault(guarantee.columns[0].lower(), []).append(at)
    for column in version.columns:
        origins = columns.origins(key, column.name)
        inherited = None if column.description else columns.description(key, column.name)
        yield ColumnFacts(
            column=column,
            guarantees=tuple(version.guarantees[at] for at in alone.get(column.name.lower(), ())),
            description=column.description or (inherited[0] if inherited else ""),
            inherited=inherited[1] if inherited else None,
            origins=origins,
            readers=readers.get(column.name.lower(), 0) if known else None,
        )
