"""The page of a product, and one for each of its other versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from mesh_tools.model.interface import Freshness, Guarantee
from mesh_tools.site.facts.product import CheckFacts, ConsumerFacts, ProductFacts, VersionFacts
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
    for product in renderer.catalogue.products:
        for version in product.versions:
            yield _page(renderer, product, version)


def _page(renderer: Renderer, product: ProductFacts, version: VersionFacts) -> Page:
    return renderer.page(
        "product.html",
        product.page_of(version),
        nav="products",
        product=product,
        shown=version,
        title=product.label_of(version).removeprefix(f"{product.project}."),
        consuming=_by_project(version.consumers),
        releases=product.releases[:_SHOWN_RELEASES],
        checks=_summary(version.checks),
        words=guarantee_in_words,
        promise=promise_in_words(version.version.freshness),
    )


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
    arguments = guarantee.arguments
    match guarantee.kind:
        case "not_null":
            return "never null"
        case "unique":
            return "unique"
        case "primary_key":
            return "primary key"
        case "accepted_values":
            values = [str(value) for value in arguments.get("values") or ()]
            return f"one of {', '.join(values)}"
        case "range":
            low, high = arguments.get("min"), arguments.get("max")
            bounds = [f"at least {low}"] if low is not None else []
            bounds += [f"at most {high}"] if high is not None else []
            return " and ".join(bounds) or "in a range"
        case "relationship":
            field = arguments.get("field")
            fields = ", ".join(map(str, field)) if isinstance(field, list) else str(field or "")
            return f"found in {arguments.get('to')}" + (f".{fields}" if fields else "")
        case "check":
            return f"holds: {arguments.get('expression')}"
        case _:
            return str(arguments.get("test") or "a test of its own").rpartition(".")[2].replace("_", " ")
