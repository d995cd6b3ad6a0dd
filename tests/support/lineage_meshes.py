"""Compiled projects in memory, for lineage."""

from __future__ import annotations

import json
from typing import Any

from mesh_tools.artifacts.compiled import CompiledManifest, decode_compiled
from mesh_tools.errors import Location


class CompiledProject:
    """A dbt project as its manifest has it, after `dbt compile`."""

    def __init__(self, name: str, adapter: str = "duckdb") -> None:
        self.name = name
        self._adapter = adapter
        self._nodes: dict[str, Any] = {}
        self._sources: dict[str, Any] = {}

    def source(self, name: str, columns: tuple[str, ...] = (), relation: str | None = None) -> str:
        key = f"source.{self.name}.raw.{name}"
        self._sources[key] = {
            "unique_id": key, "name": name, "resource_type": "source", "package_name": self.name,
            "identifier": name, "relation_name": relation or f'"{self.name}"."raw"."{name}"',
            "columns": {column: {"name": column} for column in columns},
        }  # fmt: skip
        return key

    def model(self, name: str, sql: str | None, *reads: str, **more: Any) -> str:
        key = str(more.pop("unique_id", f"model.{self.name}.{name}"))
        columns = more.pop("columns", ())
        self._nodes[key] = {
            "unique_id": key, "name": name, "resource_type": "model", "package_name": self.name, "language": "sql",
            "relation_name": f'"{self.name}"."main"."{name}"', "compiled_code": sql, "depends_on": {"nodes": reads},
            "columns": {column: {"name": column} for column in columns},
            "contract": {"enforced": bool(more.pop("contract", False))}, **more,
        }  # fmt: skip
        return key

    def stub(self, producer: str, name: str, columns: tuple[str, ...]) -> str:
        """What stands here for a product of another project."""
        return self.model(
            name, None, unique_id=f"model.{producer}.{name}", package_name=producer, columns=columns, contract=True,
            tags=["mesh_external"], relation_name=f'"{producer}"."main"."{name}"',
        )  # fmt: skip

    @property
    def manifest(self) -> CompiledManifest:
        document = {
            "metadata": {
                "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
                "project_name": self.name,
                "adapter_type": self._adapter,
            },
            "nodes": self._nodes,
            "sources": self._sources,
        }
        return decode_compiled(json.dumps(document).encode(), Location("manifest.json"))
