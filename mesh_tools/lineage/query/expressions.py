"""Walks expressions: gathers the leaves that go into them, and writes them in a form that can be compared.

The form has no aliases, comments, brackets or blanks, and columns of relations inside the query are replaced by what
they are made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any, Final

from sqlglot import exp

from mesh_tools.lineage.query.context import Context
from mesh_tools.lineage.query.frames import Frame, merged_form
from mesh_tools.lineage.query.marks import WRITTEN
from mesh_tools.lineage.query.nodes import kind_of
from mesh_tools.lineage.query.resolving import Names
from mesh_tools.lineage.query.values import (
    BARE,
    TRANSFORM,
    Gathered,
    NotFastError,
    NotTraceableError,
    Relation,
    Value,
    digest_of,
)

Into = Gathered
Queries = Callable[[exp.Expr, Frame], Relation]

_COALESCE: Final = "Coalesce("
_ROWS_THAT_DECIDE: Final = frozenset({"filter", "join", "group"})


class Expressions:
    """The walker of expressions of one query.

    Args:
        context: Of the query.
        query: Traces a query inside an expression.
    """

    def __init__(self, context: Context, query: Queries) -> None:
        self._context = context
        self._query = query
        self._fast = context.fast
        self._aggregates = 0
        self._names = Names(context)
        self._handlers: dict[type[exp.Expr], Callable[[Any, Frame, Into, int], str]] = {
            exp.Column: self._column,
            exp.Alias: self._through,
            exp.Paren: self._through,
            exp.Literal: _literal,
            exp.Star: self._star,
            exp.Window: self._window,
            exp.Exists: self._exists,
            exp.Select: self._subquery,
            exp.Union: self._subquery,
            exp.Intersect: self._subquery,
            exp.Except: self._subquery,
            exp.Subquery: self._bracketed,
            exp.Identifier: self._identifier,
            exp.Coalesce: self._coalesce,
            exp.Dot: self._dot,
            exp.Parameter: self._parameter,
            exp.TableColumn: self._row,
        }

    def value(self, node: exp.Expr, frame: Frame) -> tuple[Value, str, bool]:
        """What ``node``, an output column, is made of, its comparable form, and whether it aggregates rows."""
        written = _unwrapped(node)
        if type(written) is exp.Column and type(written.args["this"]) is not exp.Star:
            value, fields = self._named(written, frame)
            if not fields:  # by far the most columns: nothing needs to be gathered
                return value, value.digest, False
        into = Gathered()
        before = self._aggregates
        text = self.walk(node, frame, into, BARE)
        merges = type(written) is exp.Coalesce and not text.startswith(_COALESCE)
        return into.value(text if merges else digest_of(text)), text, self._aggregates > before

    def uses(self, nodes: Iterable[exp.Expr | None], frame: Frame, kind: str) -> tuple[set[tuple[str, str, str]], str]:
        """All that ``nodes`` use, as uses of ``kind``, and their comparable form."""
        into = Gathered()
        text = ",".join([self.walk(node, frame, into, TRANSFORM) for node in nodes if node is not None])
        return into.uses(kind), text

    def walk(self, node: exp.Expr, frame: Frame, into: Into, level: int) -> str:
        """Gather what ``node`` is made of, and return its comparable form.

        Raises:
            NotFastError: the fast path does not know this syntax.
            NotTraceableError: nor does the exact path.
        """
        handler = self._handlers.get(type(node))
        if handler is not None:
            return handler(node, frame, into, level)
        kind = kind_of(node)
        if self._fast and not kind.fast:
            raise NotFastError(kind.name)
        if kind.unknown:
            raise NotTraceableError(kind.unknown)
        below = max(level, kind.level)
        self._aggregates += kind.aggregates
        if kind.chains:
            return self._chain(node, frame, into, below)
        return f"{kind.name}({' '.join(self._arguments(node, frame, into, below))})"

    def _chain(self, node: exp.Expr, frame: Frame, into: Into, level: int) -> str:
        """``a or b or c ...``, which may have thousands of parts, without a step of recursion for each."""
        opening: list[str] = []
        closing: list[str] = []
        while type(node) not in self._handlers and (kind := kind_of(node)).chains:
            if self._fast and not kind.fast:
                raise NotFastError(kind.name)
            opening.append(f"{kind.name}(this=")
            closing.append(f" {' '.join(self._arguments(node, frame, into, level, skip='this'))})")
            node = node.this
        opening.append(self.walk(node, frame, into, level))
        return "".join([*opening, *reversed(closing)])

    def _arguments(self, node: exp.Expr, frame: Frame, into: Into, below: int, skip: str = "") -> list[str]:
        parts = []
        for name, argument in node.args.items():
            if argument is None or argument is False or argument == [] or name == skip:
                continue
            if isinstance(argument, exp.Expr):
                parts.append(f"{name}={self.walk(argument, frame, into, below)}")
            elif isinstance(argument, list):
                inner = [self._part(item, frame, into, below) for item in argument]
                parts.append(f"{name}=[{','.join(inner)}]")
            else:
                parts.append(f"{name}={_plain(argument)}")
        return parts

    def _through(self, node: exp.Expr, frame: Frame, into: Into, level: int) -> str:
        """An alias or brackets: what is in them."""
        return self.walk(node.args["this"], frame, into, level)

    def _part(self, item: Any, frame: Frame, into: Into, level: int) -> str:
        return self.walk(item, frame, into, level) if isinstance(item, exp.Expr) else _plain(item)

    def _column(self, node: exp.Column, frame: Frame, into: Into, level: int) -> str:
        if type(node.this) is exp.Star:
            return self._star(node, frame, into, level)
        value, fields = self._named(node, frame)
        into.add(value, max(level, TRANSFORM) if fields else level)
        return ".".join([value.digest, *fields]) if fields else value.digest

    def _named(self, node: exp.Column, frame: Frame) -> tuple[Value, list[str]]:
        """The value of a column and the path of fields in it; it is noted that the query names it."""
        value, fields = self._names.resolve(node, frame)
        if self._fast:
            self._context.named.update(value.leaves)
        elif (written := node.meta_get(WRITTEN)) is not None:
            self._context.named.update(value.leaves)
            if written == "bare" and node.args.get("table"):
                frame.note_from(self._context.key(node.args["table"]), self._context.key(node.this))
        return value, fields

    def _row(self, node: exp.TableColumn, frame: Frame, into: Into, level: int) -> str:
        """What sqlglot makes of a relation that is named as if it were a column."""
        name = self._context.key(node.this)
        owner = frame.source(name)
        if owner is None:
            raise NotTraceableError(f"{name} is not found")
        value = self._names.whole(name, owner.sources[name])
        into.add(value, max(level, TRANSFORM))
        return value.digest

    def _parameter(self, node: exp.Parameter, frame: Frame, into: Into, level: int) -> str:  # noqa: ARG002
        if isinstance(node.this, exp.Literal) and not node.this.is_string:
            raise NotTraceableError(f"column ${node.this.this}, by its number")
        return f"Parameter({node.name})"

    def _star(self, node: exp.Expr, frame: Frame, into: Into, level: int) -> str:
        """A ``*`` in a function: of COUNT it means rows, elsewhere all columns."""
        if isinstance(node.parent, exp.Count):
            return "*"
        if self._fast:
            raise NotFastError("a star in an expression")
        if isinstance(node.parent, exp.Dot):
            raise NotTraceableError(f"{node.parent.sql(self._context.dialect)}: all fields of a struct")
        alias = self._context.key(node.args.get("table")) if isinstance(node, exp.Column) else None
        if alias is not None and alias not in frame.sources:
            raise NotTraceableError(f"{alias}.*: a * of what is no relation here")
        relations = list(frame.sources.values()) if alias is None else [frame.sources[alias]]
        if not all(relation.complete for relation in relations) or (node if alias is None else node.this).args.get(
            "except_"
        ):
            raise NotTraceableError("a * in an expression")
        for relation in relations:
            self._context.hazards |= {(owner, "star") for owner in relation.open}
            for value in relation.columns.values():
                into.add(value, max(level, TRANSFORM))
        return "*" + ",".join(relation.digest for relation in relations)

    def _window(self, node: exp.Window, frame: Frame, into: Into, level: int) -> str:
        below = max(level, kind_of(node.this).level, TRANSFORM)
        text = self.walk(node.this, frame, into, below) if not _is_named(node.this) else ""
        # Over a window, the function itself gives a value to each row; one within it does not.
        self._aggregates -= kind_of(_within_nulls(node.this)).aggregates
        named = node.args.get("alias")
        if isinstance(named, exp.Identifier) and node.args.get("over"):
            definition = frame.windows.get(self._context.key(named))
            if definition is None:
                raise NotTraceableError(f"window {named.name} is not found")
            text += "/" + self._over(definition, frame, into)
        return f"Window({text} {self._over(node, frame, into)})"

    def _over(self, node: exp.Expr, frame: Frame, into: Into) -> str:
        """PARTITION BY, ORDER BY and the frame; a named window may rest on another one."""
        parts = [node.args.get("order"), node.args.get("spec"), *(node.args.get("partition_by") or ())]
        uses, text = self.uses(parts, frame, "window")
        into.carried |= uses
        base = node.args.get("first")
        if base is not None and base is not True:
            text += _plain(base)
        return text

    def _exists(self, node: exp.Exists, frame: Frame, into: Into, level: int) -> str:
        """Its value is made of what decides whether there are rows."""
        relation = self._nested(node.this, frame)
        for owner, column, kind in relation.rows:
            if kind in _ROWS_THAT_DECIDE:
                leaf = (owner, column)
                into.leaves[leaf] = max(into.leaves.get(leaf, TRANSFORM), level, TRANSFORM)
            else:
                into.carried.add((owner, column, kind))
        return f"Exists({relation.digest})"

    def _subquery(self, node: exp.Expr, frame: Frame, into: Into, level: int) -> str:
        relation = self._nested(node, frame)
        if not relation.complete:
            raise NotTraceableError("a subquery whose columns are not known")
        # Of one column alone, and a new one would make it fail.
        self._context.hazards |= {(owner, "star") for owner in relation.open}
        for value in relation.columns.values():
            into.add(value, max(level, TRANSFORM))
        into.carried |= relation.rows
        columns = ",".join(value.digest for value in relation.columns.values())
        return f"Query({relation.digest} {columns})"

    def _nested(self, node: exp.Expr, frame: Frame) -> Relation:
        before = self._aggregates
        relation = self._query(node, frame)
        self._aggregates = before
        return relation

    def _bracketed(self, node: exp.Subquery, frame: Frame, into: Into, level: int) -> str:
        return self._subquery(node, frame, into, level)

    def _identifier(self, node: exp.Identifier, frame: Frame, into: Into, level: int) -> str:  # noqa: ARG002
        return self._context.key(node)

    def _coalesce(self, node: exp.Coalesce, frame: Frame, into: Into, level: int) -> str:
        """Of columns that USING merges, as sqlglot writes them, take those that the values come from."""
        arguments = [node.this, *node.expressions]
        merges = not self._fast and not node.meta_get(WRITTEN)
        if merges and all(type(part) is exp.Column and part.table for part in arguments):
            aliases = [self._context.key(part.args["table"]) for part in arguments]
            if all(alias in frame.sources for alias in aliases):
                chosen = frame.chosen(aliases)
                picked = [part for part, alias in zip(arguments, aliases, strict=True) if alias in chosen]
                below = level if len(picked) == 1 else max(level, TRANSFORM)
                return merged_form([self.walk(part, frame, into, below) for part in picked])
        below = max(level, TRANSFORM)
        return f"{_COALESCE}{','.join(self.walk(part, frame, into, below) for part in arguments)})"

    def _dot(self, node: exp.Dot, frame: Frame, into: Into, level: int) -> str:
        if self._fast:
            raise NotFastError("Dot")
        below = max(level, TRANSFORM)
        return f"Dot({self.walk(node.this, frame, into, below)},{self.walk(node.expression, frame, into, below)})"


def _unwrapped(node: exp.Expr) -> exp.Expr:
    while isinstance(node, (exp.Alias, exp.Paren)):
        node = node.this
    return node


def _within_nulls(node: exp.Expr) -> exp.Expr:
    while isinstance(node, (exp.IgnoreNulls, exp.RespectNulls, exp.Filter, exp.WithinGroup)):
        node = node.this
    return node


def _is_named(node: exp.Expr) -> bool:
    return isinstance(node, exp.Identifier)


def _literal(node: exp.Literal, frame: Frame, into: Into, level: int) -> str:  # noqa: ARG001
    return f"'{node.this}'" if node.args.get("is_string") else str(node.this)


def _plain(value: Any) -> str:
    if isinstance(value, exp.Expr):
        return value.name
    return value.name if isinstance(value, Enum) else str(value)
