"""Versions that will not be there for ever: what several pages tell of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from msgspec import Struct

from mesh_tools.site.facts.product import ProductFacts, VersionFacts


class Ending(Struct, frozen=True):
    """A version that has an end, and how many models and exposures use it: of a domain, or all."""

    product: ProductFacts
    version: VersionFacts
    readers: int

    @property
    def days_left(self) -> int:
        """Negative when the end is past."""
        return self.version.days_left or 0


def endings_of(products: Iterable[ProductFacts]) -> list[Ending]:
    """All of them, the nearest end first; those that are past before."""
    found = [
        Ending(product, version, version.readers)
        for product in products
        for version in product.versions
        if version.days_left is not None
    ]
    return sorted(found, key=lambda ending: (ending.days_left, ending.product.label))


def by_user(endings: Iterable[Ending]) -> Mapping[str, list[Ending]]:
    """Of each domain what it uses of others, with how many of its models and exposures do."""
    found: defaultdict[str, list[Ending]] = defaultdict(list)
    for ending in endings:
        readers: Counter[str] = Counter()
        for consumer in ending.version.consumers:
            readers[consumer.domain] += consumer.models
        for domain, number in readers.items():
            if domain != ending.product.domain:
                found[domain].append(Ending(ending.product, ending.version, number))
    return found
