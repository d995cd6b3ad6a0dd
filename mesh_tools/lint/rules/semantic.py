"""SEM: the semantic layer, which people ask who have never seen the models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from mesh_tools.artifacts.manifest import ModelNode
from mesh_tools.lint.matching import meta_at
from mesh_tools.lint.places import Step
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.subjects import Semantic

_Kind = Literal["semantic_model", "entity", "dimension", "measure", "metric", "saved_query"]

_KINDS: Mapping[str, _Kind] = {
    "semantic_models": "semantic_model",
    "metrics": "metric",
    "saved_queries": "saved_query",
}
_PARTS: Mapping[_Kind, str] = {"entity": "entities", "dimension": "dimensions", "measure": "measures"}


@rule("SEM001", "semantic-model-on-non-public-model", severity="warn", tier="strict")
def semantic_model_on_non_public_model(semantic: Semantic) -> Found:
    """A semantic model is made of a model that is not public.

    Why:
        What the semantic layer serves goes to anybody, past `access`: such a model is published without the promises
        of a product.

    Bad:
        models/days.sql:
            select date '2026-01-01' as day
        models/days.yml:
            models:
              - name: days
                time_spine: {standard_granularity_column: day}
                columns: [{name: day, granularity: day}]
        models/orders.sql:
            select 1 as order_id
        models/orders.yml:
            semantic_models:
              - name: orders
                model: ref('orders')  # SEM001
                entities: [{name: order_id, type: primary}]

    Good:
        models/days.sql:
            select date '2026-01-01' as day
        models/days.yml:
            models:
              - name: days
                time_spine: {standard_granularity_column: day}
                columns: [{name: day, granularity: day}]
        models/orders.sql:
            select 1 as order_id
        models/orders.yml:
            models:
              - name: orders
                config: {access: public}
            semantic_models:
              - name: orders
                model: ref('orders')
                entities: [{name: order_id, type: primary}]

    To do:
        Make the model a product (`access: public`, with a contract), or build the semantic model on one.
    """
    if semantic.section != "semantic_models":
        return
    for parent in semantic.parents:
        if isinstance(parent, ModelNode) and parent.access != "public":
            message = f"is made of the model {parent.name}, which is {parent.access or 'protected'}"
            yield semantic.raised(message, "model", key=parent.unique_id)


@rule("SEM002", "semantic-required-fields", severity="warn", tier="opt-in")
def semantic_required_fields(semantic: Semantic, *, required: Mapping[_Kind, tuple[str, ...]]) -> Found:
    """Something of the semantic layer does not say what the policy wants of it.

    DOC008 asks for the descriptions of metrics, semantic models and saved queries.

    Why:
        Who picks a measure from a list in a dashboard has its label and its description, and nothing else.

    Options:
        required: By `semantic_model`, `entity`, `dimension`, `measure`, `metric`, `saved_query`: the keys that must be
            set, which may lead below others (`config.meta.unit`).

    Bad:
        mesh.yml:
            lint: {rules: {SEM002: {required: {measure: [description], metric: [config.meta.unit]}}}}
        models/days.sql:
            select date '2026-01-01' as day
        models/days.yml:
            models:
              - name: days
                time_spine: {standard_granularity_column: day}
                columns: [{name: day, granularity: day}]
        models/orders.sql:
            select 1 as order_id, date '2026-01-01' as ordered_on
        models/orders.yml:
            semantic_models:
              - name: orders
                model: ref('orders')
                defaults: {agg_time_dimension: ordered_on}
                entities: [{name: order_id, type: primary}]
                dimensions: [{name: ordered_on, type: time, type_params: {time_granularity: day}}]
                measures:
                  - {name: orders, expr: order_id, agg: count}  # SEM002
            metrics:
              - name: orders  # SEM002
                label: Orders
                type: simple
                type_params: {measure: orders}

    Good:
        mesh.yml:
            lint: {rules: {SEM002: {required: {measure: [description], metric: [config.meta.unit]}}}}
        models/days.sql:
            select date '2026-01-01' as day
        models/days.yml:
            models:
              - name: days
                time_spine: {standard_granularity_column: day}
                columns: [{name: day, granularity: day}]
        models/orders.sql:
            select 1 as order_id, date '2026-01-01' as ordered_on
        models/orders.yml:
            semantic_models:
              - name: orders
                model: ref('orders')
                defaults: {agg_time_dimension: ordered_on}
                entities: [{name: order_id, type: primary}]
                dimensions: [{name: ordered_on, type: time, type_params: {time_granularity: day}}]
                measures:
                  - {name: orders, description: Those that were returned count., expr: order_id, agg: count}
            metrics:
              - name: orders
                label: Orders
                config: {meta: {unit: orders}}
                type: simple
                type_params: {measure: orders}

    To do:
        Write what is missing.
    """
    for kind, entry, steps in _described(semantic, required):
        for key in required[kind]:
            if meta_at(entry, key) in (None, "", [], {}):
                name = entry.get("name")
                message = f"has the {kind} {name} without {key}" if steps else f"has no {key}"
                yield semantic.raised(message, *steps, *key.split("."), key=f"{kind} {name} {key}")


def _described(
    semantic: Semantic, wanted: Mapping[_Kind, tuple[str, ...]]
) -> Iterator[tuple[_Kind, Mapping[str, Any], tuple[Step, ...]]]:
    """It and its parts, as far as anything is wanted of them, and the way to each."""
    node = semantic.node
    kind = _KINDS[semantic.section]
    if kind in wanted:
        written = {name: getattr(node, name) for name in node.__struct_fields__}
        yield kind, {**written, "config": node.all_config}, ()
    for part, section in _PARTS.items():
        for entry in (getattr(node, section) or ()) if part in wanted else ():
            yield part, entry, ((section, str(entry.get("name"))),)
