"""What consumers may rely on, gathered from constraints and data tests, whatever carries it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any

from mesh_tools.artifacts.manifest import Constraint, Manifest, ModelNode, TestConfig, TestNode
from mesh_tools.interface.extract.enforcement import is_enforced
from mesh_tools.interface.extract.foreign_keys import target_of
from mesh_tools.model.interface import Guarantee, GuaranteeKind, product_key

_CONSTRAINT_KINDS: dict[str, GuaranteeKind] = {
    "not_null": "not_null",
    "unique": "unique",
    "primary_key": "primary_key",
    "foreign_key": "relationship",
    "check": "check",
    "custom": "custom",
}
# dbt's ``error_if`` of a test that one row fails: its default, and other ways to write it of a count.
_ANY_ROW = frozenset({"!=0", "<>0", ">0", ">=1"})
_ALL_ROWS = "count(*)"
_Arguments = tuple[GuaranteeKind, tuple[str, ...], dict[str, Any]]


def guarantees_of(model: ModelNode, tests: Iterable[TestNode], manifest: Manifest) -> tuple[Guarantee, ...]:
    """All guarantees on ``model``: ``tests`` are those attached to it."""
    found = [*_from_constraints(model, manifest)]
    found += [guarantee for test in tests if (guarantee := _from_test(test, manifest)) is not None]
    # Of two for the same the stronger counts, whichever the manifest has last.
    found.sort(key=lambda guarantee: (guarantee.enforced, guarantee.severity == "error"))
    unique = {json.dumps(_key(guarantee), sort_keys=True, default=str): guarantee for guarantee in found}
    return tuple(unique[key] for key in sorted(unique))


def grain_of(guarantees: Iterable[Guarantee]) -> tuple[str, ...]:
    """The columns that identify a row: the enforced primary key, else a unique key of columns that are never null."""
    enforced = [guarantee for guarantee in guarantees if guarantee.enforced]
    keys = [guarantee.columns for guarantee in enforced if guarantee.kind == "primary_key"]
    filled = not_null_columns(enforced)
    keys += sorted(
        (
            guarantee.columns
            for guarantee in enforced
            if guarantee.kind == "unique" and filled.issuperset(guarantee.columns)
        ),
        key=len,
    )
    return keys[0] if keys else ()


def not_null_columns(guarantees: Iterable[Guarantee]) -> frozenset[str]:
    """Columns that an enforced guarantee keeps from being null."""
    return frozenset(
        column
        for guarantee in guarantees
        if guarantee.enforced and guarantee.kind in {"not_null", "primary_key"}
        for column in guarantee.columns
    )


def _key(guarantee: Guarantee) -> list[Any]:
    return [guarantee.kind, guarantee.columns, guarantee.arguments, guarantee.carrier]


def _from_constraints(model: ModelNode, manifest: Manifest) -> Iterator[Guarantee]:
    if not model.contract_enforced:
        return  # dbt leaves constraints out of the DDL
    for column in (model.columns or {}).values():
        for constraint in column.constraints or ():
            yield from _constraint(constraint, (column.name,), model, manifest)
    for constraint in model.constraints or ():
        yield from _constraint(constraint, constraint.columns or (), model, manifest)


def _constraint(
    constraint: Constraint, columns: tuple[str, ...], model: ModelNode, manifest: Manifest
) -> Iterator[Guarantee]:
    kind = _CONSTRAINT_KINDS.get(constraint.type)
    arguments: dict[str, Any] = {}
    if kind == "relationship":
        target = _target(constraint.to, model, manifest)
        if target is None:
            return
        arguments = {"to": target, "field": list(constraint.to_columns or ())}
    elif constraint.expression:
        arguments = {"expression": constraint.expression}
    if kind is not None:
        yield Guarantee(
            kind=kind,
            columns=columns,
            arguments=arguments,
            carrier="constraint",
            enforced=is_enforced(constraint.type, manifest.metadata.adapter_type, model.config.materialized),
        )


def _from_test(test: TestNode, manifest: Manifest) -> Guarantee | None:
    if test.test_metadata is None:
        return None  # a singular test: its SQL is the producer's own affair
    read = _TESTS.get(test.test_metadata.name, _custom)
    result = read(test, _columns(test), manifest)
    if result is None:
        return None
    kind, columns, arguments = result
    return Guarantee(
        kind=kind,
        columns=columns,
        arguments=arguments,
        carrier="test",
        severity="warn" if _only_warns(test.config) else "error",
        enforced=_fails_at_any_row(test.config),
    )


def _only_warns(config: TestConfig) -> bool:
    return (config.severity or "").lower() == "warn"


def _fails_at_any_row(config: TestConfig) -> bool:
    """Whether a single row that breaks the promise stops the build. ``warn_if`` never does."""
    return (
        config.enabled is not False
        and not _only_warns(config)
        and not config.where
        and config.limit is None
        and _compact(config.error_if or "!= 0") in _ANY_ROW
        and _compact(config.fail_calc or _ALL_ROWS) == _ALL_ROWS
    )


def _compact(sql: str) -> str:
    return "".join(sql.split()).lower()


def _columns(test: TestNode) -> tuple[str, ...]:
    kwargs = test.test_metadata.kwargs if test.test_metadata else {}
    column = test.column_name or kwargs.get("column_name")
    return (str(column),) if column else ()


def _plain(kind: GuaranteeKind) -> Callable[[TestNode, tuple[str, ...], Manifest], _Arguments | None]:
    def read(_test: TestNode, columns: tuple[str, ...], _manifest: Manifest) -> _Arguments | None:
        return (kind, columns, {}) if columns else None

    return read


def _accepted_values(test: TestNode, columns: tuple[str, ...], _manifest: Manifest) -> _Arguments:
    return "accepted_values", columns, {"values": list(_kwargs(test).get("values") or [])}


def _relationships(test: TestNode, columns: tuple[str, ...], manifest: Manifest) -> _Arguments | None:
    others = [node for node in test.depends_on.nodes if node != test.attached_node]
    target = _public_label(others[0] if others else test.attached_node, manifest)
    field = _kwargs(test).get("field")
    return None if target is None else ("relationship", columns, {"to": target, "field": [field]})


def _combination(test: TestNode, _columns: tuple[str, ...], _manifest: Manifest) -> _Arguments | None:
    kwargs = _kwargs(test)
    columns = kwargs.get("combination_of_columns") or kwargs.get("columns") or kwargs.get("column_list")
    return ("unique", tuple(str(column) for column in columns), {}) if isinstance(columns, list) else None


def _range(test: TestNode, columns: tuple[str, ...], _manifest: Manifest) -> _Arguments:
    kwargs = _kwargs(test)
    names = ("min_value", "max_value", "inclusive")
    limits = {name.removesuffix("_value"): kwargs[name] for name in names if kwargs.get(name) is not None}
    # What dbt_utils calls `inclusive: false` is `strictly: true` in dbt_expectations.
    return "range", columns, limits | ({"inclusive": False} if kwargs.get("strictly") is True else {})


def _custom(test: TestNode, columns: tuple[str, ...], _manifest: Manifest) -> _Arguments:
    """Any other test: its name, and a digest of its arguments, which may hold SQL or private names."""
    metadata = test.test_metadata
    if metadata is None:
        return "custom", columns, {}
    name = f"{metadata.namespace}.{metadata.name}" if metadata.namespace else metadata.name
    kwargs = {key: value for key, value in metadata.kwargs.items() if key not in {"model", "column_name"}}
    digest = sha256(json.dumps(kwargs, sort_keys=True, default=str).encode()).hexdigest()[:12]
    return "custom", columns, {"test": name} | ({"digest": digest} if kwargs else {})


_TESTS: dict[str, Callable[[TestNode, tuple[str, ...], Manifest], _Arguments | None]] = {
    "not_null": _plain("not_null"),
    "unique": _plain("unique"),
    "accepted_values": _accepted_values,
    "relationships": _relationships,
    "unique_combination_of_columns": _combination,
    "expect_compound_columns_to_be_unique": _combination,
    "accepted_range": _range,
    "expect_column_values_to_be_between": _range,
}
"""Generic tests whose meaning is known, by name: dbt's own, and those of dbt_utils, dbt_expectations, mesh_macros."""


def _kwargs(test: TestNode) -> dict[str, Any]:
    return test.test_metadata.kwargs if test.test_metadata else {}


def _target(to: str | None, model: ModelNode, manifest: Manifest) -> str | None:
    target = target_of(to, model, manifest) if to else None
    return _public_label(target.unique_id, manifest) if target else None


def _public_label(unique_id: str | None, manifest: Manifest) -> str | None:
    node = manifest.nodes.get(unique_id or "")
    if isinstance(node, ModelNode) and node.is_public:
        return f"{node.package_name}.{product_key(node.name, node.version)}"
    return None
