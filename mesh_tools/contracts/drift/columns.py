"""Columns of a relation against the promised ones: there or not, type, order, nullability."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mesh_tools.contracts.drift.difference import Difference
from mesh_tools.contracts.drift.reader import CatalogueColumn, CatalogueRelation
from mesh_tools.model.change import ChangeClass, worst
from mesh_tools.model.interface import Column, ProductVersion
from mesh_tools.sqltypes import NestedChange, TypeChange, TypeChangeKind, canonical_type, compare_types

_SEVERITY: dict[TypeChangeKind, ChangeClass] = {
    "widened": "dangerous",
    "narrowed": "dangerous",
    "unknown": "dangerous",
    "lossy": "breaking",
    "family": "breaking",
}
_WORDS: dict[TypeChangeKind, str] = {
    "widened": "wider",
    "narrowed": "narrower",
    "unknown": "not known to be the same",
    "lossy": "digits are lost",
    "family": "another kind of type",
    "nested": "different inside",
}


def column_drift(version: ProductVersion, found: CatalogueRelation, adapter: str) -> Iterator[Difference]:
    """All that differs in the columns.

    A product without an enforced contract may have more columns than it documents, in any order.
    """
    there = {column.name.casefold(): column for column in found.columns}
    promised = {column.name.casefold(): column for column in version.columns}
    for key, column in promised.items():
        if key in there:
            yield from _types(column, there[key], adapter)
        else:
            yield _missing(column)
    if version.contract:
        yield from _extra(promised, found)
        yield from _order(promised, there, found)
    yield from _nullability(version, promised, there)


def _missing(column: Column) -> Difference:
    return Difference(
        kind="column-missing",
        severity="breaking",
        columns=(column.name,),
        promised=column.data_type,
        message=f"column {column.name} is missing",
    )


def _extra(promised: Mapping[str, Column], found: CatalogueRelation) -> Iterator[Difference]:
    for column in found.columns:
        if column.name.casefold() not in promised:
            yield Difference(
                kind="column-extra",
                severity="safe",
                columns=(column.name,),
                found=column.data_type,
                message=f"column {column.name} {column.data_type} was never promised",
            )


def _types(column: Column, there: CatalogueColumn, adapter: str) -> Iterator[Difference]:
    promised = column.canonical_type or column.data_type
    if promised is None or promised == there.data_type:
        return
    change = compare_types(promised, there.data_type, adapter)
    if change.kind == "same":
        return
    yield Difference(
        kind="column-type",
        severity=_severity(change),
        columns=(column.name,),
        promised=canonical_type(promised, adapter) or promised,
        found=there.data_type,
        message=f"column {column.name} is {there.data_type} instead of {promised}: {_WORDS[change.kind]}",
    )


def _severity(change: TypeChange) -> ChangeClass:
    return worst([_part_severity(part) for part in change.parts]) if change.parts else _SEVERITY[change.kind]


def _part_severity(part: NestedChange) -> ChangeClass:
    if part.change:
        return _severity(part.change)
    return "dangerous" if part.kind == "reordered" else "safe" if part.kind == "added" else "breaking"


def _order(
    promised: Mapping[str, Column], there: Mapping[str, CatalogueColumn], found: CatalogueRelation
) -> Iterator[Difference]:
    """Of a table: dbt makes it in the order of the contract. A view has the order of its query."""
    wanted = [column.name for key, column in promised.items() if key in there]
    actual = [promised[key].name for key in there if key in promised]
    if found.kind == "table" and wanted != actual:
        moved = tuple(name for name, now in zip(wanted, actual, strict=True) if name != now)
        yield Difference(
            kind="column-order",
            severity="dangerous",
            columns=moved,
            promised=", ".join(wanted),
            found=", ".join(actual),
            message=f"{len(moved)} columns are in another order, from {moved[0]} on",
        )


def _nullability(
    version: ProductVersion, promised: Mapping[str, Column], there: Mapping[str, CatalogueColumn]
) -> Iterator[Difference]:
    by_constraint = _filled(version, constraints_alone=True)
    by_anything = _filled(version, constraints_alone=False)
    for key, column in promised.items():
        if key not in there:
            continue
        if there[key].nullable and key in by_constraint:
            yield _nullable(column)
        elif version.contract and not there[key].nullable and key not in by_anything and column.nullable:
            yield _refuses_nulls(column)


def _nullable(column: Column) -> Difference:
    return Difference(
        kind="not-null-lost",
        severity="breaking",
        columns=(column.name,),
        promised="not null",
        message=f"column {column.name} can be null: its constraint is gone",
    )


def _refuses_nulls(column: Column) -> Difference:
    return Difference(
        kind="not-null-extra",
        severity="safe",
        columns=(column.name,),
        found="not null",
        message=f"column {column.name} refuses nulls, which was never promised",
    )


def _filled(version: ProductVersion, *, constraints_alone: bool) -> frozenset[str]:
    """The columns, without case, that are promised never to be null; perhaps by constraints in the warehouse alone."""
    return frozenset(
        column.casefold()
        for guarantee in version.guarantees
        if guarantee.kind in {"not_null", "primary_key"}
        and (not constraints_alone or (guarantee.carrier == "constraint" and guarantee.enforced))
        for column in guarantee.columns
    )
