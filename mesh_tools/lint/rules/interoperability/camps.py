"""Columns of one name in products of several domains, and who is alone with what they mean by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from mesh_tools.lint.subjects import Mesh
from mesh_tools.model.interface import Column, Interface, product_key

TOO_COMMON = ("id", "name", "type", "status", "state", "code", "value", "description", "comment", "category", "title")
"""Names that say nothing without their table: nobody joins two domains by them."""


class Promised(Struct, frozen=True):
    """A column of the latest version of a product."""

    domain: str
    project: str
    label: str
    adapter: str | None
    column: Column


class Outlier(Struct, frozen=True):
    """Products of a project that mean something else than most.

    Attributes:
        first: One of them, which is told.
        others: Labels of the others.
        norm: A product of another domain, and what most mean.
        more: How many products of other domains mean the same as ``norm``.
    """

    first: Promised
    others: tuple[str, ...]
    norm: Promised
    more: int

    @property
    def too(self) -> str:
        """Names the others; empty when there are none."""
        return f" (as in {', '.join(self.others)})" if self.others else ""

    @property
    def elsewhere(self) -> str:
        """Names the norm."""
        return f"{self.norm.label} and {self.more} more" if self.more else self.norm.label


def promised(mesh: Mesh) -> Mapping[str, Sequence[Promised]]:
    """The columns of all products by name, in lower case; those of names that several domains have."""
    return mesh.once("promised", lambda: _promised(mesh))


def outliers(camps: Iterable[Sequence[Promised]]) -> Iterator[Outlier]:
    """Who is in the minority, project by project; the camp with the most domains, then products, is the norm."""
    ordered = sorted(camps, key=_rank)
    if len(ordered) <= 1:
        return
    norm, *minorities = ordered
    for camp in minorities:
        by_project: defaultdict[str, list[Promised]] = defaultdict(list)
        for one in camp:
            by_project[one.project].append(one)
        for first, *others in by_project.values():
            foreign = [one for one in norm if one.domain != first.domain]
            if foreign:
                yield Outlier(first, tuple(one.label for one in others), foreign[0], len(foreign) - 1)


def _rank(camp: Sequence[Promised]) -> tuple[int, int, str]:
    return -len({one.domain for one in camp}), -len(camp), camp[0].label


def _promised(mesh: Mesh) -> dict[str, Sequence[Promised]]:
    found: defaultdict[str, list[Promised]] = defaultdict(list)
    for project, interface in sorted(mesh.interfaces.items()):
        for one in _of(interface, mesh.domain_of(project)):
            found[one.column.name.lower()].append(one)
    return {name: all_ for name, all_ in found.items() if len({one.domain for one in all_}) > 1}


def _of(interface: Interface, domain: str) -> Iterator[Promised]:
    for product in interface.products:
        # An older version is on its way out; who still reads it was told when the latest came.
        version = product.latest_version
        label = f"{interface.project}.{product_key(product.name, version.v)}"
        for column in version.columns:
            yield Promised(domain, interface.project, label, interface.adapter, column)
