"""Traces queries: WITH, set operations, and what a FROM clause holds; SELECT is in :mod:`.selects`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlglot import exp

from mesh_tools.lineage.query.context import Context
from mesh_tools.lineage.query.expressions import Expressions
from mesh_tools.lineage.query.frames import Frame, Lookup
from mesh_tools.lineage.query.marks import RENAMED
from mesh_tools.lineage.query.selects import Selects
from mesh_tools.lineage.query.values import (
    NotFastError,
    NotTraceableError,
    Relation,
    Use,
    Value,
    digest_of,
    merged,
)

_ROUNDS: Final = 20
"""A recursive CTE is traced again until its leaves no longer change; each round adds one step at least."""


class Queries:
    """Traces the queries of one statement."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._expressions = Expressions(context, lambda node, frame: self.trace(node, frame.ctes, frame))
        self._selects = Selects(context, self._expressions, self.trace)
        self._unread: list[Callable[[], Relation]] = []

    def root(self, tree: exp.Expr) -> Relation:
        """The relation that the whole statement is. CTEs that nobody reads are traced, too: they are bound anyway.

        Raises:
            NotFastError, NotTraceableError: see there.
        """
        relation = self.trace(tree, {}, None)
        reads = dict(self._context.reads)
        for cte in self._unread:
            cte()
        # What only unread CTEs read stays among the reads, but after the others.
        self._context.reads = {**reads, **self._context.reads}
        return relation

    def trace(self, node: exp.Expr, ctes: Lookup, outer: Frame | None) -> Relation:
        """The relation that a query is.

        Raises:
            NotFastError, NotTraceableError: see there.
        """
        with_ = node.args.get("with_")
        if with_ is not None:
            ctes = self._with(with_, ctes, outer)
        if isinstance(node, exp.Select):
            return self._selects.trace(node, ctes, outer)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, ctes, outer)
        if isinstance(node, exp.Subquery):
            return self._bracketed(node, ctes, outer)
        if isinstance(node, (exp.Values, exp.Table)):
            return self._selects.source(node, Frame(ctes, outer))[1]
        raise NotTraceableError(f"{type(node).__name__.upper()} is no query")

    def _with(self, with_: exp.Expr, ctes: Lookup, outer: Frame | None) -> Lookup:
        visible = dict(ctes)
        recursive = bool(with_.args.get("recursive"))
        for cte in with_.expressions:
            if self._context.fast and (cte.args.get("scalar") or cte.args.get("key_expressions")):
                raise NotFastError("CTE")
            name = self._context.key(cte.args["alias"].this)
            read = self._cte(cte, name, dict(visible), outer, recursive=recursive)
            visible[name] = read
            self._unread.append(read)
        return visible

    def _cte(
        self, cte: exp.Expr, name: str, ctes: Lookup, outer: Frame | None, *, recursive: bool
    ) -> Callable[[], Relation]:
        done: list[Relation] = []

        def read() -> Relation:
            if not done:
                columns = [self._context.key(column) for column in cte.args["alias"].args.get("columns") or ()]
                if recursive and isinstance(cte.this, exp.SetOperation) and _reads(cte.this, cte.alias):
                    done.append(self._recursive(cte.this, name, columns, ctes, outer))
                else:
                    done.append(self._renamed(cte, self.trace(cte.this, ctes, outer), columns))
            return done[0]

        return read

    def _renamed(self, cte: exp.Expr, relation: Relation, columns: list[str]) -> Relation:
        if columns or cte.meta_get(RENAMED):
            self._context.hazards |= {(owner, "positional") for owner in relation.open}
        return renamed(relation, columns)

    def _recursive(
        self, node: exp.SetOperation, name: str, columns: list[str], ctes: Lookup, outer: Frame | None
    ) -> Relation:
        if self._context.fast:
            raise NotFastError("a recursive CTE")
        if node.args.get("by_name"):
            raise NotTraceableError("a recursive CTE by name")
        relation = _as_step(renamed(self.trace(node.this, ctes, outer), columns))
        for _ in range(_ROUNDS):
            step = relation
            operands = [step, self.trace(node.expression, {**ctes, name: lambda step=step: step}, outer)]  # type: ignore[misc]
            after = _positional(node, operands)
            stable = _leaves(after) == _leaves(step) and after.rows <= step.rows
            after.rows |= step.rows
            digest = digest_of(f"Recursive({operands[0].digest},{operands[1].digest})")
            relation = Relation(after.columns, step.digest, rest=after.rest, rows=after.rows)
            if stable:
                relation.digest = digest
                return relation
            relation = _as_step(relation)
        raise NotTraceableError("a recursive CTE that does not settle")

    def _bracketed(self, node: exp.Subquery, ctes: Lookup, outer: Frame | None) -> Relation:
        if node.args.get("joins") or isinstance(node.this, exp.Table):
            raise NotTraceableError("a join in brackets")
        inner = self.trace(node.this, ctes, outer)
        return self._selects.modified(node, inner, ctes, outer)

    def _set_operation(self, node: exp.SetOperation, ctes: Lookup, outer: Frame | None) -> Relation:
        chain = [node]
        while isinstance(left := chain[-1].this, exp.SetOperation) and not left.args.get("with_"):
            chain.append(left)
        relation = self.trace(chain[-1].this, ctes, outer)
        for step in reversed(chain):
            operands = [relation, self.trace(step.expression, ctes, outer)]
            relation = self._combined(step, operands)
            relation = self._selects.modified(step, relation, ctes, outer)
        return relation

    def _combined(self, node: exp.SetOperation, operands: list[Relation]) -> Relation:
        if node.args.get("side") or node.args.get("kind") or node.args.get("on"):
            raise NotTraceableError("a set operation over common columns")
        if node.args.get("by_name"):
            return _by_name(node, operands)
        for operand in operands:
            self._context.hazards |= {(owner, "positional") for owner in operand.open}
        return _positional(node, operands)


