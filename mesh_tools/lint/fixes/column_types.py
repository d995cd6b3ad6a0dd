"""Types of columns that are known for certain although the YAML does not say them, and what writes them there."""

from __future__ import annotations

import re
from collections import defaultdict

from mesh_tools.artifacts.catalog import CatalogTable
from mesh_tools.lint.fixes.fix import SetKey, Together
from mesh_tools.lint.places import YamlPlace
from mesh_tools.lint.services import Catalog, Lineage, Unavailable
from mesh_tools.lint.subjects import Column, Model, Seed

# Warehouses whose catalog says all of a type: one that leaves the length out would make another type of the column.
_EXACT = frozenset({"duckdb", "postgres", "redshift", "bigquery", "databricks", "spark"})
_EXACT_OF = {"snowflake": frozenset({"boolean", "date", "float", "variant"})}
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ ]*(\([0-9, ]+\))?( [A-Za-z ]+)?\Z")
_UNCHANGED = ("pass", "rename")


def contract_fix(model: Model, catalog: Catalog | None) -> SetKey | Together | None:
    """What gives a model an enforced contract; ``None`` where not all columns and types are certain."""
    place = model.place
    if model.node.language == "python" or model.materialized == "ephemeral" or not isinstance(place, YamlPlace):
        return None
    if not model.columns or not _has_just_these(model, catalog):
        return None
    types = [type_fix(column, catalog) for column in model.columns if not column.data_type]
    known = tuple(fix for fix in types if fix is not None)
    enforced = SetKey(place=place, steps=("config", "contract", "enforced"), value=True)
    if len(known) < len(types):
        return None
    return Together(fixes=(*known, enforced)) if known else enforced


def type_fix(column: Column, catalog: Catalog | None, lineage: Lineage | None = None) -> SetKey | None:
    """What writes the type of a column that has none; ``None`` where it is not certain."""
    place = column.place
    if not isinstance(place, YamlPlace):
        return None
    found = {_certain_type(model, column.name, catalog, lineage) for model in _sharing(column)}
    known = found.pop() if len(found) == 1 else None
    return SetKey(place=place, steps=("data_type",), value=known) if known else None


def seed_type_fix(seed: Seed, column: str, catalog: Catalog | None) -> SetKey | None:
    """The same of a column of a seed."""
    place = seed.at(("columns", column))
    known = _type_in(catalog, seed.node.unique_id, column, seed.project.adapter)
    return SetKey(place=place, steps=("data_type",), value=known) if known and isinstance(place, YamlPlace) else None


def _sharing(column: Column) -> list[Model]:
    """The versions of the model that have the column: one entry of the YAML may stand for it in all of them."""
    model = column.model
    if model.version is None:
        return [model]
    versions = model.project.once("versions of models", lambda: _versions(model.project.models))[model.name]
    named = column.name.lower()
    return [one for one in versions if any(each.name.lower() == named for each in one.columns)]


def _versions(models: tuple[Model, ...]) -> dict[str, list[Model]]:
    found: defaultdict[str, list[Model]] = defaultdict(list)
    for model in models:
        found[model.name].append(model)
    return found


def _certain_type(model: Model, column: str, catalog: Catalog | None, lineage: Lineage | None) -> str | None:
    known = _type_in(catalog, model.node.unique_id, column, model.project.adapter)
    return known or (_inherited(model, column, lineage) if lineage is not None else None)


def _type_in(catalog: Catalog | None, unique_id: str, column: str, adapter: str | None) -> str | None:
    table = catalog.nodes.get(unique_id) if catalog else None
    named = column.lower()
    found = {one.type for one in table.columns.values() if one.name.lower() == named} if table else set()
    return _written(found.pop(), adapter) if len(found) == 1 else None


def _written(data_type: str, adapter: str | None) -> str | None:
    """The type as people write it; ``None`` where the warehouse does not say all of it."""
    plain = data_type.lower() if _PLAIN.match(data_type) else data_type
    exact = adapter in _EXACT or plain in _EXACT_OF.get(adapter or "", ())
    return plain if exact and plain else None


def _inherited(model: Model, column: str, lineage: Lineage) -> str | None:
    """The type that an enforced contract of the project gives the column that this one is a copy of."""
    key, seen = model.node.unique_id, set()
    try:
        while (key, column) not in seen:
            seen.add((key, column))
            traced = lineage.models.get(key)
            edges = traced.columns.get(column, traced.columns.get(column.lower(), ())) if traced else ()
            if len(edges) != 1 or edges[0].kind not in _UNCHANGED:
                return None
            key, column = edges[0].node, edges[0].column
            upstream = model.project.models_by_id.get(key)
            if upstream is not None and upstream.node.contract_enforced:
                return lineage.types.get(key, {}).get(column)
    except Unavailable:
        pass
    return None


def _has_just_these(model: Model, catalog: Catalog | None) -> bool:
    """Whether the YAML has all columns of the relation, and no others, as far as anybody knows."""
    table = catalog.nodes.get(model.node.unique_id) if catalog else None
    return table is None or _names(table) == {column.name.lower() for column in model.columns}


def _names(table: CatalogTable) -> set[str]:
    """Of its columns; fields of records, which BigQuery lists beside them, are none."""
    return {column.name.lower() for column in table.columns.values() if "." not in column.name}
