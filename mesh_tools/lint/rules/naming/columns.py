"""Names and types of columns, as the YAML has them."""

from __future__ import annotations

from collections.abc import Mapping

from mesh_tools.lint.matching import by_path, is_wholly
from mesh_tools.lint.regexes import Regex
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.rules.naming.type_names import CONVENTIONS, Convention, broken, forbidden
from mesh_tools.lint.subjects import Column, Seed, Snapshot

SNAKE_CASE = "[a-z][a-z0-9_]*"


@rule("NAM004", "column-name-pattern", severity="warn", tier="strict")
def column_name_pattern(relation: Column | Seed | Snapshot, *, patterns: Mapping[str, Regex] | None = None) -> Found:
    """A column of a model, seed or snapshot is not called as columns are to be.

    Why:
        Names that need quotes, or are written now this way and now that, are misspelt in every query.

    Options:
        patterns: By glob of the file, relative to the project: a regular expression that the whole name matches. Of
            several globs the longest counts. Default: lower case, with underscores.

    Bad:
        models/orders.yml:
            models:
              - name: orders
                columns:
                  - name: order_id
                  - name: orderDate  # NAM004
        models/orders.sql:
            select 1 as order_id, 2 as "orderDate"

    Good:
        models/orders.yml:
            models:
              - name: orders
                columns:
                  - name: order_id
                  - name: order_date
        models/orders.sql:
            select 1 as order_id, 2 as order_date

    To do:
        Rename the column; of a public model in a new version.
    """
    pattern = SNAKE_CASE if patterns is None else by_path(relation.path, patterns)
    if pattern is None:
        return
    if isinstance(relation, Column):
        if not is_wholly(pattern, relation.name):
            yield relation.raised(f"has a name that does not match '{pattern}'", "name")
        return
    for name in relation.node.columns or {}:
        if not is_wholly(pattern, name):
            yield relation.raised(
                f"has the column {name}, which does not match '{pattern}'", ("columns", name), key=name
            )


@rule("NAM005", "column-name-and-type", severity="warn", tier="strict")
def column_name_and_type(column: Column, *, conventions: tuple[Convention, ...] = CONVENTIONS) -> Found:
    """The name of a column promises another type than it has.

    Booleans begin with `is_`, `has_`, `was_`, ...; `_date` is a date; `_at`, `_utc` and `_timestamp` are timestamps.

    Why:
        Readers take a column for what its name says, and write conditions that fail, or worse, do not.

    Options:
        conventions: Each with `name`, a regular expression of whole names, `types`, and `holds`: `name_to_type` (what
            is called so is of these types), `type_to_name` (what is of these types is called so), or `both`.

    Bad:
        models/orders.yml:
            models:
              - name: orders
                columns:
                  - name: is_paid
                    data_type: integer  # NAM005
                  - name: cancelled
                    data_type: boolean  # NAM005
                  - name: order_date
                    data_type: varchar  # NAM005
        models/orders.sql:
            select 1 as is_paid, true as cancelled, '2026-01-01' as order_date

    Good:
        models/orders.yml:
            models:
              - name: orders
                columns:
                  - {name: is_paid, data_type: bool}
                  - {name: order_date, data_type: date}
                  - {name: ordered_at, data_type: timestamptz}
        models/orders.sql:
            select true as is_paid, date '2026-01-01' as order_date

    To do:
        Rename the column, or give it the type; of a public model in a new version.
    """
    written = column.node.data_type
    if written:
        for one, message in broken(column.name, written, column.model.project.adapter, conventions):
            yield column.raised(message, "data_type", key=one.name)


@rule("NAM006", "column-type-not-allowed", severity="warn", tier="opt-in")
def column_type_not_allowed(column: Column, *, types: tuple[str, ...]) -> Found:
    """A column has a type that the policy does not allow.

    Why:
        Types such as `float` for money, `char(n)` or `json` make trouble for everybody who reads them.

    Options:
        types: SQL types that no column has; without its arguments a type means all of that name.

    Bad:
        mesh.yml:
            lint: {rules: {NAM006: {types: [float, json]}}}
        models/orders.yml:
            models:
              - name: orders
                columns:
                  - name: total_price
                    data_type: float4  # NAM006
        models/orders.sql:
            select 1.5 as total_price

    Good:
        mesh.yml:
            lint: {rules: {NAM006: {types: [float, json]}}}
        models/orders.yml:
            models:
              - name: orders
                columns: [{name: total_price, data_type: "decimal(12, 2)"}]
        models/orders.sql:
            select 1.5 as total_price

    To do:
        Choose another type; of a public model in a new version.
    """
    written = column.node.data_type
    if written and forbidden(written, column.model.project.adapter, types):
        yield column.raised(f"is {written}, which is not allowed", "data_type")
