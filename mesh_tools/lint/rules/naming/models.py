"""Names of models, of their versions and of their relations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from mesh_tools.lint.layers import DEFAULT_LAYERS, Layers, folder_layer, name_layer
from mesh_tools.lint.matching import by_path, is_wholly
from mesh_tools.lint.regexes import Regex
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Catalog
from mesh_tools.lint.subjects import Model, Seed, Snapshot, Source

_PREFIXED = ("staging", "intermediate")


@rule("NAM001", "model-name-pattern", severity="warn", tier="strict")
def model_name_pattern(
    model: Model, *, patterns: Mapping[str, Regex] | None = None, layers: Layers | None = None
) -> Found:
    """A model is not called as the models of its folder are.

    Unless patterns are set: a staging model's name begins with `stg_` or `base_`, an intermediate model's with `int_`.
    A name that says another layer than the folder is DIR001.

    Why:
        The name tells a reader what a model is for, wherever it is read.

    Options:
        patterns: By glob of the model's file, relative to the project: a regular expression that its whole name
            matches, without the version. Of several globs the longest counts.
        layers: By layer: names of folders, and beginnings of names, which end with `_`. Default: those of dbt Labs.

    Bad:
        models/staging/receipts.sql:
            select 1 as receipt_id  -- NAM001

    Good:
        models/staging/stg_till__receipts.sql:
            select 1 as receipt_id
        models/marts/receipts.sql:
            select 1 as receipt_id

    To do:
        Rename the file, and the model where it is described and read.
    """
    if patterns is not None:
        pattern = by_path(model.path, patterns)
        if pattern is not None and not is_wholly(pattern, model.name):
            yield model.raised(f"has a name that does not match '{pattern}'", place=model.code)
        return
    layer = folder_layer(model.path, layers)
    if layer in _PREFIXED and name_layer(model.name, layers) is None:
        words = [word for word in (layers or DEFAULT_LAYERS)[layer] if word.endswith("_")]
        if words:
            yield model.raised(f"lies in {layer}, but its name begins with no {' or '.join(words)}", place=model.code)


@rule("NAM002", "model-alias", severity="warn", tier="strict")
def model_alias(model: Model, *, pattern: Regex = "[a-z][a-z0-9_]*", explicit: bool = False) -> Found:
    """The relation of a model is not called as relations are to be.

    Why:
        A name that needs quotes, or that nobody chose, has to be looked up by everybody who queries the warehouse.

    Options:
        pattern: A regular expression that the whole alias matches.
        explicit: Whether every model must set `alias`.

    Bad:
        models/orders.yml:
            models:
              - name: orders
                config:
                  alias: Orders 2026  # NAM002
        models/orders.sql:
            select 1 as order_id

    Good:
        models/orders.yml:
            models:
              - name: orders
                config: {alias: orders_2026}
        models/orders.sql:
            select 1 as order_id

    To do:
        Set another `alias` under `config`, or none.
    """
    alias = model.node.alias or model.name
    if explicit and not model.node.all_config.get("alias"):
        yield model.raised("sets no alias", "config", "alias", key="explicit")
    elif not is_wholly(pattern, alias):
        yield model.raised(f"lies in a relation called '{alias}', which does not match '{pattern}'", "config", "alias")


@rule("NAM003", "model-schema-pattern", severity="warn", tier="opt-in")
def model_schema_pattern(model: Model, *, patterns: Mapping[str, Regex]) -> Found:
    """A model lies in a schema that is not for models of its folder.

    Why:
        Who may read what is granted by schema: a model in the wrong one is seen by the wrong people.

    Options:
        patterns: By glob of the model's file, relative to the project: a regular expression that the whole name of the
            schema matches. Of several globs the longest counts.

    Bad:
        mesh.yml:
            lint: {rules: {NAM003: {patterns: {"models/marts/*": "(.*_)?marts"}}}}
        models/marts/orders.yml:
            models:
              - name: orders
                config:
                  schema: reports  # NAM003
        models/marts/orders.sql:
            select 1 as order_id

    Good:
        mesh.yml:
            lint: {rules: {NAM003: {patterns: {"models/marts/*": "(.*_)?marts"}}}}
        models/marts/orders.yml:
            models:
              - name: orders
                config: {schema: marts}
        models/marts/orders.sql:
            select 1 as order_id

    To do:
        Set `schema` for the folder in dbt_project.yml, and nowhere else.
    """
    pattern = by_path(model.path, patterns)
    schema = model.node.schema
    # What is ephemeral lies nowhere, though the manifest has a schema for it.
    if pattern is not None and schema and model.materialized != "ephemeral" and not is_wholly(pattern, schema):
        yield model.raised(f"lies in the schema {schema}, which does not match '{pattern}'", "config", "schema")


@rule("NAM008", "version-pattern", severity="warn", tier="strict")
def version_pattern(model: Model, *, pattern: Regex = "[0-9]+") -> Found:
    """A version of a model is not called as versions are to be.

    Why:
        Consumers pin it, and ask which of two is newer: with whole numbers everybody knows.

    Options:
        pattern: A regular expression that the whole version matches.

    Bad:
        models/orders.yml:
            models:
              - name: orders
                latest_version: 1
                versions:
                  - v: 1
                  - v: next  # NAM008
        models/orders_v1.sql:
            select 1 as order_id
        models/orders_vnext.sql:
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
        Name it by the next whole number.
    """
    if model.version is not None and not is_wholly(pattern, str(model.version)):
        yield model.raised(f"has the version '{model.version}', which does not match '{pattern}'", "v")


@rule("NAM009", "relation-casing-differs", severity="warn", tier="strict")
def relation_casing_differs(relation: Model | Seed | Snapshot | Source, catalog: Catalog) -> Found:
    """The warehouse writes a database, schema or relation in another case than dbt does.

    Why:
        dbt looks names up in the warehouse's catalog: written otherwise it does not find the relation, and builds it
        anew, or leaves its documentation empty.

    Bad:
        models/sources.yml:
            sources:
              - name: till
                schema: Till
                tables:
                  - name: receipts  # NAM009
        catalog.json:
            sources:
              source.shop.till.receipts:
                metadata: {type: BASE TABLE, database: memory, schema: TILL, name: receipts}
                columns: {}

    Good:
        models/sources.yml:
            sources:
              - name: till
                schema: TILL
                tables: [{name: receipts}]
        catalog.json:
            sources:
              source.shop.till.receipts:
                metadata: {type: BASE TABLE, database: memory, schema: TILL, name: receipts}
                columns: {}

    To do:
        Write the name as the warehouse has it.
    """
    node = relation.node
    table = catalog.nodes.get(node.unique_id)
    if table is None or table.metadata is None:
        return
    identifier = relation.node.identifier if isinstance(relation, Source) else relation.node.alias
    actual = table.metadata
    pairs = {
        "database": (node.database, actual.database),
        "schema": (node.schema, actual.schema),
        "relation": (identifier, actual.name),
    }
    for what, (ours, theirs) in pairs.items():
        if ours and theirs and ours != theirs and ours.lower() == theirs.lower():
            yield relation.raised(f"names the {what} '{ours}', which the warehouse calls '{theirs}'", key=what)


@rule("NAM012", "version-file-name", severity="info", tier="strict")
def version_file_name(model: Model) -> Found:
    """The file of a model's version is not called by the model and the version.

    Why:
        A reader looks for version 2 of `orders` in `orders_v2.sql`.

    Bad:
        models/orders.yml:
            models:
              - name: orders
                versions:
                  - v: 1
                    defined_in: orders_old  # NAM012
                  - v: 2
        models/orders_old.sql:
            select 1 as order_id
        models/orders_v2.sql:
            select 1 as order_id

    Good:
        models/orders.yml:
            models:
              - name: orders
                latest_version: 2
                versions:
                  - v: 1
                  - v: 2
                    defined_in: orders
        models/orders_v1.sql:
            select 1 as order_id
        models/orders.sql:
            select 1 as order_id

    To do:
        Rename the file to `MODEL_vVERSION`, and take `defined_in` away. The latest version may be called by the model
        alone.
    """
    v = model.version
    if v is None:
        return
    stem = PurePosixPath(model.path).stem
    names = {f"{model.name}_v{v}", f"{model.name}_v{str(v).replace('.', '_')}"}
    if str(model.node.latest_version) == str(v):
        names.add(model.name)
    if stem not in names:
        yield model.raised(f"is defined in {PurePosixPath(model.path).name}", "defined_in")