def renamed(relation: Relation, columns: list[str]) -> Relation:
    """``relation`` with a list of column names, as ``AS t(a, b)`` gives them.

    Raises:
        NotTraceableError: its own columns are not known.
    """
    if not columns:
        return relation
    if not relation.complete:
        raise NotTraceableError("a list of column names for columns that are not known")
    values = list(relation.columns.values())
    names = [*columns, *list(relation.columns)[len(columns) :]]
    if len(columns) > len(values):
        raise NotTraceableError("a list of more names than there are columns")
    return Relation(
        dict(zip(names, values, strict=True)),
        relation.digest,
        rows=relation.rows,
        open_=relation.open,
    )


def _reads(node: exp.Expr, name: str) -> bool:
    return any(not table.db and table.name.lower() == name.lower() for table in node.find_all(exp.Table))


def _as_step(relation: Relation) -> Relation:
    """The relation as its own recursion sees it: its digests stand for whatever the step before holds."""
    columns = {
        name: Value(value.leaves, value.carried, f"~{at}") for at, (name, value) in enumerate(relation.columns.items())
    }
    copy = Relation(columns, "~", rest=relation.rest, rows=relation.rows)
    copy.open = relation.open
    return copy


def _leaves(relation: Relation) -> list[tuple[dict[tuple[str, str], int], frozenset[Use]]]:
    return [(value.leaves, value.carried) for value in relation.columns.values()]


def _positional(node: exp.SetOperation, operands: list[Relation]) -> Relation:
    left, right = operands
    if not (left.complete and right.complete):
        raise NotTraceableError("a set operation over columns that are not known")
    if len(left.columns) != len(right.columns):
        raise NotTraceableError("a set operation of different numbers of columns")
    pairs = zip(left.columns.items(), right.columns.values(), strict=True)
    columns = {name: _pair(node, one, other) for name, (one, other) in ((n, (a, b)) for (n, a), b in pairs)}
    return _united(node, operands, columns)


def _by_name(node: exp.SetOperation, operands: list[Relation]) -> Relation:
    left, right = operands
    if not (left.complete and right.complete):
        raise NotTraceableError("a set operation over columns that are not known")
    names = dict.fromkeys([*left.columns, *right.columns])
    columns = {}
    for name in names:
        found = [value for relation in operands if (value := relation.columns.get(name)) is not None]
        columns[name] = merged(found, digest_of(f"{type(node).__name__}({','.join(v.digest for v in found)})"))
    return _united(node, operands, columns)


def _pair(node: exp.SetOperation, one: Value, other: Value) -> Value:
    digest = digest_of(f"{type(node).__name__}({one.digest},{other.digest})")
    return merged([one, other] if isinstance(node, exp.Union) else [one], digest)


def _united(node: exp.SetOperation, operands: list[Relation], columns: dict[str, Value]) -> Relation:
    left, right = operands
    rows = left.rows | right.rows
    distinct = bool(node.args.get("distinct"))
    if distinct:
        rows |= _all(left, "group")
    if not isinstance(node, exp.Union):
        rows |= _all(right, "filter")
    elif distinct:
        rows |= _all(right, "group")
    form = f"{type(node).__name__}{'' if distinct else 'All'}{'ByName' if node.args.get('by_name') else ''}"
    order = "" if node.args.get("by_name") or not distinct else _digests(left) + "/" + _digests(right)
    return Relation(
        columns,
        digest_of(f"{form}({left.digest},{right.digest},{order})"),
        rows=rows,
        open_=left.open | right.open,
    )


def _digests(relation: Relation) -> str:
    return ",".join(value.digest for value in relation.columns.values())


def _all(relation: Relation, kind: str) -> set[Use]:
    return {
        use
        for value in relation.columns.values()
        for use in ({(node, column, kind) for node, column in value.leaves} | value.carried)
    }
