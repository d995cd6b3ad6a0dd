"""Traces what a FROM clause names: tables, subqueries, table functions, VALUES, pivots of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlglot import exp

from mesh_tools.lineage.names import FUNCTION
from mesh_tools.lineage.query.context import Context
from mesh_tools.lineage.query.expressions import Expressions
from mesh_tools.lineage.query.frames import Frame, Lookup
from mesh_tools.lineage.query.marks import RENAMED
from mesh_tools.lineage.query.pivots import pivoted
from mesh_tools.lineage.query.values import (
    TRANSFORM,
    Anything,
    Gathered,
    NotFastError,
    NotTraceableError,
    Relation,
    Table,
    Value,
    digest_of,
)

Trace = Callable[[exp.Expr, Lookup, "Frame | None"], Relation]

_FAST_TABLE: Final = frozenset({"this", "alias", "db", "catalog"})


class Sources:
    """Traces the relations that SELECTs read."""

    def __init__(self, context: Context, expressions: Expressions, trace: Trace) -> None:
        self._context = context
        self._expressions = expressions
        self._trace = trace

    def source(self, node: exp.Expr, frame: Frame) -> tuple[str, Relation]:
        """A relation and the alias by which it is known; what stands before it in FROM is known in ``frame``.

        Raises:
            NotFastError, NotTraceableError: see there.
        """
        relation = self._relation(node, frame)
        alias = node.args.get("alias")
        columns = [self._context.key(column) for column in (alias.args.get("columns") or ())] if alias else []
        for pivot in node.args.get("pivots") or ():
            self.only_exact("PIVOT")
            relation = pivoted(pivot, relation, self._context, self._expressions, frame)
            if pivot.args.get("alias") is not None:
                alias = pivot.args["alias"]
                columns = [self._context.key(column) for column in alias.args.get("columns") or ()]
        if columns and not isinstance(node, (exp.Unnest, exp.Values, exp.Lateral)):
            self.only_exact("a list of column names")
            relation = _renamed(relation, columns)
        if columns or node.meta_get(RENAMED):
            self._context.hazards |= {(owner, "positional") for owner in relation.open}
        if alias is not None and alias.this is not None:
            return self._context.key(alias.this), relation
        name = node.this if isinstance(node, exp.Table) else None
        own = self._context.key(name) if isinstance(name, exp.Identifier) else node.alias_or_name
        return own or f"<{len(frame.sources)}>", relation

    def _relation(self, node: exp.Expr, frame: Frame) -> Relation:
        if isinstance(node, exp.Table):
            return self._table(node, frame)
        if isinstance(node, exp.Subquery):
            return self._trace(node, frame.ctes, frame.outer)
        self.only_exact(type(node).__name__)
        if isinstance(node, exp.Values):
            return self._values(node, frame)
        if isinstance(node, exp.Lateral) and isinstance(node.this, (exp.Subquery, exp.Select)):
            return self._trace(node.this, frame.ctes, frame)
        if isinstance(node, (exp.Unnest, exp.Lateral, exp.Func, exp.TableFromRows)):
            return self._function(node, frame)
        raise NotTraceableError(f"{type(node).__name__} in FROM")

    def _table(self, node: exp.Table, frame: Frame) -> Relation:
        if self._context.fast and any(value for name, value in node.args.items() if name not in _FAST_TABLE):
            raise NotFastError("a table's modifier")
        if not isinstance(node.this, exp.Identifier):
            return self._function(node.this, frame, node)
        original = self._context.placeholders.get(node.name)
        if original is not None:
            return self._context.table(self._context.name_of(original))
        if not node.args.get("db"):
            read = frame.ctes.get(self._context.key(node.this))
            if read is not None:
                return read()
        return self._context.table(self._context.name_of(node))

    def _values(self, node: exp.Values, frame: Frame) -> Relation:
        rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
        names = [self._context.key(column) for column in _alias_columns(node)]
        width = max(map(len, rows), default=0)
        names += [f"col{at}" for at in range(len(names), width)]
        columns = {}
        for at, name in enumerate(names[:width]):
            into = Gathered()
            texts = [self._expressions.walk(row[at], frame, into, TRANSFORM) for row in rows if at < len(row)]
            columns[name] = into.value(digest_of(f"Values({','.join(texts)})"))
        return Relation(columns, digest_of(",".join(value.digest for value in columns.values())))

    def _function(self, node: exp.Expr, frame: Frame, table: exp.Table | None = None) -> Relation:
        """Rows that a function makes of its arguments, among them columns of relations before it."""
        if table is not None:
            name = self._file(node)
            if name is not None:
                return self._context.table(name)
        self.only_exact("a table function")
        into = Gathered()
        text = self._expressions.walk(_without_alias(node), frame, into, TRANSFORM)
        made_of = into.value(digest_of(text))
        columns = [self._context.key(column) for column in _alias_columns(table or node)]
        if not columns:
            return Anything(made_of)
        return Relation(
            {name: Value(made_of.leaves, made_of.carried, digest_of(f"{text}.{name}")) for name in columns},
            made_of.digest,
        )

    def _file(self, node: exp.Expr) -> tuple[str, ...] | None:
        """The source that is a function reading files, such as ``read_csv('...')`` of DuckDB."""
        functions = self._context.functions()
        if not functions:
            return None
        written = node.sql(self._context.dialect, comments=False, normalize_functions="lower")
        for text, name in functions.items():
            if _normal_function(text, self._context.dialect) == written:
                return name
        return (FUNCTION, written) if written.startswith(("read_", "parquet_scan", "iceberg_", "delta_")) else None

    def only_exact(self, what: str) -> None:
        """Leave the fast path."""
        if self._context.fast:
            raise NotFastError(what)


def _alias_columns(node: exp.Expr) -> list[exp.Expr]:
    alias = node.args.get("alias")
    return list(alias.args.get("columns") or ()) if alias is not None else []


def _without_alias(node: exp.Expr) -> exp.Expr:
    if node.args.get("alias") is None:
        return node
    copy = node.copy()
    copy.set("alias", None)
    return copy


def _normal_function(text: str, dialect: str) -> str:
    from sqlglot import parse_one  # noqa: PLC0415  of few queries only
    from sqlglot.errors import SqlglotError  # noqa: PLC0415

    try:
        table = parse_one(f"select * from {text}", dialect=dialect).args["from_"].this  # noqa: S608  parsed alone
    except SqlglotError:
        return ""
    return str(table.this.sql(dialect, comments=False, normalize_functions="lower"))


def _renamed(relation: Relation, columns: list[str]) -> Relation:
    from mesh_tools.lineage.query.queries import renamed  # noqa: PLC0415  the two rooms know each other

    if isinstance(relation, Table) and not relation.known:
        raise NotTraceableError("a list of column names for columns that are not known")
    return renamed(relation, columns)
