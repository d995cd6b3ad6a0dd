"""Traces PIVOT and UNPIVOT over relations whose columns are known."""

from __future__ import annotations

from sqlglot import exp

from mesh_tools.lineage.query.context import Context
from mesh_tools.lineage.query.expressions import Expressions
from mesh_tools.lineage.query.frames import Frame
from mesh_tools.lineage.query.values import TRANSFORM, Gathered, NotTraceableError, Relation, Value, digest_of


def pivoted(pivot: exp.Pivot, relation: Relation, context: Context, expressions: Expressions, frame: Frame) -> Relation:
    """``relation`` after PIVOT or UNPIVOT.

    Raises:
        NotTraceableError: its columns are not known, or they depend on its data.
    """
    if not relation.complete:
        raise NotTraceableError("a PIVOT of columns that are not known")
    if pivot.args.get("group") or pivot.args.get("using") or pivot.args.get("with_") or pivot.args.get("into"):
        raise NotTraceableError("DuckDB's short PIVOT")
    inner = Frame(frame.ctes, None)
    inner.add("", relation)
    return _unpivot(pivot, relation, context) if pivot.unpivot else _pivot(pivot, relation, context, expressions, inner)


def _pivot(pivot: exp.Pivot, relation: Relation, context: Context, expressions: Expressions, frame: Frame) -> Relation:
    names = [context.key(column) for column in pivot.args.get("columns") or ()]
    if not names:
        raise NotTraceableError("a PIVOT whose columns depend on the data")
    used: set[str] = set()
    values: list[Value] = []
    choosing = Gathered()
    for field in pivot.fields:
        _strip_tables(field)
        used |= {context.key(column.this) for column in field.find_all(exp.Column)}
        expressions.walk(field.this, frame, choosing, TRANSFORM)
    for aggregate in pivot.expressions:
        _strip_tables(aggregate)
        used |= {context.key(column.this) for column in aggregate.find_all(exp.Column)}
        into = Gathered()
        text = expressions.walk(aggregate, frame, into, TRANSFORM)
        values.append(into.value(text))
    columns = {name: value for name, value in relation.columns.items() if name not in used}
    keys = list(columns.values())
    for at, name in enumerate(names):
        made = values[at % len(values)]
        into = Gathered()
        into.add(made, TRANSFORM)
        into.add(choosing.value(""), TRANSFORM)
        columns[name] = into.value(digest_of(f"Pivot({made.digest} {name})"))
    rows = relation.rows | {(node, column, "group") for value in keys for node, column in value.leaves}
    return Relation(
        columns,
        digest_of(f"Pivot({relation.digest} {pivot.sql(context.dialect, comments=False)})"),
        rows=rows,
        open_=relation.open,
    )


def _unpivot(pivot: exp.Pivot, relation: Relation, context: Context) -> Relation:
    if len(pivot.expressions) != 1 or not isinstance(pivot.expressions[0], exp.Identifier) or len(pivot.fields) != 1:
        raise NotTraceableError("an UNPIVOT into several columns")
    field = pivot.fields[0]
    chosen = [context.key(column.this) for column in field.find_all(exp.Column) if column is not field.this]
    into = Gathered()
    for name in chosen:
        value = relation.get(name)
        if value is None:
            raise NotTraceableError(f"an UNPIVOT of {name}, which is not known")
        into.add(value, TRANSFORM)
    name_column = context.key(field.this if isinstance(field.this, exp.Identifier) else field.this.this)
    columns = {name: value for name, value in relation.columns.items() if name not in chosen}
    form = f"Unpivot({','.join(chosen)})"
    columns[name_column] = Value({}, frozenset(), digest_of(form + "name"))
    columns[context.key(pivot.expressions[0])] = into.value(digest_of(form))
    return Relation(
        columns,
        digest_of(f"{form}({relation.digest})"),
        rows=relation.rows,
        open_=relation.open,
    )


def _strip_tables(node: exp.Expr) -> None:
    """The columns of a pivot are those of its relation, by whatever alias sqlglot calls it."""
    for column in node.find_all(exp.Column):
        column.set("table", None)
