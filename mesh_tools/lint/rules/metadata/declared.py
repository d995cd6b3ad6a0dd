"""Contracts, constraints, types and versions that are declared, or not."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Literal

from mesh_tools.errors import MeshError
from mesh_tools.lint.fixes.column_types import seed_type_fix, type_fix
from mesh_tools.lint.places import YamlPlace
from mesh_tools.lint.places.resolve import best_keys
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Catalog, Files, Lineage
from mesh_tools.lint.subjects import Column, Model, Seed
from mesh_tools.mesh.yaml_file import YamlFile


@rule("MET010", "contract-missing", severity="warn", tier="opt-in")
def contract_missing(model: Model, *, paths: tuple[str, ...]) -> Found:
    """A model that is not public, but lies where all models are to, enforces no contract.

    Public models are PUB001.

    Why:
        Whatever reads the model within the project builds on its columns and types, too.

    Options:
        paths: Globs of files, relative to the project.

    Bad:
        mesh.yml:
            lint: {rules: {MET010: {paths: ["models/marts/*"]}}}
        models/marts/orders.yml:
            models:
              - name: orders  # MET010
        models/marts/orders.sql:
            select 1 as order_id

    Good:
        mesh.yml:
            lint: {rules: {MET010: {paths: ["models/marts/*"]}}}
        models/marts/orders.yml:
            models:
              - name: orders
                config: {contract: {enforced: true}}
                columns:
                  - {name: order_id, data_type: integer}
        models/marts/orders.sql:
            select 1 as order_id

    To do:
        Give every column a `data_type`, and set `contract: {enforced: true}` under `config`.
    """
    if model.is_public or model.node.contract_enforced or model.materialized == "ephemeral":
        return
    if any(fnmatchcase(model.path, path) for path in paths):
        yield model.raised("enforces no contract", "config", "contract")


@rule("MET011", "constraint-missing", severity="warn", tier="opt-in")
def constraint_missing(
    model: Model,
    *,
    required: tuple[str, ...],
    materializations: tuple[str, ...] = ("table", "incremental"),
    paths: tuple[str, ...] = ("*",),
) -> Found:
    """A model lacks a constraint that models of its kind are to have, on itself or on a column.

    Why:
        A constraint says what holds, to readers and to the optimiser of the warehouse, and many warehouses see to it.

    Options:
        required: Kinds of constraints, such as `primary_key`; `primary_key|unique` means either.
        materializations: The models concerned: a view has no constraints.
        paths: Globs of files, relative to the project.

    Bad:
        mesh.yml:
            lint: {rules: {MET011: {required: [primary_key]}}}
        models/orders.yml:
            models:
              - name: orders  # MET011
                config: {materialized: table}
                columns:
                  - {name: order_id, data_type: integer, constraints: [{type: not_null}]}
        models/orders.sql:
            select 1 as order_id

    Good:
        mesh.yml:
            lint: {rules: {MET011: {required: [primary_key]}}}
        models/orders.yml:
            models:
              - name: orders
                config: {materialized: table}
                columns:
                  - {name: order_id, data_type: integer, constraints: [{type: primary_key}]}
        models/orders.sql:
            select 1 as order_id

    To do:
        Write it under `constraints` of the model or the column. dbt applies it where the contract is enforced.
    """
    if model.materialized not in materializations or not any(fnmatchcase(model.path, path) for path in paths):
        return
    found = {constraint.type for constraint in model.node.constraints or ()}
    for column in (model.node.columns or {}).values():
        found.update(constraint.type for constraint in column.constraints or ())
    for wanted in required:
        if found.isdisjoint(wanted.split("|")):
            yield model.raised(f"has no constraint {wanted.replace('|', ' or ')}", "constraints", key=wanted)


@rule("MET012", "column-type-not-declared", severity="warn", tier="strict")
def column_type_not_declared(
    resource: Column | Seed,
    catalog: Catalog | None,
    lineage: Lineage | None,
    *,
    types: tuple[Literal["public", "model", "seed"], ...] = ("public",),
) -> Found:
    """The YAML does not say the type of a column of a public model.

    Why:
        Consumers learn the type from the product's interface. Without it they find out from the data, until that
        changes.

    Options:
        types: Whose columns: of `public` models, every `model`, every `seed`. Of a seed `column_types` counts, too.

    Bad:
        models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns:
                  - {name: order_id, data_type: integer}
                  - name: ordered_at  # MET012
        models/orders.sql:
            select 1 as order_id, current_timestamp as ordered_at

    Good:
        models/orders.yml:
            models:
              - name: orders
                config: {access: public}
                columns:
                  - {name: order_id, data_type: integer}
              - name: returns
                columns:
                  - name: order_id
        models/orders.sql:
            select 1 as order_id
        models/returns.sql:
            select 1 as order_id

    To do:
        Write its `data_type`. `mesh lint --fix` writes the one that the catalog (`dbt docs generate`) has, or the one
        that a contract of the project enforces for the column that it is a copy of.
    """
    if isinstance(resource, Column):
        wanted = "model" in types or ("public" in types and resource.model.is_public)
        if wanted and not resource.node.data_type:
            yield resource.raised("has no data_type", "data_type", fix=type_fix(resource, catalog, lineage))
    elif "seed" in types:
        configured = resource.node.all_config.get("column_types") or {}
        for name, column in (resource.node.columns or {}).items():
            if not column.data_type and name not in configured:
                fix = seed_type_fix(resource, name, catalog)
                yield resource.raised(f"does not say the type of {name}", ("columns", name), key=name, fix=fix)


@rule("MET013", "latest-version-missing", severity="warn", tier="recommended")
def latest_version_missing(model: Model, files: Files) -> Found:
    """The YAML of a model with versions does not say which is the latest.

    Why:
        dbt then takes the highest: the day on which a preview of the next version is added, every ref without version
        follows it.

    Bad:
        models/orders.yml:
            models:
              - name: orders  # MET013
                versions:
                  - v: 1
                  - v: 2
        models/orders_v1.sql:
            select 1 as order_id
        models/orders_v2.sql:
            select 1 as order_id

    Good:
        models/orders.yml:
            models:
              - name: orders
                latest_version: 1
                versions:
                  - v: 1
                  - v: 2
        models/orders_v1.sql:
            select 1 as order_id
        models/orders_v2.sql:
            select 1 as order_id

    To do:
        Write `latest_version` under the model.
    """
    place = model.place
    is_latest = model.version is not None and str(model.version) == str(model.node.latest_version)
    if not is_latest or not isinstance(place, YamlPlace):
        return
    entry = YamlPlace(file=place.file, steps=place.steps[:1])
    yaml = model.project.once(("MET013", place.file), lambda: _read(files, place.file))
    if yaml is not None and not best_keys(yaml.value, entry.below("latest_version"))[1]:
        yield model.raised("does not say which of its versions is the latest", place=entry)


def _read(files: Files, file: str) -> YamlFile | None:
    try:
        return YamlFile.read(files.root / file)
    except MeshError:  # gone, or broken since dbt has read it
        return None
