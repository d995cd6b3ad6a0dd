"""Traces one query: the fast path where all of its syntax is simple, else by way of sqlglot's qualification."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from mesh_tools.lineage.names import warehouse_name
from mesh_tools.lineage.query.context import Context
from mesh_tools.lineage.query.depth import is_nested_deeply
from mesh_tools.lineage.query.marks import mark
from mesh_tools.lineage.query.queries import Queries
from mesh_tools.lineage.query.results import lineage_of
from mesh_tools.lineage.query.values import NotFastError, NotTraceableError, Relation
from mesh_tools.lineage.tasks import Done, Task
from mesh_tools.model.lineage import ModelLineage, TraceMethod

LONGEST: Final = 1_000_000
"""Characters of SQL that are traced at most: parsing takes five seconds for so many."""
_REASON_LENGTH: Final = 160

_TOO_DEEP: Final = "it is nested too deeply"
_FRAMES: Final = 8000
"""Python's own limit of 1,000 calls would end at 35 functions in each other; this many fit any stack of 8 MB."""

Path = Literal["any", "fast", "exact"]

# What sqlglot would warn of is said by the reason, or does not matter here.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


def trace_query(task: Task, *, path: Path = "any") -> Done:
    """Trace one query.

    Args:
        task: The query.
        path: ``fast`` or ``exact`` to try that one alone.

    Returns:
        Always a lineage; of the method ``table`` with a reason when the query cannot be traced.
    """
    try:
        with _deep():
            return _traced(task, path)
    except NotTraceableError as error:
        reason = str(error)
    except NotFastError as error:
        reason = f"not fast: {error}"
    except SqlglotError as error:
        reason = f"sqlglot does not understand it: {_first_line(error)}"
    except RecursionError:
        reason = _TOO_DEEP
    except Exception as error:  # noqa: BLE001  whatever SQL does to sqlglot, one query must not end all
        reason = f"sqlglot fails on it: {type(error).__name__}: {_first_line(error)}"
    return Done(ModelLineage(unique_id="", method="table", reason=reason, complete=False))


@contextmanager
def _deep() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _traced(task: Task, path: Path) -> Done:
    if len(task.sql) > LONGEST:
        raise NotTraceableError(f"it is longer than {LONGEST:,} characters")
    if "{{" in task.sql or "{%" in task.sql:
        raise NotTraceableError("there is Jinja left in it")
    if is_nested_deeply(task.sql):
        raise NotTraceableError(_TOO_DEEP)
    tree = _parsed(task.sql, task.dialect)
    if path != "exact":
        context = Context(task, fast=True)
        try:
            return _done("fast", Queries(context).root(tree), context)
        except (NotFastError, NotTraceableError):
            if path == "fast":
                raise
    context = Context(task, fast=False)
    return _done("exact", Queries(context).root(_qualified(tree, context)), context)


def _done(method: TraceMethod, relation: Relation, context: Context) -> Done:
    return Done(lineage_of(method, relation, context), tuple(sorted(context.missing)))


def _parsed(sql: str, dialect: str) -> exp.Expr:
    statements = [tree for tree in sqlglot.parse(sql, dialect=dialect) if tree is not None]
    if len(statements) != 1:
        raise NotTraceableError("it is empty" if not statements else f"it is {len(statements)} statements")
    if not isinstance(statements[0], exp.Query):
        raise NotTraceableError(f"it is no query: {statements[0].key.upper()}")
    return statements[0]


def _qualified(tree: exp.Expr, context: Context) -> exp.Expr:
    tree = normalize_identifiers(tree, dialect=context.dialect, store_original_column_identifiers=True)
    mark(tree)
    schema = _with_placeholders(tree, context)
    return qualify(
        tree,
        dialect=context.dialect,
        schema=MappingSchema(schema, dialect=context.dialect, normalize=False),
        validate_qualify_columns=False,
        quote_identifiers=False,
        allow_partial_qualification=True,
    )


def _with_placeholders(tree: exp.Expr, context: Context) -> dict[str, object]:
    """Give every table of the warehouse a name of its own, so that no CTE and no other schema can be mistaken for it.

    Returns:
        sqlglot's schema of the tables whose columns are all known.
    """
    schema: dict[str, object] = {}
    for table in list(tree.find_all(exp.Table)):
        if not isinstance(table.this, exp.Identifier) or _is_cte(table):
            continue
        name = f"_mesh_{len(context.placeholders)}"
        name = warehouse_name(name, context.dialect)
        context.placeholders[name] = table.copy()
        known, complete = context.columns_of(context.name_of(table))
        if complete:
            schema[name] = {warehouse_name(column, context.dialect): "unknown" for column in known}
        if not table.alias:
            columns = table.args["alias"].args.get("columns") if table.args.get("alias") else None
            table.set("alias", exp.TableAlias(this=table.this.copy(), columns=columns))
        table.set("this", exp.to_identifier(name))
        table.set("db", None)
        table.set("catalog", None)
    return schema


def _is_cte(table: exp.Table) -> bool:
    """Whether a CTE that can be seen from here has the table's name."""
    if table.args.get("db"):
        return False
    name = table.name
    below: exp.Expr = table
    above = table.parent
    while above is not None:
        with_ = above.args.get("with_")
        if with_ is not None and with_ is not below and any(cte.alias == name for cte in with_.expressions):
            return True
        if isinstance(above, exp.With) and isinstance(below, exp.CTE):
            for cte in above.expressions:
                if cte is below:
                    if above.args.get("recursive") and cte.alias == name:
                        return True
                    break
                if cte.alias == name:
                    return True
        below, above = above, above.parent
    return False


def _first_line(error: Exception) -> str:
    lines = str(error).replace("\x1b[4m", "").replace("\x1b[0m", "").strip().splitlines()
    line = lines[0].strip() if lines else ""
    return line if len(line) <= _REASON_LENGTH else f"{line[: _REASON_LENGTH - 1]}…"
