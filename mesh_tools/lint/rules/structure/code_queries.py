"""What queries ask for, and how they join."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mesh_tools.lint.code.query import Join, Queries, Query, Relation, Star
from mesh_tools.lint.layers import Layers, layer_of
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.rules.structure.code import at, queries_of, sql_of
from mesh_tools.lint.services import Code
from mesh_tools.lint.subjects import Model

# Behind a star: that of an import, of the last step, a factor, or the end of a comment.
_ORDINARY = re.compile(
    r"\*(?:\s+from\s+(?:\{\{[^{}]*\}\}\s*\)|\w+\s*\Z)|/|\s(?=[\w(])(?!from\b|exclude\b|except\b|replace\b|rename\b|i?like\b))",
    re.IGNORECASE,
)
_READS = re.compile(r"\b(?:ref|source)\s*\(")
# Of code in lower case, each with a beginning that is found fast.
_RELATION = r"(?:\{\{[^{}]*\}\}|[\w$.\"`]+)"
_JOIN = re.compile(r"join\b")
_WITH_CONDITION = re.compile(rf"join\s+{_RELATION}(?:\s+(?:as\s+)?\w+)?\s+(?:on\b(?!\s+(?:true\b|\d))|using\b)")
_COMMA = re.compile(rf"from\s+(?:{_RELATION}|\()(?:\s+(?:as\s+)?\w+)?\s*,")


@rule("STR013", "select-star", severity="warn", tier="recommended")
def select_star(
    model: Model,
    code: Code,
    *,
    allow_from_cte: bool = True,
    allow_in_staging: bool = False,
    layers: Layers | None = None,
) -> Found:
    """A model gives all columns of what it reads, whatever they are.

    That is a star of the outermost query that is not of a step of its own, and a bare star over a join anywhere. A CTE,
    or a subquery, that reads all of one relation is an import, and no finding; neither is a star of a function.

    Why:
        A column more upstream is a column more here, and in all that follows; of a join two columns have one name.

    Options:
        allow_from_cte: Whether a query may give all columns of a CTE.
        allow_in_staging: Whether models of staging may, which some keep as their source is.
        layers: By layer: names of folders, and beginnings of names, which end with `_`. Default: those of dbt Labs.

    Bad:
        models/orders.sql:
            select 1 as order_id, 2 as customer_id
        models/paid_orders.sql:
            select *  -- STR013
            from {{ ref('orders') }}
        models/orders_of_customers.sql:
            with orders as (select * from {{ ref('orders') }}),

            joined as (
                select *  -- STR013
                from orders
                inner join {{ ref('orders') }} as others using (customer_id)
            )

            select * from joined

    Good:
        models/orders.sql:
            select 1 as order_id, 2 as customer_id
        models/paid_orders.sql:
            with orders as (
                select * from {{ ref('orders') }}
            ),

            counted as (
                select orders.*, count(*) over (partition by customer_id) as orders
                from orders
            )

            select * from counted

    To do:
        Name the columns.
    """
    sql = sql_of(model, code)
    if "*" not in sql or (allow_from_cte and not _has_other_star(sql)):
        return
    if allow_in_staging and layer_of(model.path, model.name, layers) == "staging":
        return
    found = queries_of(model, sql)
    seen = set[str]()
    for query in found.found:
        for star in query.stars:
            of = _at_fault(query, star, found, sql, allow_from_cte=allow_from_cte)
            if of and of not in seen:
                seen.add(of)
                yield model.raised(f"gives all columns of {of}", place=at(model, star.start), key=of)


def _has_other_star(sql: str) -> bool:
    """Whether there is a star besides those that house style is made of."""
    position = sql.find("*")
    while position >= 0:
        if sql[position - 1 : position] not in {"(", "/"} and _ORDINARY.match(sql, position) is None:
            return True
        position = sql.find("*", position + 1)
    return False


def _at_fault(query: Query, star: Star, found: Queries, sql: str, *, allow_from_cte: bool) -> str:
    """Of what a star should not be; empty when it may."""
    read = [one for one in query.relations if one.kind != "function" and not one.is_semi]
    if query.is_tested or not read:
        return ""
    if not star.of and len(read) > 1:
        return f"a join with {read[1].text or read[1].alias or 'a query'}"
    meant = next((one for one in read if one.alias == star.of), None) if star.of else read[0]
    if meant is None:
        return ""
    if meant.kind == "name" and not meant.is_dotted and _last(meant) in found.ctes:
        return "" if allow_from_cte else meant.text
    is_import = not query.is_outer and len(read) == 1
    return "" if is_import or not _is_read(meant, sql) else " ".join(meant.text.split())


def _last(relation: Relation) -> str:
    return relation.text.strip('"`').lower()


def _is_read(relation: Relation, sql: str) -> bool:
    """Whether it is surely a relation of its own: a call of ref or source, or a name with a schema."""
    if relation.kind == "expression":
        return _READS.search(sql, relation.start, relation.end) is not None
    return relation.is_dotted


@rule("STR014", "cartesian-join", severity="warn", tier="recommended")
def cartesian_join(model: Model, code: Code, *, allow_explicit: bool = False) -> Found:
    """A join has no condition of its own: each row of one side meets each of the other.

    A comma is such a join, though `where` may have the condition. Natural, positional and as-of joins, and joins of a
    function or of a lateral query, need none.

    Why:
        A condition that was forgotten makes rows times rows: numbers too high, and a query that does not end.

    Options:
        allow_explicit: Whether `cross join`, and conditions that are always true, may be written.

    Bad:
        models/orders.sql:
            select 1 as order_id
        models/pairs.sql:
            select orders.order_id, others.order_id as other_id
            from {{ ref('orders') }} as orders
            cross join {{ ref('orders') }} as others  -- STR014
        models/old_pairs.sql:
            with orders as (select * from {{ ref('orders') }})

            select orders.order_id
            from orders, orders as others  -- STR014
            where orders.order_id = others.order_id

    Good:
        models/orders.sql:
            select 1 as order_id
        models/pairs.sql:
            select orders.order_id, days.day
            from {{ ref('orders') }} as orders
            inner join {{ ref('orders') }} as others on orders.order_id = others.order_id
            cross join unnest([1, 2]) as days (day)

    To do:
        Write `inner join` with its condition; where each row is to meet each, say so with `cross join`, and allow it.
    """
    sql = sql_of(model, code)
    lowered = sql.lower()
    if "cross" not in lowered and _COMMA.search(lowered) is None:
        joins = len(_JOIN.findall(lowered)) if "join" in lowered else 0
        if joins == 0 or joins == len(_WITH_CONDITION.findall(lowered)):
            return
    seen = set[str]()
    for query in queries_of(model, sql).found:
        for what, join in _without_condition(query, sql, allow_explicit=allow_explicit):
            if what not in seen:
                seen.add(what)
                yield model.raised(what, place=at(model, join.start), key=what)


def _without_condition(query: Query, sql: str, *, allow_explicit: bool) -> Iterator[tuple[str, Join]]:
    for join in query.joins:
        relation = join.relation
        if relation is None or join.needs_none or join.condition == "some" or join.unknown:
            continue
        name = " ".join(relation.text.split()) or relation.alias or "a query"
        if join.words == {","}:
            if not _is_part_of(relation, query) and (relation.kind != "expression" or _is_read(relation, sql)):
                yield f"joins {name} by a comma", join
        elif "cross" in join.words or join.condition == "constant":
            if not allow_explicit:
                how = "every row" if "cross" in join.words else "a condition that is always true"
                yield f"joins {name} with {how}", join
        else:
            yield f"joins {name} without a condition", join


def _is_part_of(relation: Relation, query: Query) -> bool:
    """Whether ``orders.lines`` is a list in a column of what the query reads."""
    first = relation.text.split(".")[0].strip('"`').lower()
    return relation.is_dotted and any(one.alias == first for one in query.relations)
