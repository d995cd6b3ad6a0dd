"""Manifests as dbt writes them, as small as they can be, for meshes that are judged without running dbt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SCHEMA = "https://schemas.getdbt.com/dbt/manifest/v12.json"


def model(project: str, name: str, columns: Mapping[str, str], **fields: Any) -> dict[str, Any]:
    """A public table with an enforced contract; ``fields`` are the node's own, ``v`` its version."""
    v = fields.pop("v", None)
    versions = {} if v is None else {"version": v, "latest_version": fields.pop("latest", v)}
    key = name if v is None else f"{name}.v{v}"
    alias = key.replace(".", "_")
    return {
        "resource_type": "model",
        "unique_id": f"model.{project}.{key}",
        "name": name,
        "package_name": project,
        "path": f"{alias}.sql",
        "original_file_path": f"models/{alias}.sql",
        "access": "public",
        "database": project,
        "schema": "main",
        "alias": alias,
        "relation_name": f'"{project}"."main"."{alias}"',
        "columns": {column: {"name": column, "data_type": kind} for column, kind in columns.items()},
        "contract": {"enforced": True},
        "config": {"materialized": "table", "contract": {"enforced": True}},
        "language": "sql",
        "compiled_code": "select 1 as id",
        **versions,
        **fields,
    }


def reader(project: str, name: str, sql: str, *upstream: dict[str, Any]) -> dict[str, Any]:
    """A private view over products of other projects."""
    node = model(project, name, {}, access="protected", compiled_code=sql, contract={}, config={"materialized": "view"})
    return {**node, "depends_on": {"nodes": [product["unique_id"] for product in upstream]}}


def stub(product: dict[str, Any]) -> dict[str, Any]:
    """What stands for a product in a consumer's manifest."""
    return {**product, "tags": ["mesh_external"], "compiled_code": None}


def manifest(project: str, *nodes: dict[str, Any]) -> dict[str, Any]:
    """A manifest of ``project`` with these nodes."""
    metadata = {
        "dbt_schema_version": SCHEMA,
        "dbt_version": "1.11.0",
        "project_name": project,
        "adapter_type": "duckdb",
    }
    return {"metadata": metadata, "nodes": {node["unique_id"]: node for node in nodes}}


def write_manifest(folder: Path, project: str, *nodes: dict[str, Any]) -> Path:
    """Write a manifest where dbt would have left it: in the target folder of the project in ``folder``."""
    path = folder / "target" / "manifest.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(manifest(project, *nodes)), encoding="utf-8")
    return path
