"""The page of a product, and one for each of its other versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup
from msgspec import Struct

from mesh_tools.model.interface import Freshness, Guarantee
from mesh_tools.site.drawing.neighbours import Neighbour, neighbours
from mesh_tools.site.facts.graph import LineageGraph
from mesh_tools.site.facts.product import CheckFacts, ConsumerFacts, ProductFacts, VersionFacts
from mesh_tools.site.gather.lineage_index import LineageIndex
from mesh_tools.site.names import twin_name
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer, counted

_SHOWN_RELEASES = 5


class ConsumingProject(Struct, frozen=True):
    """The consumers of one project; ``None`` columns of any of them mean that not all is known."""

    project: str
    domain: str
    consumers: tuple[ConsumerFacts, ...]


def product_pages(renderer: Renderer) -> Iterator[Page]:
    """``products/<domain>/<name>/index.html`` of the latest version, ``v<N>.html`` of each other one."""
    index = renderer.lineage
    projects = (project for domain in renderer.catalogue.domains for project in domain.projects)
    failed = frozenset(project.name for project in projects if project.last_build == "failed")
    for product in renderer.catalogue.products:
        for version in product.versions:
            yield _page(renderer, product, version, index, failed=product.project in failed)


def _page(
    renderer: Renderer, product: ProductFacts, version: VersionFacts, index: LineageIndex, *, failed: bool
) -> Page:
    path = product.page_of(version)
    before, after = _beside(version, renderer.catalogue.lineage, index)
    return renderer.page(
        "product.html",
        path,
        nav="products",
        product=product,
        shown=version,
        twin=twin_name(product),
        title=product.label_of(version).removeprefix(f"{product.project}."),
        before=before,
        after=after,
        drawing=_drawing(version, before, after, renderer, path),
        consuming=_by_project(version.consumers),
        releases=product.releases[:_SHOWN_RELEASES],
        checks=_summary(version.checks),
        failed=failed,
        words=guarantee_in_words,
        promise=promise_in_words(version.version.freshness),
    )


def _beside(version: VersionFacts, graph: LineageGraph, index: LineageIndex) -> tuple[list[Neighbour], list[Neighbour]]:
    """What it reads, and what reads it: as lineage has it."""
    before = [Neighbour(graph.nodes[edge.source], edge) for edge in index.upstream.get(version.lineage, ())]
    after = [Neighbour(graph.nodes[edge.target], edge) for edge in index.downstream.get(version.lineage, ())]
    return before, after


def _drawing(
    version: VersionFacts, before: list[Neighbour], after: list[Neighbour], renderer: Renderer, path: str
) -> Markup | None:
    """``None`` where nothing is known, or there is nothing beside it."""
    middle = renderer.catalogue.lineage.nodes.get(version.lineage)
    if middle is None or not (before or after):
        return None
    words = f"{version.lineage} reads {counted(len(before), 'other')} and is read by {len(after)}"
    svg = neighbours(middle, before, after, "../" * path.count("/"), words)
    return Markup(svg)  # noqa: S704 - every value in it was escaped


def _by_project(consumers: Sequence[ConsumerFacts]) -> tuple[ConsumingProject, ...]:
    found: dict[str, list[ConsumerFacts]] = {}
    for consumer in consumers:
        found.setdefault(consumer.project, []).append(consumer)
    return tuple(ConsumingProject(project, of[0].domain, tuple(of)) for project, of in sorted(found.items()))


def _summary(checks: Sequence[CheckFacts]) -> Mapping[str, int]:
    """Checks by status, the worst first."""
    found: dict[str, int] = {}
    for check in checks:
        found[check.status] = found.get(check.status, 0) + 1
    return found


def promise_in_words(promise: Freshness | None) -> str:
    """``never older than 7 days``; empty without a promise."""
    if promise is None:
        return ""
    measured = f", by {promise.column}" if promise.column else ""
    return f"never older than {counted(promise.count, promise.period)}{measured}"


def guarantee_in_words(guarantee: Guarantee) -> str:
    """A guarantee as a reader says it: ``one of A, B``."""
    told = _IN_WORDS.get(guarantee.kind)
    return told(guarantee.arguments) if told else _custom(guarantee.arguments)


def _values(arguments: Mapping[str, Any]) -> str:
    return f"one of {', '.join(str(value) for value in arguments.get('values') or ())}"


def _range(arguments: Mapping[str, Any]) -> str:
    bounds = (("at least", arguments.get("min")), ("at most", arguments.get("max")))
    return " and ".join(f"{word} {limit}" for word, limit in bounds if limit is not None) or "in a range"


def _relationship(arguments: Mapping[str, Any]) -> str:
    field = arguments.get("field")
    fields = ", ".join(map(str, field)) if isinstance(field, list) else str(field or "")
    return f"found in {arguments.get('to')}" + (f".{fields}" if fields else "")


def _custom(arguments: Mapping[str, Any]) -> str:
    return str(arguments.get("test") or "a test of its own").rpartition(".")[2].replace("_", " ")


_IN_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "not_null": lambda _: "never null",
    "unique": lambda _: "unique",
    "primary_key": lambda _: "primary key",
    "accepted_values": _values,
    "range": _range,
    "relationship": _relationship,
    "check": lambda arguments: f"holds: {arguments.get('expression')}",
}
