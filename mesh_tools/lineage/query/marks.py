"""What a query wrote itself, noted on its tree before sqlglot qualifies it: names, stars, ordinals, NATURAL.

Qualification writes into the tree what the query left out, so that afterwards both look the same.
"""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from mesh_tools.lineage.query.values import NotTraceableError

WRITTEN: Final = "mesh_written"
"""On a column: the query names it, with its relation or ``bare``. On a COALESCE: it does not stand for USING."""
STARS: Final = "mesh_stars"
"""On a SELECT: each ``*`` in it, with its relation, and the columns that it leaves out or changes."""
RENAMED: Final = "mesh_renamed"
"""On a CTE or a relation in FROM: its alias lists names for its columns."""
NATURAL: Final = "mesh_natural"
"""On a SELECT: it has a NATURAL JOIN."""
NUMBERS: Final = "mesh_numbers"
"""On a SELECT: it chooses columns by their numbers."""

_MOST_NAMES: Final = 20_000
"""Twenty aliases that each use the one before twice would become a million names; so many take two seconds."""


def mark(tree: exp.Expr) -> None:
    """Note on ``tree`` what it says itself.

    Raises:
        NotTraceableError: it says something that qualification would overlook.
    """
    for select in list(tree.find_all(exp.Select)):
        _name_all(select)
    for node in tree.walk():
        if type(node) is exp.Column:
            node.meta[WRITTEN] = "qualified" if node.args.get("table") else "bare"
        elif isinstance(node, exp.Coalesce):
            node.meta[WRITTEN] = "coalesce"
        elif isinstance(node, exp.TableAlias) and node.args.get("columns") and node.parent is not None:
            node.parent.meta[RENAMED] = True
        elif isinstance(node, exp.Star) and node.args.get("ilike"):
            raise NotTraceableError("a * with ILIKE")
        elif isinstance(node, exp.Select):
            _mark_select(node)


def unnamed(at: int) -> str:
    """What lineage calls the output column number ``at``, counted from 0, that has no name: engines differ."""
    return f"<{at + 1}>"


def _name_all(node: exp.Select) -> None:
    """Name output columns as the fast path does, or sqlglot makes up other names."""
    for at, item in enumerate(node.expressions):
        named = (exp.Alias, exp.Aliases, exp.Column, exp.Star, exp.Dot)
        if not isinstance(item, named) and not (isinstance(item, exp.Subquery) and item.alias):
            alias = exp.Alias(alias=exp.to_identifier(unnamed(at), quoted=True))
            item.replace(alias)
            alias.set("this", item)


def _star_of(item: exp.Expr) -> tuple[exp.Expr | None, list[exp.Expr]]:
    """The relation of a ``*``, if it names one, and the columns that it leaves out or changes."""
    table = item.args.get("table") if isinstance(item, exp.Column) else None
    star = item.this if isinstance(item, exp.Column) else item
    named = [*(star.args.get("except_") or ()), *(renamed.this for renamed in star.args.get("rename") or ())]
    named += [replaced.args["alias"] for replaced in star.args.get("replace") or ()]
    identifiers = [column.this if isinstance(column, exp.Column) else column for column in named]
    return (table.copy() if table is not None else None), [identifier.copy() for identifier in identifiers]


def _unfolded(node: exp.Select) -> int:
    """How many names stand in the output columns at most, once qualification has put what they mean for aliases."""
    names: dict[str, int] = {}
    for item in node.expressions:
        if isinstance(item, exp.Alias):
            bare = (column.name for column in item.find_all(exp.Column) if not column.args.get("table"))
            names[item.alias] = sum(names.get(name, 1) for name in bare)
    return sum(names.values())


def _mark_select(node: exp.Select) -> None:
    if _unfolded(node) > _MOST_NAMES:
        raise NotTraceableError("its aliases use each other too often")
    stars = [_star_of(item) for item in node.expressions if item.is_star and not isinstance(item, exp.Dot)]
    if len(stars) > 1 and any(names for _, names in stars):
        raise NotTraceableError("several * of which one leaves out or changes columns")
    names = [item.output_name for item in node.expressions if item.output_name]
    if len(set(names)) < len(names):
        raise NotTraceableError("several columns of one name")
    if stars:
        node.meta[STARS] = stars
    if any(str(join.args.get("method") or "").upper() == "NATURAL" for join in node.args.get("joins") or ()):
        node.meta[NATURAL] = True
    group, order = node.args.get("group"), node.args.get("order")
    keys = [*(group.expressions if group is not None else ())]
    keys += [item.this for item in order.expressions] if order is not None else []
    if any(isinstance(key, exp.Literal) and not key.is_string for key in keys):
        node.meta[NUMBERS] = True
