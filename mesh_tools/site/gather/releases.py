"""The changelog of every product: what each publication changed of the one before, and for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from mesh_tools.contracts.consumers import Consumers, judge
from mesh_tools.contracts.diff import diff
from mesh_tools.model.change import CLASSES, Change, Effect, Hit, Verdict, highest
from mesh_tools.model.interface import Interface, Product
from mesh_tools.site.facts.product import ChangeFacts, ConsumerEffect, Release
from mesh_tools.site.gather.world import World

_EFFECTS: tuple[Effect, ...] = ("none", "unknown", "dangerous", "breaking")


def releases_of(world: World) -> tuple[Release, ...]:
    """Of all products, newest first."""
    found = [release for project in world.history for release in _of_project(project, world)]
    found.sort(key=lambda release: (release.project, release.product))
    return tuple(sorted(found, key=lambda release: release.at or "", reverse=True))


def _of_project(project: str, world: World) -> Iterator[Release]:
    promises = world.history[project]
    if not promises:
        return
    first = promises[0]
    yield from (_new(product, first, world) for product in first.products)
    for old, new in pairwise(promises):
        yield from _between(old, new, world)


def _new(product: Product, interface: Interface, world: World) -> Release:
    return Release(
        at=since(interface),
        project=interface.project,
        product=product.name,
        domain=world.domain_of(interface.project),
        numbers=_numbers(product),
        first=True,
    )


def _between(old: Interface, new: Interface, world: World) -> Iterator[Release]:
    changes = [one for one in diff(old, new, today=world.today) if world.shows_all or not _is_private(one)]
    if not changes:
        return
    verdicts = judge(changes, base=old, head=new, consumers=_consumers_then(new, world))
    by_product: defaultdict[str, list[Verdict]] = defaultdict(list)
    renamed = _renamed(old, new)
    for verdict in verdicts:
        name = verdict.change.product
        by_product[renamed.get(name, name)].append(verdict)
    former = {now: name for name, now in renamed.items()}
    for name, found in by_product.items():
        before, after = old.product(former.get(name, name)), new.product(name)
        if before is None and after is not None:
            yield _new(after, new, world)
            continue
        yield Release(
            at=since(new),
            project=new.project,
            product=name,
            domain=world.domain_of(new.project),
            numbers=_numbers(after or before) if after or before else (),
            changes=tuple(sorted((_change(one, world) for one in found), key=_worst_first)),
            bump=highest([one.bump for one in found]),
            gone=after is None,
        )


def _renamed(old: Interface, new: Interface) -> dict[str, str]:
    """From the name that a product had in ``old`` to that in ``new``, where it is another one."""
    before, now = ({product.name for product in interface.products} for interface in (old, new))
    found: dict[str, str] = {}
    for product in new.products:
        name = next((one for one in product.renamed_from if one in before - now and one not in found), None)
        if product.name not in before and name is not None:
            found[name] = product.name
    return found


def _is_private(change: Change) -> bool:
    """Where a product's file lies is the affair of its project."""
    return (change.name, change.key) == ("documentation-changed", "path")


def since(interface: Interface) -> str | None:
    """When a promise was published first."""
    return interface.promised_since or interface.published_at


def _consumers_then(new: Interface, world: World) -> Consumers:
    """What other projects had published of their use by then; where they published later alone, that."""
    moment = since(new) or ""
    then = [
        max(
            (one for one in promises if (since(one) or "") <= moment),
            key=lambda one: since(one) or "",
            default=promises[0],
        )
        for project, promises in world.history.items()
        if project != new.project and promises
    ]
    return Consumers.of({}, {}, then)


def _numbers(product: Product | None) -> tuple[tuple[int | float | str | None, str], ...]:
    return tuple((version.v, version.semantic_version) for version in product.versions) if product else ()


def _change(verdict: Verdict, world: World) -> ChangeFacts:
    change = verdict.change
    return ChangeFacts(
        rule=change.rule,
        name=change.name,
        v=change.v,
        columns=change.columns,
        structural=change.cls,
        effective=verdict.effective,
        message=change.message,
        effects=tuple(_effects(verdict.hits, world)),
    )


def _effects(hits: Sequence[Hit], world: World) -> Iterable[ConsumerEffect]:
    """By project: the names of its models are its own affair."""
    by_project: defaultdict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_project[hit.project].append(hit)
    for project, found in sorted(by_project.items()):
        worst = max(found, key=lambda hit: _EFFECTS.index(hit.effect))
        yield ConsumerEffect(
            project=project,
            effect=worst.effect,
            models=len({hit.node for hit in found}),
            detail=worst.detail if world.shows_all or worst.method == "consumption" else "",
        )


def _worst_first(change: ChangeFacts) -> tuple[int, str, str, tuple[str, ...]]:
    return -CLASSES.index(change.effective), change.rule, str(change.v), change.columns


def by_product(
    releases: Iterable[Release], interfaces: Iterable[Interface]
) -> Mapping[tuple[str, str], tuple[Release, ...]]:
    """The releases of each product, by project and name, in their order; also those under names that it had before.

    Args:
        releases: Of all products.
        interfaces: That say which names there were.
    """
    now = _names_now(interfaces)
    found: defaultdict[tuple[str, str], list[Release]] = defaultdict(list)
    for release in releases:
        key = release.project, release.product
        found[now.get(key, key)].append(release)
    return {key: tuple(of_product) for key, of_product in found.items()}


def _names_now(interfaces: Iterable[Interface]) -> dict[tuple[str, str], tuple[str, str]]:
    """From names that products had, and nothing has now, to their present ones."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for interface in interfaces:
        taken = {product.name for product in interface.products}
        for product in interface.products:
            for name in product.renamed_from:
                if name not in taken:
                    found.setdefault((interface.project, name), (interface.project, product.name))
    return found
