"""Manifests of small projects, as dbt writes them once they are compiled, from a few words for each model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DATABASE = "memory"


def manifest_of(project: str, models: Mapping[str, Mapping[str, Any]], **more: Any) -> dict[str, Any]:
    """A manifest of dbt 1.11 for DuckDB.

    Args:
        project: Its name.
        models: By name (``flights.v2`` for a version). ``reads``: names, ``shop.orders.v1`` for another project's
            product; ``sql``: compiled, in which ``{orders}`` stands for the relation of what is read; any other key
            is the node's own. ``columns`` are names, or names with data types.
        more: Other keys of the manifest; ``exposures`` by name, as ``models``.
    """
    nodes: dict[str, Any] = {}
    for name, model in models.items():
        nodes |= _model(project, name, model)
    exposures = {
        f"exposure.{project}.{name}": {
            "resource_type": "exposure",
            "unique_id": f"exposure.{project}.{name}",
            "name": name,
            "package_name": project,
            **_edges(project, exposure.get("reads", ())),
            **{key: value for key, value in exposure.items() if key != "reads"},
        }
        for name, exposure in more.pop("exposures", {}).items()
    }
    metadata = {
        "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
        "dbt_version": "1.11.0",
        "project_name": project,
        "adapter_type": "duckdb",
    }
    return {"metadata": metadata, "nodes": nodes, "exposures": exposures, **more}


def write_manifest(path: Path, manifest: Mapping[str, Any]) -> Path:
    """Write a manifest, its folder too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(manifest))
    return path


def _model(project: str, key: str, model: Mapping[str, Any]) -> dict[str, Any]:
    reads = model.get("reads", ())
    own = {name: value for name, value in model.items() if name not in {"reads", "sql", "columns"}}
    node = {**_node(project, key, model.get("columns", ())), **_edges(project, reads), **own}
    if "sql" in model:
        names = {_parts(project, read)[1].replace(".", "_"): _relation(*_parts(project, read)) for read in reads}
        node["compiled_code"] = model["sql"].format(**names)
    found = {node["unique_id"]: node}
    for read in reads:
        owner, product = _parts(project, read)
        if owner != project:
            stub = _node(owner, product, model.get("stub_columns", {}).get(read, ()))
            contract = {"config": {"materialized": "table", "contract": {"enforced": bool(stub["columns"])}}}
            found[stub["unique_id"]] = {**stub, **contract, "access": "public", "tags": ["mesh_external"]}
    return found


def _node(project: str, key: str, columns: Any) -> dict[str, Any]:
    name, _, version = key.partition(".v")
    typed = columns if isinstance(columns, Mapping) else dict.fromkeys(columns)
    return {
        "resource_type": "model",
        "unique_id": f"model.{project}.{key}",
        "name": name,
        "package_name": project,
        "database": DATABASE,
        "schema": project,
        "alias": key.replace(".", "_"),
        "relation_name": _relation(project, key),
        "path": f"{key}.sql",
        "original_file_path": f"models/{key}.sql",
        "version": int(version) if version else None,
        "columns": {column: {"name": column, "data_type": kind} for column, kind in typed.items()},
        "language": "sql",
        "config": {"materialized": "table"},
    }


def _edges(project: str, reads: Any) -> dict[str, Any]:
    refs = []
    for read in reads:
        owner, key = _parts(project, read)
        name, _, version = key.partition(".v")
        refs.append({"name": name, "package": owner if owner != project else None, "version": version or None})
    keys = [f"model.{'.'.join(_parts(project, read))}" for read in reads]
    return {"depends_on": {"nodes": keys}, "refs": refs}


def _parts(project: str, read: str) -> tuple[str, str]:
    """The project and the key of what is read."""
    first, _, rest = read.partition(".")
    return (first, rest) if rest and not rest.startswith("v") else (project, read)


def _relation(project: str, key: str) -> str:
    return f'"{DATABASE}"."{project}"."{key.replace(".", "_")}"'
