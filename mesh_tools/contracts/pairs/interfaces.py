"""Two interfaces of a project side by side, and two of its products."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property

from msgspec.structs import astuple

from mesh_tools.contracts.pairs.context import Context
from mesh_tools.contracts.pairs.versions import VersionPair
from mesh_tools.model.change import Change
from mesh_tools.model.interface import Group, Interface, Product, ProductVersion, Relation, product_key

Judge = Callable[[VersionPair], Sequence[Change]]


class InterfacePair:
    """The interface of a project, before and now.

    Attributes:
        context: What the comparison knows besides.
        old: Before; one without products if there was none.
        new: Now.
        judge: Finds the changes from one version to another.
        products: Those that are there before and now, renamed ones too: old and new.
        removed: Products of the old interface alone.
        added: Products of the new interface alone.
    """

    def __init__(self, old: Interface | None, new: Interface, *, judge: Judge, today: date, grace_days: int) -> None:
        self.old = old or Interface(project=new.project, adapter=new.adapter, domain=new.domain)
        self.new = new
        self.judge = judge
        before = {product.name: product for product in self.old.products}
        self.products = list(_paired(before, new))
        self.context = Context(
            project=self.old.project,
            adapter=new.adapter or self.old.adapter,
            today=today,
            grace_days=grace_days,
            targets=_targets(self.old.project, self.products),
        )
        kept, found = ({pair[side].name for pair in self.products} for side in (0, 1))
        self.removed = [product for product in self.old.products if product.name not in kept]
        self.added = [product for product in new.products if product.name not in found]

    @cached_property
    def changed(self) -> frozenset[str]:
        """Names of the fields that differ."""
        fields = zip(self.old.__struct_fields__, astuple(self.old), astuple(self.new), strict=True)
        return frozenset(name for name, before, after in fields if before != after)

    @property
    def knows_relations(self) -> bool:
        """Whether relations can be compared: those of one environment, or of two manifests."""
        return self.old.environment == self.new.environment

    @cached_property
    def groups(self) -> tuple[dict[str, Group], dict[str, Group]]:
        """The groups before and now, by name."""
        return ({group.name: group for group in self.old.groups}, {group.name: group for group in self.new.groups})


class ProductPair:
    """A product, before and now.

    Attributes:
        context: What the comparison knows besides.
        old: Before.
        new: Now; of another name, if it was renamed.
        judge: Finds the changes from one version to another.
        versions: Those that are there before and now.
        removed: Versions that nobody can pin any more.
        added: Versions that nobody could pin before.
        groups: The group of each, as far as the document knows it.
    """

    def __init__(self, interfaces: InterfacePair, old: Product, new: Product) -> None:
        self.context = interfaces.context
        self.old = old
        self.new = new
        self.groups = tuple(
            groups.get(product.group or "") for groups, product in zip(interfaces.groups, (old, new), strict=True)
        )
        self.judge = interfaces.judge
        self._known = (interfaces.old, interfaces.new) if interfaces.knows_relations else None

    @property
    def is_unchanged(self) -> bool:
        """Whether there is nothing to compare."""
        return (
            self.old == self.new
            and self.groups[0] == self.groups[1]
            and all(pair.is_unchanged for pair in self.versions)
        )

    @cached_property
    def changed(self) -> frozenset[str]:
        """Names of the fields that differ; ``groups`` for the definition of its group."""
        fields = zip(self.old.__struct_fields__, astuple(self.old), astuple(self.new), strict=True)
        names = {name for name, before, after in fields if before != after}
        return frozenset(names | ({"groups"} if self.groups[0] != self.groups[1] else set()))

    @cached_property
    def versions(self) -> list[VersionPair]:
        """The versions that are there before and now.

        See :func:`version_pairs`.
        """
        return [self._pair(old, new) for old, new in version_pairs(self.old, self.new)]

    @cached_property
    def removed(self) -> list[ProductVersion]:
        """Versions that nobody can pin any more."""
        return [
            version for version in self.old.versions if version.v is not None and self.new.version(version.v) is None
        ]

    @cached_property
    def added(self) -> list[ProductVersion]:
        """Versions that are new, and continue none."""
        continued = {str(pair.new.v) for pair in self.versions}
        return [version for version in self.new.versions if str(version.v) not in continued]

    @property
    def latest(self) -> VersionPair | None:
        """What a ref without a version meant and means, if that moved to another version than the one it became."""
        before, after = self.old.latest_version, self.new.latest_version
        if any(pair.old is before and pair.new is after for pair in self.versions):
            return None
        return VersionPair(self.context, self.old.name, before.v, before, after)

    def _pair(self, old: ProductVersion, new: ProductVersion) -> VersionPair:
        v = old.v if new.v is not None or old.v is None else None
        return VersionPair(self.context, self.old.name, v, old, new, relations=self._relations(old, new))

    def _relations(self, old: ProductVersion, new: ProductVersion) -> tuple[Relation, Relation] | None:
        if self._known is None:
            return None
        before = self._known[0].relation(self.old.name, old.v)
        after = self._known[1].relation(self.new.name, new.v)
        return (before, after) if before and after else None


def product_pairs(old: Interface, new: Interface) -> list[tuple[Product, Product]]:
    """The products that are there before and now, renamed ones too."""
    return list(_paired({product.name: product for product in old.products}, new))


def version_pairs(old: Product, new: Product) -> Iterator[tuple[ProductVersion, ProductVersion]]:
    """The versions that are there before and now.

    A model that gets versions lives on in the version whose columns and guarantees are the same, else in that of the
    same file, else in v1, else in the lowest; of a model that loses its versions the latest lives on.
    """
    if old.is_versioned == new.is_versioned:
        for version in old.versions:
            now = new.version(version.v)
            if now is not None:
                yield version, now
    elif new.is_versioned:
        before = old.versions[0]
        yield before, min(new.versions, key=lambda version: _distance(before, version))
    else:
        yield old.latest_version, new.versions[0]


def _distance(before: ProductVersion, version: ProductVersion) -> tuple[bool, bool, bool]:
    """How little speaks for ``version`` being what a model without versions became."""
    same = (before.columns, before.guarantees) == (version.columns, version.guarantees)
    return not same, version.path != before.path, str(version.v) != "1"


def _paired(before: Mapping[str, Product], new: Interface) -> Iterator[tuple[Product, Product]]:
    now = {product.name for product in new.products}
    taken: set[str] = set()
    for product in new.products:
        name = product.name
        if name not in before:
            # A name that was used again means what has it now.
            earlier = (name for name in product.renamed_from if name in before and name not in now | taken)
            name = next(earlier, name)
        if name in before:
            taken.add(name)
            yield before[name], product


def _targets(project: str, pairs: list[tuple[Product, Product]]) -> dict[str, str]:
    """Labels of products and versions that are called otherwise now: new to old."""
    targets: dict[str, str] = {}
    for old, new in pairs:
        if old.name != new.name or old.is_versioned != new.is_versioned:
            for before, after in version_pairs(old, new):
                targets[f"{project}.{product_key(new.name, after.v)}"] = f"{project}.{product_key(old.name, before.v)}"
    return targets
