"""Traces one SELECT: its output columns, and what its clauses use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlglot import exp

from mesh_tools.lineage.query.context import Context
from mesh_tools.lineage.query.expressions import Expressions
from mesh_tools.lineage.query.frames import Frame, Lookup
from mesh_tools.lineage.query.joins import Reading
from mesh_tools.lineage.query.marks import NATURAL, NUMBERS, STARS
from mesh_tools.lineage.query.sources import Sources, Trace
from mesh_tools.lineage.query.stars import Expansion, Output, note_named
from mesh_tools.lineage.query.values import (
    NotFastError,
    NotTraceableError,
    Relation,
    Use,
    Value,
    digest_of,
)

_FAST: Final = frozenset(
    {
        "with_", "expressions", "distinct", "from_", "joins", "where", "group", "having", "qualify", "windows",
        "order", "limit", "offset",
    }
)  # fmt: skip
_NEVER: Final = {
    "kind": "SELECT AS STRUCT or VALUE",
    "match": "MATCH_RECOGNIZE",
    "into": "SELECT INTO",
    "connect": "CONNECT BY",
    "exclude": "EXCLUDE behind the columns",
    "pivots": "a PIVOT of a query",
}
_FILTERS: Final = ("where", "prewhere", "having", "qualify")
_ORDERS: Final = ("order", "sort", "distribute", "cluster")


class Selects:
    """Traces SELECTs."""

    def __init__(self, context: Context, expressions: Expressions, trace: Trace) -> None:
        self._context = context
        self._expressions = expressions
        self._sources = Sources(context, expressions, trace)
        self.source = self._sources.source

    def trace(self, node: exp.Select, ctes: Lookup, outer: Frame | None) -> Relation:
        """The relation that a SELECT is.

        Raises:
            NotFastError, NotTraceableError: see there.
        """
        self._check(node)
        frame = Frame(ctes, outer)
        reading = Reading(self._context, self._expressions, self._sources, frame)
        reading.read(node)
        rows, form = reading.uses, reading.form
        frame.windows = {self._context.key(window.this): window for window in node.args.get("windows") or ()}
        output = Expansion(frame, self._context, self._expressions).expand(node)
        self._opened(node, frame, output)
        rows |= self._clauses(node, frame, output, form)
        self._note_hazards(node, frame, output)
        for relation in frame.sources.values():
            rows |= relation.rows
        return Relation(
            output.columns,
            form[0] if _hands_on(form, frame) else digest_of(f"Select({';'.join(form)})"),
            rest=output.rest,
            rows=rows,
            open_=output.open,
            hidden=output.hidden,
        )

    def modified(self, node: exp.Expr, relation: Relation, ctes: Lookup, outer: Frame | None) -> Relation:
        """The relation of a set operation or a query in brackets, with its own ORDER BY and LIMIT."""
        present = [name for name in ("order", "limit", "offset", *_ORDERS[1:]) if node.args.get(name)]
        others = [name for name in ("where", "group", "having", "qualify", "joins", "pivots") if node.args.get(name)]
        if others and not isinstance(node, exp.Subquery):
            raise NotTraceableError("a clause behind a set operation")
        if not present:
            return relation
        frame = Frame(ctes, outer)
        frame.add("", relation)
        order = node.args.get("order")
        uses, text = self._ordered(order, frame, Output.of(relation)) if order is not None else (set(), "")
        limits = self._limits(node, frame, text)
        copy = Relation(
            relation.columns,
            digest_of(f"{relation.digest};{limits}") if limits else relation.digest,
            rest=relation.rest,
            rows=relation.rows | uses,
            open_=relation.open,
        )
        copy.hidden = relation.hidden
        return copy

    def _check(self, node: exp.Select) -> None:
        for name, value in node.args.items():
            if value and name not in _FAST:
                if name in _NEVER:
                    raise NotTraceableError(_NEVER[name])
                if self._context.fast:
                    raise NotFastError(name)

    def _clauses(self, node: exp.Select, frame: Frame, output: Output, form: list[str]) -> set[Use]:
        uses: set[Use] = set()
        for name in _FILTERS:
            clause = node.args.get(name)
            if clause is not None:
                found, text = self._expressions.uses([clause.this], frame, "filter")
                uses |= found
                form.append(f"{name} {text}")
        group = node.args.get("group")
        if group is None and output.aggregated:
            form.append("one row")
        if group is not None:
            uses |= self._grouped(group, frame, output, form)
        order = node.args.get("order")
        ordering = ""
        if order is not None:
            found, ordering = self._ordered(order, frame, output)
            uses |= found
        for name in _ORDERS[1:]:
            clause = node.args.get(name)
            if clause is not None:
                uses |= self._expressions.uses(clause.expressions, frame, "order")[0]
        distinct = node.args.get("distinct")
        if distinct is not None:
            uses |= self._distinct(distinct, frame, output, form, ordering)
        limits = self._limits(node, frame, ordering)
        if limits:
            form.append(limits)
        return uses

    def _grouped(self, group: exp.Group, frame: Frame, output: Output, form: list[str]) -> set[Use]:
        if group.args.get("all"):
            keys = [output.columns[name] for name in output.columns if name not in output.aggregated]
            if output.rest:
                raise NotTraceableError("GROUP BY ALL of columns that are not known")
            form.append(f"group {','.join(value.digest for value in keys)}")
            return _uses_of(keys, "group")
        uses: set[Use] = set()
        texts = []
        for expression in group.expressions:
            value = self._chosen(expression, output)
            if value is not None:
                uses |= _uses_of([value], "group")
                texts.append(value.digest)
            else:
                found, text = self._expressions.uses([expression], frame, "group")
                uses |= found
                texts.append(text)
        for name in ("grouping_sets", "cube", "rollup"):
            clauses = group.args.get(name)
            if clauses and self._context.fast:
                raise NotFastError(name)
            if isinstance(clauses, list):
                found, text = self._expressions.uses(clauses, frame, "group")
                uses |= found
                texts.append(f"{name} {text}")
        form.append(f"group {','.join(texts)}")
        return uses

    def _ordered(self, order: exp.Expr, frame: Frame, output: Output) -> tuple[set[Use], str]:
        uses: set[Use] = set()
        texts = []
        for ordered in order.expressions:
            inner = ordered.this if isinstance(ordered, exp.Ordered) else ordered
            if isinstance(inner, exp.Var) and inner.name.upper() == "ALL":
                uses |= _uses_of(output.columns.values(), "order")
                texts.append("all")
                continue
            value = self._chosen(inner, output) or self._alias(inner, frame, output)
            if value is not None:
                uses |= _uses_of([value], "order")
                text = value.digest
            else:
                found, text = self._expressions.uses([inner], frame, "order")
                uses |= found
            marks = (ordered.args.get("desc"), ordered.args.get("nulls_first")) if ordered is not inner else ()
            texts.append(f"{text}{marks}")
        return uses, ",".join(texts)

    def _alias(self, node: exp.Expr, frame: Frame, output: Output) -> Value | None:
        """ORDER BY prefers an output column to a column of FROM."""
        if type(node) is not exp.Column or len(node.parts) > 1:
            return None
        name = self._context.key(node.this)
        return output.columns.get(name) if name in output.columns and name in frame.aliases else None

    def _chosen(self, node: exp.Expr, output: Output) -> Value | None:
        """The output column whose number ``node`` is."""
        if not isinstance(node, exp.Literal) or node.is_string or not node.this.isdigit():
            return None
        values = output.ordered
        number = int(node.this)
        if output.rest or not 0 < number <= len(values):
            raise NotTraceableError(f"column number {number}, of columns that are not known")
        output.by_number()
        return values[number - 1]

    def _distinct(self, distinct: exp.Expr, frame: Frame, output: Output, form: list[str], ordering: str) -> set[Use]:
        on = distinct.args.get("on")
        if on is not None:
            found, text = self._expressions.uses([on], frame, "group")
            form.append(f"distinct on {text} {ordering}")
            return found
        form.append(f"distinct {','.join(value.digest for value in output.columns.values())}")
        return _uses_of(output.columns.values(), "group")

    def _limits(self, node: exp.Expr, frame: Frame, ordering: str) -> str:
        """LIMIT and OFFSET decide which rows there are, and with them ORDER BY does."""
        limits = [clause for name in ("limit", "offset") if (clause := node.args.get(name)) is not None]
        if not limits:
            return ""
        return f"limit {self._expressions.uses(limits, frame, 'filter')[1]} by {ordering}"

    def _opened(self, node: exp.Select, frame: Frame, output: Output) -> None:
        """Recall the stars that qualification has expanded, and the numbers that it has replaced."""
        for table, names in node.meta_get(STARS) or ():
            alias = self._context.key(table) if table is not None else ""
            aliases = [name for name in frame.sources if alias in {"", name}]
            for name in aliases:
                output.open |= frame.sources[name].open
            note_named([self._context.key(name) for name in names], aliases, frame, self._context)
        if node.meta_get(NUMBERS):
            output.by_number()

    def _note_hazards(self, node: exp.Select, frame: Frame, output: Output) -> None:
        hazards = self._context.hazards
        hazards |= {(owner, "positional") for owner in output.positional}
        hazards |= {(owner, "unqualified") for owner in frame.unqualified}
        joins = node.args.get("joins") or ()
        if node.meta_get(NATURAL) or any(str(join.args.get("method")).upper() == "NATURAL" for join in joins):
            hazards |= {(owner, "natural_join") for relation in frame.sources.values() for owner in relation.open}


def _hands_on(form: list[str], frame: Frame) -> bool:
    """Whether the rows are those of the only relation, as an import CTE has them."""
    return bool(form) and [relation.digest for relation in frame.sources.values()] == form


def _uses_of(values: Iterable[Value], kind: str) -> set[Use]:
    return {
        use for value in values for use in ({(node, column, kind) for node, column in value.leaves} | value.carried)
    }
