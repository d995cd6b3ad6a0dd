"""What a product version promises about its rows, whatever carries it.

Constraints and tests are taken apart into single promises: a primary key is ``unique`` and, for each of its columns,
``not_null``; ``amount between 0 and 9`` is a lower and an upper bound, as a test of the range is. A promise is held
when any of its carriers enforces it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.contracts.pairs.bounds import Bounds
from mesh_tools.contracts.pairs.expressions import Bound, Clause, Filled, Values, clauses, literal
from mesh_tools.model.interface import Guarantee, ProductVersion

PromiseKind = Literal["not_null", "unique", "values", "bounds", "check", "relationship", "custom"]


class Promise(Struct, frozen=True, kw_only=True):
    """One thing that is promised.

    Attributes:
        kind: What it is; a primary key is two.
        columns: As they were called before.
        detail: Which of several of its kind and columns: a target, a test, an expression, the type of its bounds.
        values: Of ``values``: those that are accepted.
        bounds: Of ``bounds``.
        held: Whether a violation stops the build.
        carriers: What carries it, in words, sorted; one that does not enforce it ends with ``(not enforced)``.
        by_constraint: Whether a constraint is among the carriers; if it is held, one that enforces it.
    """

    kind: PromiseKind
    columns: tuple[str, ...]
    detail: str = ""
    values: frozenset[str] = frozenset()
    bounds: Bounds = Bounds()
    held: bool = True
    carriers: tuple[str, ...] = ()
    by_constraint: bool = False

    @property
    def key(self) -> tuple[str, tuple[str, ...], str]:
        """Tells it from the other promises of a version."""
        return self.kind, self.columns, self.detail

    @property
    def plain(self) -> Any:
        """What is promised, as JSON has it."""
        if self.kind == "values":
            return sorted(self.values)
        return str(self.bounds) if self.kind == "bounds" else self.detail or list(self.columns)


Names = Mapping[str, str]
Promises = dict[tuple[str, tuple[str, ...], str], Promise]


def promises_of(version: ProductVersion, names: Names, targets: Names) -> Promises:
    """All promises of ``version`` about its rows, by key.

    Args:
        version: Old or new.
        names: What its columns were called before, see :func:`~mesh_tools.contracts.pairs.columns.written_names`.
        targets: Labels of products that are called otherwise now, to what they were called before.
    """
    found: defaultdict[tuple[str, tuple[str, ...], str], list[Promise]] = defaultdict(list)
    for guarantee in version.guarantees:
        for promise in _from_guarantee(guarantee, names, targets):
            found[promise.key].append(promise)
    promises = {key: _together(several) for key, several in found.items()}
    for column in version.columns:
        if not column.nullable:
            promise = Promise(kind="not_null", columns=(names[column.name],), carriers=("nullable: false",))
            if promise.key not in promises or not promises[promise.key].held:
                promises[promise.key] = promise
    return promises


def _together(several: list[Promise]) -> Promise:
    """One promise of those that have the same key: what all that are enforced say together, else all."""
    held = [promise for promise in several if promise.held]
    counting = held or several
    together = counting[0]
    for promise in counting[1:]:
        together = replace(
            together, values=together.values & promise.values, bounds=together.bounds.and_also(promise.bounds)
        )
    return replace(
        together,
        carriers=tuple(sorted({carrier for promise in several for carrier in promise.carriers})),
        by_constraint=any(promise.by_constraint for promise in counting),
    )


def _from_guarantee(guarantee: Guarantee, names: Names, targets: Names) -> Iterator[Promise]:
    columns = tuple(names.get(column) or names.get(column.lower(), column) for column in guarantee.columns)
    held = guarantee.enforced and guarantee.severity == "error"
    for promise in _parts(guarantee, columns, names, targets):
        carrier = f"{guarantee.kind} {guarantee.carrier}"
        # Carriers of the same kind may limit a column more or less.
        limit = ", ".join(sorted(promise.values)) or str(promise.bounds)
        yield replace(
            promise,
            held=held,
            carriers=(f"{carrier}{': ' if limit else ''}{limit}{'' if held else ' (not enforced)'}",),
            by_constraint=guarantee.carrier == "constraint",
        )


def _parts(guarantee: Guarantee, columns: tuple[str, ...], names: Names, targets: Names) -> Iterator[Promise]:
    arguments = guarantee.arguments
    if guarantee.kind in {"not_null", "primary_key"}:
        yield from (Promise(kind="not_null", columns=(column,)) for column in columns)
    if guarantee.kind in {"unique", "primary_key"}:
        yield Promise(kind="unique", columns=tuple(sorted(set(columns))))
    elif guarantee.kind == "accepted_values":
        yield Promise(kind="values", columns=columns, values=frozenset(map(_value, _list(arguments.get("values")))))
    elif guarantee.kind == "range":
        yield from _range(columns, arguments)
    elif guarantee.kind == "check":
        for clause in clauses(str(arguments.get("expression", "")), names):
            yield _from_clause(clause, columns, names)
    elif guarantee.kind == "relationship":
        target = str(arguments.get("to", ""))
        fields = ", ".join(map(str, _list(arguments.get("field"))))
        label = _unversioned(targets.get(target, target))
        detail = f"{label} ({fields})" if fields else label
        yield Promise(kind="relationship", columns=columns, detail=detail)
    elif guarantee.kind == "custom":
        rest = {key: value for key, value in arguments.items() if key != "test"}
        yield Promise(kind="custom", columns=columns, detail=f"{arguments.get('test', 'custom')} {_text(rest)}".strip())


def _unversioned(label: str) -> str:
    """``project.product`` for its first version: a product that gets versions lives on as that."""
    return label.removesuffix(".v1") if label.count(".") > 1 else label


def _range(columns: tuple[str, ...], arguments: Mapping[str, Any]) -> Iterator[Promise]:
    column = columns[0] if columns else ""
    inclusive = arguments.get("inclusive") is not False
    for side, operator in (("min", ">"), ("max", "<")):
        written = arguments.get(side)
        if written is None:
            continue
        value = literal(str(written))
        if value is None:
            text = f"{column} {operator}{'=' if inclusive else ''} {' '.join(str(written).lower().split())}"
            yield Promise(kind="check", columns=columns, detail=text)
        else:
            yield _bounds(columns, Bound(column, "min" if side == "min" else "max", value, inclusive))


def _from_clause(clause: Clause, columns: tuple[str, ...], names: Names) -> Promise:
    if isinstance(clause, Filled):
        return Promise(kind="not_null", columns=(clause.column,))
    if isinstance(clause, Values):
        return Promise(kind="values", columns=(clause.column,), values=clause.values)
    if isinstance(clause, Bound):
        return _bounds((clause.column,), clause)
    known = frozenset(names.values())
    named = tuple(name for name in clause.identifiers if name in known)
    return Promise(kind="check", columns=named or columns, detail=clause.text)


def _bounds(columns: tuple[str, ...], bound: Bound) -> Promise:
    return Promise(
        kind="bounds",
        columns=columns,
        detail="moment" if isinstance(bound.value, str) else "number",
        bounds=Bounds.of(bound),
    )


def _list(value: Any) -> Sequence[Any]:
    """Arguments are what a producer wrote: a list, or something else."""
    return value if isinstance(value, (list, tuple)) else () if value is None else (value,)


def _value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(arguments: Mapping[str, Any]) -> str:
    return json.dumps(arguments, sort_keys=True, default=str, ensure_ascii=False) if arguments else ""
