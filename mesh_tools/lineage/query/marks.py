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
"""On a SELECT: the relations over which it has a ``*``; an empty name means all of them."""
RENAMED: Final = "mesh_renamed"
"""On a CTE or a relation in FROM: its alias lists names for its columns."""
NATURAL: Final = "mesh_natural"
"""On a SELECT: it has a NATURAL JOIN."""
NUMBERS: Final = "mesh_numbers"
"""On a SELECT: it chooses columns by their numbers."""


def mark(tree: exp.Expr) -> None:
    """Note on ``tree`` what it says itself.

    Raises:
        NotTraceableError: it says something that qualification would overlook.
    """
    for node in list(tree.find_all(exp.Select)):
        _name_all(node)
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
            item.replace(exp.alias_(item.copy(), unnamed(at), quoted=True))


def _mark_select(node: exp.Select) -> None:
    stars = [
        item.args["table"] if type(item) is exp.Column and item.args.get("table") else None
        for item in node.expressions
        if isinstance(item, exp.Star) or (type(item) is exp.Column and isinstance(item.this, exp.Star))
    ]
    if stars:
        node.meta[STARS] = [star.copy() if star is not None else None for star in stars]
    if any(str(join.args.get("method") or "").upper() == "NATURAL" for join in node.args.get("joins") or ()):
        node.meta[NATURAL] = True
    group, order = node.args.get("group"), node.args.get("order")
    keys = [*(group.expressions if group is not None else ())]
    keys += [item.this for item in order.expressions] if order is not None else []
    if any(isinstance(key, exp.Literal) and not key.is_string for key in keys):
        node.meta[NUMBERS] = True
