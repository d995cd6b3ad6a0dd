"""Meta, labels and configuration that a policy asks for."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from mesh_tools.lint.matching import meta_at
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.rules.metadata.required import Criteria, Keys, unfulfilled, wrong_keys
from mesh_tools.lint.services import Lineage
from mesh_tools.lint.subjects import (
    Column,
    Exposure,
    Group,
    Macro,
    Model,
    Seed,
    Semantic,
    Snapshot,
    Source,
    Test,
)


@rule("MET001", "required-meta", severity="warn", tier="opt-in")
def required_meta(
    resource: Column | Exposure | Group | Macro | Model | Seed | Semantic | Snapshot | Source | Test,
    *,
    required: Mapping[str, Keys],
    criteria: Criteria = "all",
    extra: bool = True,
) -> Found:
    """A resource has no key of `meta` that those of its kind are to have, or another value than it may have.

    Why:
        Catalogues, alerts and bills go by these keys; what lacks them belongs to nobody.

    Options:
        required: By kind (`model`, `public` for public models, `column` and `public_column`, `source`, `seed`,
            `snapshot`, `exposure`, `macro`, `test`, `group`, `semantic`): keys, which may lead below others
            (`owner.team`); or keys, each with the values that it may have.
        criteria: Whether `all` of them must be there, `any`, or exactly `one`.
        extra: Whether there may be keys that are not listed. `mesh` is the mesh's own.

    Bad:
        mesh.yml:
            lint: {rules: {MET001: {required: {model: {owner.team: [], tier: [gold, silver]}}}}}
        models/orders.yml:
            models:
              - name: orders
                config:
                  meta:
                    owner:  # MET001
                      name: Sales
                    tier: bronze  # MET001
        models/orders.sql:
            select 1 as order_id

    Good:
        mesh.yml:
            lint: {rules: {MET001: {required: {model: {owner.team: [], tier: [gold, silver]}}}}}
        models/orders.yml:
            models:
              - name: orders
                config: {meta: {owner: {team: sales}, tier: gold}}
        models/orders.sql:
            select 1 as order_id

    To do:
        Write the key into the `meta` of its `config`.
    """
    kind = resource.kind
    keys = required.get(kind)
    if "public" in required and isinstance(resource, Model) and resource.is_public:
        keys = required["public"]
    elif "public_column" in required and isinstance(resource, Column) and resource.model.is_public:
        keys = required["public_column"]
    if keys is None:
        return
    meta = resource.meta
    wrong = dict(wrong_keys(meta, keys))
    if criteria == "all":
        for key, message in wrong.items():
            yield resource.raised(f"{message} in its meta", "config", "meta", *key.split("."), key=key)
    elif told := unfulfilled(criteria, tuple(keys), wrong):
        yield resource.raised(f"has {told} in its meta", "config", "meta")
    known = {key.partition(".")[0] for key in keys} | {"mesh"}
    for name in () if extra else [name for name in meta if name not in known]:
        yield resource.raised(f"has {name} in its meta, which is not among the keys", "config", "meta", name, key=name)


@rule("MET002", "required-labels", severity="warn", tier="opt-in")
def required_labels(
    resource: Model | Source, *, keys: Mapping[str, tuple[str, ...]], criteria: Criteria = "all", extra: bool = True
) -> Found:
    """A model or source has no label that all are to have, or another value than it may have.

    Why:
        The warehouse's bill is split by labels.

    Options:
        keys: Labels under `config.labels`, each with the values that it may have, none for any: `{cost_centre: []}`.
        criteria: Whether `all` of them must be there, `any`, or exactly `one`.
        extra: Whether there may be labels that are not listed.

    Bad:
        mesh.yml:
            lint: {rules: {MET002: {keys: {cost_centre: [sales, logistics]}}}}
        models/orders.yml:
            models:
              - name: orders
                config:
                  labels:
                    cost_centre: finance  # MET002
        models/orders.sql:
            select 1 as order_id

    Good:
        mesh.yml:
            lint: {rules: {MET002: {keys: {cost_centre: [sales, logistics]}}}}
        models/orders.yml:
            models:
              - name: orders
                config: {labels: {cost_centre: sales}}
        models/orders.sql:
            select 1 as order_id

    To do:
        Set the label, best for the whole folder in dbt_project.yml.
    """
    written = resource.node.all_config.get("labels")
    labels = written if isinstance(written, dict) else {}
    wrong = dict(wrong_keys(labels, keys))
    if criteria == "all":
        for key, message in wrong.items():
            yield resource.raised(f"{message} among its labels", "config", "labels", key, key=key)
    elif told := unfulfilled(criteria, tuple(keys), wrong):
        yield resource.raised(f"has {told} among its labels", "config", "labels")
    for name in () if extra else [name for name in labels if name not in keys]:
        yield resource.raised(f"has the label {name}, which is not among the keys", "config", "labels", name, key=name)


@rule("MET007", "column-meta-not-inherited", severity="info", tier="opt-in")
def column_meta_not_inherited(model: Model, lineage: Lineage, *, keys: tuple[str, ...]) -> Found:
    """A described column hands on the values of another, and not what the `meta` of that says of them.

    Why:
        A unit, an owner or a classification holds for the values, wherever they are.

    Options:
        keys: Keys of a column's `meta`, which may lead below others (`mesh.unit`).

    Bad:
        compile:
        mesh.yml:
            lint: {rules: {MET007: {keys: [mesh.unit]}}}
        models/parcels.yml:
            models:
              - name: weighed
                columns:
                  - {name: weight, config: {meta: {mesh: {unit: kg}}}}
              - name: parcels
                columns:
                  - name: net_weight  # MET007
        models/weighed.sql:
            select 1 as weight
        models/parcels.sql:
            select weight as net_weight from {{ ref('weighed') }}

    Good:
        compile:
        mesh.yml:
            lint: {rules: {MET007: {keys: [mesh.unit]}}}
        models/parcels.yml:
            models:
              - name: weighed
                columns:
                  - {name: weight, config: {meta: {mesh: {unit: kg}}}}
              - name: parcels
                columns:
                  - {name: net_weight, config: {meta: {mesh: {unit: kg}}}}
                  - {name: net_weight_g}
        models/weighed.sql:
            select 1 as weight
        models/parcels.sql:
            select weight as net_weight, weight * 1000 as net_weight_g from {{ ref('weighed') }}

    To do:
        Write the same into the column's `meta`, or compute something new and say what it is.
    """
    traced = lineage.models.get(model.node.unique_id) if model.node.columns else None
    if traced is None:
        return
    edges = {name.lower(): found for name, found in traced.columns.items()}
    for column in model.columns:
        sources = [edge for edge in edges.get(column.name.lower(), ()) if edge.kind in {"pass", "rename"}]
        if len(sources) != 1:
            continue  # of several, such as in a union, none is the one that counts
        above = _meta_above(model, sources[0].node, sources[0].column)
        for key in keys:
            value = meta_at(above, key)
            if value is not None and meta_at(column.meta, key) != value:
                origin = f"{sources[0].node.split('.', 1)[1]}.{sources[0].column}"
                message = f"has not the {key} '{value}' of {origin}, whose values it holds"
                yield column.raised(message, "config", "meta", *key.split("."), key=f"{column.name.lower()} {key}")


def _meta_above(model: Model, unique_id: str, column: str) -> Mapping[str, object]:
    node = model.project.resources.get(unique_id)
    written = getattr(node, "columns", None) or {}
    found = next((one for name, one in written.items() if name.lower() == column.lower()), None)
    if found is None:
        return {}
    return (found.config.meta if found.config else None) or found.meta or {}


@rule("MET014", "required-config", severity="warn", tier="opt-in")
def required_config(resource: Model | Seed | Snapshot, *, required: Mapping[str, Keys]) -> Found:
    """A model, seed or snapshot lacks a configuration that those of its folder are to have, or has another value.

    Why:
        What holds for a folder (a partition, a query tag, a grant) is forgotten in the one file that overrides it.

    Options:
        required: By glob of the file, relative to the project: keys of `config`, which may lead below others
            (`docs.node_color`); or keys, each with the values that it may have. All globs that match count.

    Bad:
        mesh.yml:
            lint: {rules: {MET014: {required: {"models/marts/*": {on_schema_change: [fail]}}}}}
        models/marts/orders.yml:
            models:
              - name: orders
                config:
                  materialized: incremental
                  on_schema_change: ignore  # MET014
        models/marts/orders.sql:
            select 1 as order_id

    Good:
        mesh.yml:
            lint: {rules: {MET014: {required: {"models/marts/*": {on_schema_change: [fail]}}}}}
        models/marts/orders.yml:
            models:
              - name: orders
                config: {materialized: incremental, on_schema_change: fail}
        models/marts/orders.sql:
            select 1 as order_id

    To do:
        Set it for the folder in dbt_project.yml, and take it away from the file.
    """
    for glob, keys in required.items():
        if fnmatchcase(resource.path, glob):
            for key, message in wrong_keys(resource.node.all_config, keys):
                yield resource.raised(f"{message} in its config", "config", *key.split("."), key=key)
