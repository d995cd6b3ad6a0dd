"""The output columns of a SELECT, every ``*`` expanded as far as columns are known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlglot import exp

from mesh_tools.lineage.query.context import Context
from mesh_tools.lineage.query.expressions import Expressions
from mesh_tools.lineage.query.frames import Frame
from mesh_tools.lineage.query.marks import unnamed
from mesh_tools.lineage.query.values import NotFastError, NotTraceableError, Relation, Value

_LONGEST_FORM: Final = 2000


class Output:
    """The output columns of a SELECT.

    Attributes:
        columns: By name, in order.
        ordered: All of them, those whose name another one has included.
        rest: Relations whose unknown columns are output, too.
        open: Nodes of which every new column would be output.
        hidden: Names that a ``*`` leaves out.
        aggregated: Columns that hold an aggregate of this very SELECT.
        positional: Nodes of which a column's place matters, since a clause chooses columns by number.
    """

    __slots__ = ("aggregated", "columns", "hidden", "open", "ordered", "positional", "rest")

    def __init__(self) -> None:
        self.columns: dict[str, Value] = {}
        self.ordered: list[Value] = []
        self.rest: tuple[Relation, ...] = ()
        self.open: frozenset[str] = frozenset()
        self.hidden: frozenset[str] = frozenset()
        self.aggregated: set[str] = set()
        self.positional: frozenset[str] = frozenset()

    @classmethod
    def of(cls, relation: Relation) -> Output:
        """The columns of ``relation``."""
        output = cls()
        output.columns, output.rest, output.open = relation.columns, relation.rest, relation.open
        output.ordered = list(relation.columns.values())
        return output

    def by_number(self) -> None:
        """Note that a clause chooses a column by its number."""
        self.positional |= self.open

    def add(self, name: str, value: Value) -> None:
        """Add a column. Of two with one name, engines give the second another one: lineage keeps the first."""
        self.columns.setdefault(name, value)
        self.ordered.append(value)


class Expansion:
    """Finds the output columns of one SELECT; they become its frame's aliases as well."""

    def __init__(self, frame: Frame, context: Context, expressions: Expressions) -> None:
        self._frame = frame
        self._context = context
        self._expressions = expressions
        self._output = Output()

    def expand(self, node: exp.Select) -> Output:
        """The output columns.

        Raises:
            NotFastError, NotTraceableError: see there.
        """
        for at, projection in enumerate(node.expressions):
            star = _star(projection)
            if star is not None:
                self._expand_star(projection, star)
            elif isinstance(projection, exp.Aliases):
                self._add_several(projection)
            else:
                self._add(projection, _name(projection, at, self._context))
        return self._output

    def _add(self, projection: exp.Expr, name: str) -> None:
        value, text, aggregates = self._expressions.value(projection, self._frame)
        self._output.add(name, value)
        if isinstance(projection, exp.Alias):
            # In its place, as sqlglot would write it, unless repeating it could grow without end.
            form = text if len(text) <= _LONGEST_FORM else value.digest
            self._frame.aliases[name] = Value(value.leaves, value.carried, form)
        if aggregates:
            self._output.aggregated.add(name)

    def _add_several(self, projection: exp.Aliases) -> None:
        if self._context.fast:
            raise NotFastError("several aliases")
        value = self._expressions.value(projection.this, self._frame)[0]
        for alias in projection.expressions:
            self._output.add(self._context.key(alias), value)

    def _expand_star(self, projection: exp.Expr, star: exp.Star) -> None:
        if star.args.get("ilike"):
            raise NotFastError("ILIKE")
        aliases = self._aliases(projection)
        changes = _Changes(star, self._context)
        for item in star.args.get("replace") or ():
            changes.values[self._context.key(item.args["alias"])] = self._expressions.value(item, self._frame)[0]
        note_named(changes.left_out | changes.names.keys() | changes.values.keys(), aliases, self._frame, self._context)
        for alias in aliases:
            self._take(alias, changes)

    def _aliases(self, projection: exp.Expr) -> list[str]:
        """The relations that a ``*`` is over."""
        table = projection.args.get("table") if type(projection) is exp.Column else None
        if table is not None:
            alias = self._context.key(table)
            if alias not in self._frame.sources or projection.args.get("db"):
                raise NotTraceableError(f"{projection.sql(self._context.dialect)}: a * of what is no relation here")
            return [alias]
        if self._frame.using:
            if self._context.fast:
                raise NotFastError("a * over USING")
            raise NotTraceableError("a * over USING of columns that are not known")
        if not self._frame.sources:
            raise NotTraceableError("a * without FROM")
        return list(self._frame.sources)

    def _take(self, alias: str, changes: _Changes) -> None:
        relation, output = self._frame.sources[alias], self._output
        for name in relation.columns:
            value = changes.values.get(name) or self._frame.column(alias, name)
            if name not in changes.left_out and value is not None:
                output.add(changes.names.get(name, name), value)
        output.open |= relation.open
        if not relation.complete:
            if changes.names or changes.values:
                raise NotTraceableError("RENAME or REPLACE in a * of columns that are not known")
            output.rest += (relation,)
            output.hidden |= changes.left_out


def note_named(names: Iterable[str], aliases: Iterable[str], frame: Frame, context: Context) -> None:
    """What a ``*`` leaves out or changes, the query names: it fails when there is no such column."""
    for alias in aliases:
        for name in names:
            value = frame.column(alias, name) if frame.sources[alias].has(name) is not False else None
            if value is not None:
                context.named.update(value.leaves)


class _Changes:
    """What EXCLUDE, REPLACE and RENAME make of a ``*``."""

    __slots__ = ("left_out", "names", "values")

    def __init__(self, star: exp.Star, context: Context) -> None:
        self.values: dict[str, Value] = {}
        self.left_out = frozenset(context.key(_identifier(item)) for item in star.args.get("except_") or ())
        self.names = {
            context.key(_identifier(item.this)): context.key(item.args["alias"])
            for item in star.args.get("rename") or ()
        }


def _star(projection: exp.Expr) -> exp.Star | None:
    if isinstance(projection, exp.Star):
        return projection
    return projection.this if type(projection) is exp.Column and isinstance(projection.this, exp.Star) else None


def _name(projection: exp.Expr, at: int, context: Context) -> str:
    if isinstance(projection, exp.Alias):
        return context.key(projection.args["alias"])
    if type(projection) is exp.Column:
        return context.key(projection.this)
    if isinstance(projection, exp.Dot) and isinstance(projection.expression, exp.Identifier):
        return context.key(projection.expression)
    return unnamed(at)


def _identifier(node: exp.Expr) -> exp.Expr:
    return node.this if isinstance(node, exp.Column) else node
