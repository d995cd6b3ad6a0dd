"""Finds drift: for every published product version, what its relation is like against what was promised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from mesh_tools.contracts.drift.columns import column_drift
from mesh_tools.contracts.drift.constraints import constraint_drift
from mesh_tools.contracts.drift.difference import Difference, DriftKind
from mesh_tools.contracts.drift.reader import CatalogueReader, CatalogueRelation, Place, RelationKind
from mesh_tools.model.change import CLASSES, ChangeClass
from mesh_tools.model.interface import Interface, Owner, ProductVersion, Version, product_key

# Other materializations may make either.
_MADE_AS: dict[str, RelationKind] = {"table": "table", "incremental": "table", "view": "view"}


class Drift(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One difference, with the producer who has to mend it.

    Attributes:
        project: The producer.
        product: Its product.
        v: The version.
        owner: Whom to tell: an e-mail address, a channel or a name.
        relation: Where it lies in the warehouse.
        kind: Of the difference.
        severity: What it means for consumers who trust the promise.
        columns: Concerned.
        promised: What the interface says.
        found: What the catalogue says.
        message: In one sentence without a full stop.
    """

    project: str
    product: str
    v: Version | None = None
    owner: str | None = None
    relation: str
    kind: DriftKind
    severity: ChangeClass
    columns: tuple[str, ...] = ()
    promised: str | None = None
    found: str | None = None
    message: str

    @property
    def label(self) -> str:
        """``operations.flights.v2``."""
        return f"{self.project}.{product_key(self.product, self.v)}"


class DriftReport(Struct, frozen=True, kw_only=True):
    """What was looked at, and what was found.

    Attributes:
        relations: How many relations were looked for.
        drifts: What was found, the worst of each relation first.
    """

    relations: int
    drifts: tuple[Drift, ...]


class _Promise(Struct, frozen=True):
    """A product version, and where it is said to lie."""

    project: str
    product: str
    owner: Owner
    version: ProductVersion
    place: Place


def find_drift(interfaces: Iterable[Interface], reader: CatalogueReader) -> DriftReport:
    """Compare published interfaces with the warehouse that they name.

    Args:
        interfaces: As the registry has them: with relations. Versions without one are not looked for.
        reader: Of that warehouse.

    Raises:
        MeshError: the warehouse cannot be read.
    """
    promises = [promise for interface in interfaces for promise in _promises(interface)]
    there = reader.read([promise.place for promise in promises])
    drifts = [drift for promise in promises for drift in _drifts(promise, there.get(promise.place), reader)]
    return DriftReport(relations=len(promises), drifts=tuple(drifts))


def _promises(interface: Interface) -> Iterator[_Promise]:
    for product in interface.products:
        for version in product.versions:
            relation = interface.relation(product.name, version.v)
            if relation is not None:
                place = Place(relation.database or interface.project, relation.schema or "main", relation.identifier)
                owner = product.owner if product.owner.reachable else interface.owner
                yield _Promise(interface.project, product.name, owner, version, place)


def _drifts(promise: _Promise, found: CatalogueRelation | None, reader: CatalogueReader) -> list[Drift]:
    differences = sorted(_differences(promise, found, reader), key=lambda one: -CLASSES.index(one.severity))
    return [_drift(promise, difference) for difference in differences]


def _differences(promise: _Promise, found: CatalogueRelation | None, reader: CatalogueReader) -> Iterator[Difference]:
    if found is None:
        yield _absent(promise.place)
        return
    made_as = _MADE_AS.get(promise.version.materialized)
    if made_as and made_as != found.kind:
        yield _other_kind(made_as, found.kind)
    yield from column_drift(promise.version, found, reader.adapter)
    yield from constraint_drift(promise.version, found, reader.normal)


def _absent(place: Place) -> Difference:
    return Difference(kind="relation-absent", severity="breaking", message=f"{place} is not there", promised=str(place))


def _other_kind(promised: RelationKind, found: RelationKind) -> Difference:
    return Difference(
        kind="relation-kind",
        severity="dangerous",
        promised=promised,
        found=found,
        message=f"it is a {found} instead of a {promised}",
    )


def _drift(promise: _Promise, difference: Difference) -> Drift:
    owner = promise.owner
    return Drift(
        project=promise.project,
        product=promise.product,
        v=promise.version.v,
        owner=owner.email or owner.channel or owner.name,
        relation=str(promise.place),
        kind=difference.kind,
        severity=difference.severity,
        columns=difference.columns,
        promised=difference.promised,
        found=difference.found,
        message=difference.message,
    )
