"""Traces what a FROM clause holds: tables, subqueries, joins, table functions, VALUES, pivots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlglot import exp

from mesh_tools.lineage.names import FUNCTION
from mesh_tools.lineage.query.context import Context
from mesh_tools.lineage.query.expressions import Expressions
from mesh_tools.lineage.query.frames import Frame, Lookup
from mesh_tools.lineage.query.pivots import pivoted
from mesh_tools.lineage.query.values import (
    TRANSFORM,
    Anything,
    Gathered,
    NotFastError,
    NotTraceableError,
    Relation,
    Table,
    Use,
    Value,
    digest_of,
)

Trace = Callable[[exp.Expr, Lookup, "Frame | None"], Relation]

_FAST_JOIN: Final = frozenset({"this", "on", "side", "kind", "using"})
_FAST_TABLE: Final = frozenset({"this", "alias", "db", "catalog"})
_FAST_KINDS: Final = frozenset({"", "INNER", "OUTER", "CROSS", "SEMI", "ANTI"})
_FILTERING: Final = frozenset({"SEMI", "ANTI"})


class Sources:
    """Traces the relations that SELECTs read."""

    def __init__(self, context: Context, expressions: Expressions, trace: Trace) -> None:
        self._context = context
        self._expressions = expressions
        self._trace = trace

    def read(self, node: exp.Expr, frame: Frame) -> tuple[set[Use], list[str]]:
        """Let the relations of FROM, JOIN and LATERAL be known in ``frame``.

        Returns:
            The uses by which they are joined, and the comparable form of FROM.
        """
        form: list[str] = []
        uses: set[Use] = set()
        from_ = node.args.get("from_")
        if from_ is not None:
            self._first(from_.this, frame, form, uses)
        for join in node.args.get("joins") or ():
            self._join(join, frame, form, uses)
        for lateral in node.args.get("laterals") or ():
            self._only_exact("LATERAL")
            alias, relation = self.source(lateral, frame)
            frame.add(alias, relation)
            form.append(f"lateral {relation.digest}")
        return uses, form

    def source(self, node: exp.Expr, frame: Frame) -> tuple[str, Relation]:
        """A relation and the alias by which it is known; what stands before it in FROM is known in ``frame``.

        Raises:
            NotFastError, NotTraceableError: see there.
        """
        relation = self._relation(node, frame)
        alias = node.args.get("alias")
        columns = [self._context.key(column) for column in (alias.args.get("columns") or ())] if alias else []
        for pivot in node.args.get("pivots") or ():
            self._only_exact("PIVOT")
            relation = pivoted(pivot, relation, self._context, self._expressions, frame)
            if pivot.args.get("alias") is not None:
                alias = pivot.args["alias"]
                columns = [self._context.key(column) for column in alias.args.get("columns") or ()]
        if columns and not isinstance(node, (exp.Unnest, exp.Values, exp.Lateral)):
            self._only_exact("a list of column names")
            relation = _renamed(relation, columns)
        if alias is not None and alias.this is not None:
            return self._context.key(alias.this), relation
        name = node.this if isinstance(node, exp.Table) else None
        own = self._context.key(name) if isinstance(name, exp.Identifier) else node.alias_or_name
        return own or f"<{len(frame.sources)}>", relation

    def bracketed(self, node: exp.Subquery, ctes: Lookup, outer: Frame | None) -> Relation:
        """``(a join b on ...)``, whose relations keep their names outside: not traced."""
        raise NotTraceableError("a join in brackets")

    def _first(self, node: exp.Expr, frame: Frame, form: list[str], uses: set[Use]) -> None:
        if isinstance(node, exp.Subquery) and _is_bracketed_join(node):
            self._only_exact("a join in brackets")
            inner = node.this
            self._first(inner, frame, form, uses)
            for join in node.args.get("joins") or ():
                self._join(join, frame, form, uses)
            return
        alias, relation = self.source(node, frame)
        frame.add(alias, relation)
        form.append(relation.digest)
        for join in node.args.get("joins") or ():
            self._only_exact("a join in brackets")
            self._join(join, frame, form, uses)

    def _join(self, join: exp.Join, frame: Frame, form: list[str], uses: set[Use]) -> None:
        side, kind = (join.args.get("side") or "").upper(), (join.args.get("kind") or "").upper()
        method = (join.args.get("method") or "").upper()
        if self._context.fast and (
            kind not in _FAST_KINDS or any(value for name, value in join.args.items() if name not in _FAST_JOIN)
        ):
            raise NotFastError("JOIN")
        node = join.this
        before = list(frame.sources)
        if isinstance(node, exp.Subquery) and _is_bracketed_join(node):
            self._only_exact("a join in brackets")
            self._first(node, frame, form, uses)
            alias = None
        else:
            alias, relation = self.source(node, frame)
            frame.add(alias, relation, side)
            form.append(f"{method} {side} {kind} {relation.digest}")
            for nested in node.args.get("joins") or ():
                self._join(nested, frame, form, uses)
        if method == "NATURAL":
            self._natural(frame, before, alias, uses)
        self._conditions(join, frame, before, alias, form, uses)
        if kind in _FILTERING and alias is not None:
            filtering = frame.sources.pop(alias)
            uses |= filtering.rows

    def _conditions(
        self, join: exp.Join, frame: Frame, before: list[str], alias: str | None, form: list[str], uses: set[Use]
    ) -> None:
        conditions = [join.args.get("on"), join.args.get("match_condition")]
        found, text = self._expressions.uses(conditions, frame, "join")
        uses |= found
        form.append(text)
        for identifier in join.args.get("using") or ():
            name = self._context.key(identifier if isinstance(identifier, exp.Identifier) else identifier.this)
            self._using(frame, name, before, alias, uses)
            form.append(f"using {name}")

    def _using(self, frame: Frame, name: str, before: list[str], alias: str | None, uses: set[Use]) -> None:
        if alias is None:
            raise NotTraceableError("USING of a join in brackets")
        merged = frame.using.get(name)
        if merged is None:
            known = [other for other in before if frame.sources[other].has(name)]
            known = known or [other for other in before if frame.sources[other].has(name) is None]
            if len(known) != 1:
                raise NotTraceableError(f"USING ({name}) may mean a column of several relations")
            merged = frame.using[name] = known
        merged.append(alias)
        for other in merged:
            value = frame.column(other, name)
            if value is None:
                raise NotTraceableError(f"{other} has no column {name} that is known")
            self._context.named.update(value.leaves)
            uses |= {(owner, column, "join") for owner, column in value.leaves} | value.carried

    def _natural(self, frame: Frame, before: list[str], alias: str | None, uses: set[Use]) -> None:
        self._only_exact("NATURAL JOIN")
        relations = [frame.sources[name] for name in before]
        if alias is None or not all(relation.complete for relation in [*relations, frame.sources[alias]]):
            raise NotTraceableError("NATURAL JOIN of columns that are not known")
        common = [name for name in frame.sources[alias].columns if any(relation.has(name) for relation in relations)]
        for name in common:
            self._using(frame, name, before, alias, uses)

    def _relation(self, node: exp.Expr, frame: Frame) -> Relation:
        if isinstance(node, exp.Table):
            return self._table(node, frame)
        if isinstance(node, exp.Subquery):
            return self._trace(node, frame.ctes, frame.outer)
        self._only_exact(type(node).__name__)
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
        self._only_exact("a table function")
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

    def _only_exact(self, what: str) -> None:
        if self._context.fast:
            raise NotFastError(what)


def _is_bracketed_join(node: exp.Subquery) -> bool:
    return isinstance(node.this, exp.Table) or (
        isinstance(node.this, exp.Subquery) and bool(node.args.get("joins")) and not node.alias
    )


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
        table = parse_one(f"select * from {text}", dialect=dialect).args["from_"].this
    except SqlglotError:
        return ""
    return str(table.this.sql(dialect, comments=False, normalize_functions="lower"))


def _renamed(relation: Relation, columns: list[str]) -> Relation:
    from mesh_tools.lineage.query.queries import renamed  # noqa: PLC0415  the two rooms know each other

    if isinstance(relation, Table) and not relation.known:
        raise NotTraceableError("a list of column names for columns that are not known")
    return renamed(relation, columns)
