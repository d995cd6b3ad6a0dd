"""Descriptions that do not fit: to the warehouse, to each other, to what a column is made of."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Literal

from mesh_tools.artifacts.manifest import ColumnNode
from mesh_tools.lint.fixes.fix import SetKey
from mesh_tools.lint.places import YamlPlace
from mesh_tools.lint.regexes import Regex
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Catalog, Lineage
from mesh_tools.lint.subjects import Model, Project, Seed, Snapshot, Source
from mesh_tools.lint.subjects.project import text_of

_WithColumns = Literal["model", "source", "seed", "snapshot"]


@rule("DOC003", "columns-not-declared", severity="info", tier="strict")
def columns_not_declared(
    resource: Model | Source | Seed | Snapshot,
    catalog: Catalog,
    *,
    types: tuple[_WithColumns, ...] = ("model", "source", "seed"),
    gone: bool = True,
) -> Found:
    """The YAML does not name the columns that the warehouse has.

    Why:
        A column that nobody named has no description, no test and no type; one that is only in the YAML promises what
        is not there.

    Options:
        types: Of `model`, `source`, `seed`, `snapshot`.
        gone: Whether columns that are in the YAML alone are told, too.

    Bad:
        models/stg_orders.yml:
            models:
              - name: stg_orders
                columns:  # DOC003
                  - name: order_id
                  - name: state  # DOC003
        models/stg_orders.sql:
            select 1 as order_id, 'paid' as status
        catalog.json:
            nodes:
              model.shop.stg_orders:
                columns:
                  order_id: {name: order_id, type: INTEGER, index: 1}
                  status: {name: status, type: VARCHAR, index: 2}

    Good:
        models/stg_orders.yml:
            models:
              - name: stg_orders
                columns:
                  - name: order_id
                  - name: status
        models/stg_orders.sql:
            select 1 as order_id, 'paid' as status
        catalog.json:
            nodes:
              model.shop.stg_orders:
                columns:
                  ORDER_ID: {name: ORDER_ID, type: INTEGER, index: 1}
                  STATUS: {name: STATUS, type: VARCHAR, index: 2}

    To do:
        Name the columns under `columns`, or take those away that are gone. A resource whose YAML names no column at
        all is left alone.
    """
    table = catalog.nodes.get(resource.node.unique_id)
    written = {name.lower(): name for name in resource.node.columns or {}}
    if table is None or not written or resource.kind not in types:
        return
    actual = {name.lower(): name for name in table.columns}
    for name in actual.keys() - written.keys():
        yield resource.raised(f"has the column {actual[name]}, which its YAML does not name", "columns", key=name)
    for name in sorted(written.keys() - actual.keys()) if gone else ():
        message = f"names the column {written[name]}, which the warehouse does not have"
        yield resource.raised(message, ("columns", written[name]), key=name)


@rule("DOC004", "description-pattern", severity="info", tier="opt-in")
def description_pattern(model: Model, *, patterns: Mapping[str, Regex]) -> Found:
    """A model's description does not hold what those of its folder are to hold, such as an example query.

    Why:
        Where all products are described alike, readers know where to look.

    Options:
        patterns: By glob of the model's file, relative to the project: a regular expression that its description has.

    Bad:
        mesh.yml:
            lint: {rules: {DOC004: {patterns: {"models/marts/*": "Grain:"}}}}
        models/marts/orders.yml:
            models:
              - name: orders
                description: Orders.  # DOC004
        models/marts/orders.sql:
            select 1 as order_id

    Good:
        mesh.yml:
            lint: {rules: {DOC004: {patterns: {"models/marts/*": "Grain:"}}}}
        models/marts/orders.yml:
            models:
              - name: orders
                description: "Orders. Grain: one row for each order."
        models/marts/orders.sql:
            select 1 as order_id

    To do:
        Write what the pattern asks for.
    """
    for glob, pattern in patterns.items():
        if fnmatchcase(model.path, glob) and not re.search(pattern, model.description):
            yield model.raised(f"has a description without '{pattern}'", "description", key=glob)


@rule("DOC005", "column-descriptions-conflict", severity="info", tier="opt-in")
def column_descriptions_conflict(project: Project, *, ignore: tuple[str, ...] = (), min_models: int = 2) -> Found:
    """Columns of one name are described differently in models of one project.

    Why:
        The same name with two meanings is one of them wrong; the same meaning in two wordings makes readers look for
        the difference.

    Options:
        ignore: Names of columns that may differ.
        min_models: How many models the commonest description stands in before others conflict with it.

    Bad:
        models/models.yml:
            models:
              - name: a
                columns: [{name: status, description: State of the order.}]
              - name: b
                columns: [{name: status, description: State of the order.}]
              - name: c
                columns:
                  - name: status
                    description: State of the payment.  # DOC005
        models/a.sql:
            select 1 as status
        models/b.sql:
            select 1 as status
        models/c.sql:
            select 1 as status

    Good:
        models/models.yml:
            models:
              - name: a
                columns: [{name: status, description: State of the order.}]
              - name: b
                columns: [{name: status, description: State of the order.}]
              - name: c
                columns: [{name: payment_status, description: State of the payment.}]
        models/a.sql:
            select 1 as status
        models/b.sql:
            select 1 as status
        models/c.sql:
            select 1 as payment_status

    To do:
        Describe it in the same words, or give it another name.
    """
    described: defaultdict[str, list[tuple[Model, ColumnNode]]] = defaultdict(list)
    for model in project.models:
        for column in (model.node.columns or {}).values():
            if column.description and column.name not in ignore:
                described[column.name].append((model, column))
    for name, places in described.items():
        texts = Counter(_normal(column.description) for _, column in places)
        commonest, times = texts.most_common(1)[0]
        for model, column in places if len(texts) > 1 and times >= min_models else ():
            if _normal(column.description) != commonest:
                yield project.raised(
                    f"describes the column {name} of {model.name} otherwise than {times} other models do",
                    place=model.at(("columns", name), "description"),
                    key=f"{model.label}.{name}",
                )


@rule("DOC006", "column-description-not-inherited", severity="info", tier="opt-in")
def column_description_not_inherited(model: Model, lineage: Lineage) -> Found:
    """A column is a copy of a described one, and has no description of its own.

    Why:
        The words are there already, one model further up; dbt does not carry them over.

    Bad:
        compile:
            true
        models/models.yml:
            models:
              - name: stg_orders
                columns: [{name: order_id, description: Key of the order.}]
              - name: orders
                columns:
                  - name: order_id  # DOC006
        models/stg_orders.sql:
            select 1 as order_id
        models/orders.sql:
            select order_id from {{ ref('stg_orders') }}

    Good:
        compile:
            true
        models/models.yml:
            models:
              - name: stg_orders
                columns: [{name: order_id, description: Key of the order.}]
              - name: orders
                columns: [{name: order_id, description: Key of the order.}]
        models/stg_orders.sql:
            select 1 as order_id
        models/orders.sql:
            select order_id from {{ ref('stg_orders') }}

    To do:
        Copy the description; `mesh lint --fix` does it.
    """
    traced = lineage.models.get(model.node.unique_id)
    if traced is None:
        return
    for column in (model.node.columns or {}).values():
        if text_of(column.description):
            continue
        edges = traced.columns.get(column.name, traced.columns.get(column.name.lower(), ()))
        if len(edges) == 1 and edges[0].kind == "pass":
            text = _description_of(model.project, edges[0].node, edges[0].column)
            place = model.at(("columns", column.name))
            if text and isinstance(place, YamlPlace):
                yield model.raised(
                    f"has the column {column.name} without a description; {edges[0].node.split('.', 1)[1]} has one",
                    ("columns", column.name),
                    key=column.name,
                    fix=SetKey(place=place, steps=("description",), value=text),
                )


def _description_of(project: Project, unique_id: str, column: str) -> str:
    node = project.resources.get(unique_id)
    columns: Iterator[ColumnNode] = iter((getattr(node, "columns", None) or {}).values())
    return next((text_of(one.description) for one in columns if one.name.lower() == column.lower()), "")


def _normal(text: str | None) -> str:
    return " ".join((text or "").lower().split()).rstrip(".")
