"""Keys and checks of a relation against those that the producer has promised as constraints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from mesh_tools.contracts.drift.difference import Difference
from mesh_tools.contracts.drift.reader import CatalogueRelation, ConstraintKind
from mesh_tools.model.interface import Guarantee, GuaranteeKind, ProductVersion

_KINDS: dict[GuaranteeKind, ConstraintKind] = {
    "primary_key": "primary_key",
    "unique": "unique",
    "check": "check",
    "relationship": "foreign_key",
}
_NAMES: dict[ConstraintKind, str] = {
    "primary_key": "primary key",
    "unique": "unique",
    "check": "check",
    "foreign_key": "foreign key",
}


class _Key(NamedTuple):
    """What makes two constraints the same: columns of keys in any order, the expression of a check."""

    kind: ConstraintKind
    columns: tuple[str, ...] = ()
    expression: str = ""
    fields: tuple[str, ...] = ()


def constraint_drift(
    version: ProductVersion, found: CatalogueRelation, normal: Callable[[str], str]
) -> Iterator[Difference]:
    """All that differs in keys and checks.

    Args:
        version: The promise.
        found: What is there.
        normal: Brings a check's expression into the form of the catalogue.
    """
    promised = {_promised(g, normal): g for g in version.guarantees if g.kind in _KINDS and _in_warehouse(g)}
    there = {
        _key(constraint.kind, constraint.columns, constraint.expression, constraint.fields): constraint
        for constraint in found.constraints
    }
    unique_there = {key.columns for key in there if key.kind in {"primary_key", "unique"}}
    for key, guarantee in promised.items():
        # A primary key is unique.
        if key not in there and not (key.kind == "unique" and key.columns in unique_there):
            yield _lost(key, guarantee)
    if version.contract:
        known = set(promised) | {_promised(g, normal) for g in version.guarantees if g.kind in _KINDS}
        for key, constraint in there.items():
            if key not in known:
                yield _extra(key, constraint.columns, constraint.expression)


def _in_warehouse(guarantee: Guarantee) -> bool:
    return guarantee.carrier == "constraint" and guarantee.enforced


def _promised(guarantee: Guarantee, normal: Callable[[str], str]) -> _Key:
    expression = str(guarantee.arguments.get("expression", ""))
    return _key(
        _KINDS[guarantee.kind],
        guarantee.columns,
        normal(expression) if guarantee.kind == "check" else "",
        map(str, guarantee.arguments.get("field", ())),
    )


def _key(kind: ConstraintKind, columns: Iterable[str], expression: str, fields: Iterable[str]) -> _Key:
    if kind == "check":
        return _Key(kind, expression=expression)
    return _Key(
        kind,
        tuple(sorted(column.casefold() for column in columns)),
        fields=tuple(sorted(field.casefold() for field in fields)) if kind == "foreign_key" else (),
    )


def _lost(key: _Key, guarantee: Guarantee) -> Difference:
    words = _words(key, guarantee.columns, str(guarantee.arguments.get("expression", "")))
    return Difference(
        kind="constraint-lost",
        severity="breaking",
        columns=guarantee.columns,
        promised=words,
        message=f"{words} is gone: nothing keeps other rows out",
    )


def _extra(key: _Key, columns: tuple[str, ...], expression: str) -> Difference:
    words = _words(key, columns, expression)
    return Difference(
        kind="constraint-extra",
        severity="safe",
        columns=columns,
        found=words,
        message=f"{words} was never promised",
    )


def _words(key: _Key, columns: Iterable[str], expression: str) -> str:
    inside = expression if key.kind == "check" else ", ".join(columns)
    return f"{_NAMES[key.kind]} ({inside})"
