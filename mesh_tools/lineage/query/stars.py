"""The output columns of a SELECT, every ``*`` expanded as far as columns are known."""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from mesh_tools.lineage.query.context import Context
from mesh_tools.lineage.query.expressions import Expressions
from mesh_tools.lineage.query.frames import Frame
from mesh_tools.lineage.query.values import NotFastError, NotTraceableError, Relation, Value

_PLAIN: Final = "a column without a name"


class Output:
    """The output columns of a SELECT.

    Attributes:
        columns: By name, in order.
        rest: Relations whose unknown columns are output, too.
        open: Nodes of which every new column would be output.
        hidden: Names that a ``*`` leaves out.
        aggregated: Columns that hold an aggregate of this very SELECT.
        positional: Nodes of which a column's place matters, since a clause chooses columns by number.
    """

    __slots__ = ("aggregated", "columns", "hidden", "open", "positional", "rest")

    def __init__(self) -> None:
        self.columns: dict[str, Value] = {}
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
        return output

    def by_number(self) -> None:
        """Note that a clause chooses a column by its number."""
        self.positional |= self.open

    def add(self, name: str, value: Value) -> None:
        """Add a column. Of two with one name, engines give the second another one: lineage keeps the first."""
        self.columns.setdefault(name, value)


def expand(node: exp.Select, frame: Frame, context: Context, expressions: Expressions) -> Output:
    """The output columns of ``node``; they become the frame's aliases as well.

    Raises:
        NotFastError, NotTraceableError: see there.
    """
    output = Output()
    for at, projection in enumerate(node.expressions):
        star = _star(projection)
        if star is not None:
            _expand_star(projection, star, frame, context, expressions, output)
        elif isinstance(projection, exp.Aliases):
            _add_several(projection, frame, context, expressions, output)
        else:
            name = _name(projection, at, context)
            value = expressions.value(projection, frame)
            output.add(name, value)
            if isinstance(projection, exp.Alias):
                frame.aliases[name] = value
            if _aggregates(projection):
                output.aggregated.add(name)
    return output


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
    # Each engine has names of its own for these.
    return f"<{at + 1}>"


def _aggregates(projection: exp.Expr) -> bool:
    return any(not _is_windowed(found) for found in projection.find_all(exp.AggFunc))


def _is_windowed(node: exp.Expr) -> bool:
    parent = node.parent
    while isinstance(parent, (exp.Filter, exp.IgnoreNulls, exp.RespectNulls, exp.WithinGroup)):
        parent = parent.parent
    return isinstance(parent, exp.Window)


def _add_several(
    projection: exp.Aliases, frame: Frame, context: Context, expressions: Expressions, output: Output
) -> None:
    if context.fast:
        raise NotFastError("several aliases")
    value = expressions.value(projection.this, frame)
    for alias in projection.expressions:
        output.add(context.key(alias), value)


def _expand_star(
    projection: exp.Expr, star: exp.Star, frame: Frame, context: Context, expressions: Expressions, output: Output
) -> None:
    if star.args.get("ilike"):
        raise NotTraceableError("a * with ILIKE")
    named = _named(star, context)
    table = projection.args.get("table") if type(projection) is exp.Column else None
    aliases = list(frame.sources)
    if table is not None:
        alias = context.key(table)
        if alias not in frame.sources or projection.args.get("db"):
            raise NotTraceableError(f"{projection.sql(context.dialect)}: a * of what is no relation here")
        aliases = [alias]
    elif frame.using:
        if context.fast:
            raise NotFastError("a * over USING")
        raise NotTraceableError("a * over USING of columns that are not known")
    if not aliases:
        raise NotTraceableError("a * without FROM")
    replaced = {
        context.key(item.args["alias"]): expressions.value(item, frame) for item in star.args.get("replace") or ()
    }
    for alias in aliases:
        relation = frame.sources[alias]
        _take(relation, alias, frame, output, named, replaced)


def _take(
    relation: Relation,
    alias: str,
    frame: Frame,
    output: Output,
    named: tuple[frozenset[str], dict[str, str]],
    replaced: dict[str, Value],
) -> None:
    left_out, renames = named
    for name in list(relation.columns):
        if name in left_out:
            continue
        value = replaced.get(name) or frame.column(alias, name)
        if value is not None:
            output.add(renames.get(name, name), value)
    output.open |= relation.open
    if not relation.complete:
        if renames or replaced:
            raise NotTraceableError("RENAME or REPLACE in a * of columns that are not known")
        output.rest += (relation,)
        output.hidden |= left_out


def _named(star: exp.Star, context: Context) -> tuple[frozenset[str], dict[str, str]]:
    """What EXCLUDE and RENAME of a ``*`` say."""
    left_out = frozenset(context.key(_identifier(item)) for item in star.args.get("except_") or ())
    renames = {
        context.key(_identifier(item.this)): context.key(item.args["alias"]) for item in star.args.get("rename") or ()
    }
    return left_out, renames


def _identifier(node: exp.Expr) -> exp.Expr:
    return node.this if isinstance(node, exp.Column) else node
