"""Names and types of columns, as the warehouse has them: those that no YAML names, too."""

from __future__ import annotations

from collections.abc import Mapping

from mesh_tools.lint.matching import by_path, is_wholly
from mesh_tools.lint.regexes import Regex
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.rules.naming.columns import SNAKE_CASE
from mesh_tools.lint.rules.naming.type_names import CONVENTIONS, Convention, broken, forbidden
from mesh_tools.lint.services import Catalog
from mesh_tools.lint.subjects import Model, Seed, Snapshot


@rule("NAM010", "column-name-in-warehouse", severity="warn", tier="strict")
def column_name_in_warehouse(
    relation: Model | Seed | Snapshot,
    catalog: Catalog,
    *,
    patterns: Mapping[str, Regex] | None = None,
    case_sensitive: bool = False,
) -> Found:
    """The warehouse has a column that no YAML names, and that is not called as columns are to be.

    What the YAML names is NAM004.

    Why:
        Names that need quotes, or are written now this way and now that, are misspelt in every query.

    Options:
        patterns: By glob of the file, relative to the project: a regular expression that the whole name matches. Of
            several globs the longest counts. Default: lower case, with underscores.
        case_sensitive: Whether names are compared as the warehouse writes them: Snowflake writes all in upper case.

    Bad:
        models/orders.sql:
            select 1 as order_id, 2 as "order date"  -- NAM010
        catalog.json:
            nodes:
              model.shop.orders:
                columns:
                  order_id: {name: order_id, type: INTEGER, index: 1}
                  order date: {name: order date, type: INTEGER, index: 2}

    Good:
        models/orders.sql:
            select 1 as order_id, 2 as order_date
        catalog.json:
            nodes:
              model.shop.orders:
                columns:
                  ORDER_ID: {name: ORDER_ID, type: INTEGER, index: 1}
                  ORDER_DATE: {name: ORDER_DATE, type: INTEGER, index: 2}

    To do:
        Rename the column.
    """
    table = catalog.nodes.get(relation.node.unique_id)
    pattern = SNAKE_CASE if patterns is None else by_path(relation.path, patterns)
    if table is None or pattern is None:
        return
    named = {name.lower() for name in relation.node.columns or {}}
    for name in table.columns:
        shown = name if case_sensitive else name.lower()
        if not is_wholly(pattern, shown) and name.lower() not in named:
            yield relation.raised(
                f"has the column '{name}' in the warehouse, which does not match '{pattern}'", key=name
            )


@rule("NAM011", "column-type-in-warehouse", severity="warn", tier="strict")
def column_type_in_warehouse(
    relation: Model | Seed | Snapshot,
    catalog: Catalog,
    *,
    conventions: tuple[Convention, ...] = CONVENTIONS,
    types: tuple[str, ...] = (),
) -> Found:
    """The warehouse has a column whose type no YAML tells, and whose name promises another, or which is not allowed.

    What the YAML tells is NAM005 and NAM006.

    Why:
        Readers take a column for what its name says, and write conditions that fail, or worse, do not.

    Options:
        conventions: As of NAM005.
        types: SQL types that no column has, as of NAM006.

    Bad:
        models/orders.sql:
            select 'yes' as is_paid  -- NAM011
        catalog.json:
            nodes:
              model.shop.orders:
                columns:
                  is_paid: {name: is_paid, type: VARCHAR, index: 1}

    Good:
        models/orders.sql:
            select true as is_paid
        catalog.json:
            nodes:
              model.shop.orders:
                columns:
                  is_paid: {name: is_paid, type: BOOLEAN, index: 1}

    To do:
        Rename the column, or cast it.
    """
    table = catalog.nodes.get(relation.node.unique_id)
    if table is None:
        return
    typed = {name.lower() for name, column in (relation.node.columns or {}).items() if column.data_type}
    for column in table.columns.values():
        if column.name.lower() in typed:
            continue
        key = column.name.lower()
        for one, message in broken(column.name, column.type, relation.project.adapter, conventions):
            yield relation.raised(f"has the column {column.name}, which {message}", key=f"{key} {one.name}")
        if forbidden(column.type, relation.project.adapter, types):
            yield relation.raised(f"has the column {column.name} as {column.type}, which is not allowed", key=key)
