"""Compiled SQL of a project, from ``manifest.json``: what column lineage and binding need, and nothing else.

``dbt parse`` writes a manifest without compiled SQL; ``dbt compile``, ``dbt build`` and ``mesh build`` write it with.
dbt before 1.3 called the key ``compiled_sql``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from mesh_tools.artifacts.reading import Artifact, Metadata
from mesh_tools.errors import Location, MeshError
from mesh_tools.model.interface import Version

DIALECTS = {
    "duckdb": "duckdb",
    "postgres": "postgres",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "databricks": "databricks",
    "spark": "spark",
    "redshift": "redshift",
    "trino": "trino",
    "athena": "athena",
    "clickhouse": "clickhouse",
    "sqlserver": "tsql",
    "synapse": "tsql",
    "fabric": "fabric",
    "mysql": "mysql",
    "sqlite": "sqlite",
    "oracle": "oracle",
    "teradata": "teradata",
    "exasol": "exasol",
    "materialize": "materialize",
    "risingwave": "risingwave",
    "starrocks": "starrocks",
    "doris": "doris",
    "dremio": "dremio",
    "singlestore": "singlestore",
}
"""sqlglot's name of the SQL that each adapter of dbt speaks."""

STUB_TAG = "mesh_external"
"""Marks a model that stands for a product of another project."""

_BUILT = frozenset({"model", "seed", "snapshot"})


class CompiledColumn(msgspec.Struct, frozen=True):
    """A column as the YAML declares it."""

    name: str
    data_type: str | None = None
    quote: bool | None = None


class _DependsOn(msgspec.Struct, frozen=True):
    nodes: tuple[str, ...] = ()


class _Contract(msgspec.Struct, frozen=True):
    enforced: bool | None = None


class CompiledNode(msgspec.Struct, frozen=True, kw_only=True):
    """A model, seed, snapshot, source or exposure.

    Attributes:
        database: Where it lies; ``None`` where the warehouse has no such level.
        alias: Its name in the warehouse; see :attr:`identifier`.
        relation_name: Its whole name as the SQL of others has it, quoted as dbt quotes it.
        raw_code: Its code as it is written.
    """

    unique_id: str
    name: str
    resource_type: str = ""
    package_name: str = ""
    version: Version | None = None
    database: str | None = None
    schema: str | None = None
    alias: str | None = None
    written_identifier: str | None = msgspec.field(default=None, name="identifier")
    relation_name: str | None = None
    raw_code: str | None = None
    compiled_code: str | None = None
    compiled_sql: str | None = None
    language: str | None = None
    columns: dict[str, CompiledColumn] | None = None
    contract: _Contract | None = None
    config: dict[str, Any] | None = None
    depends_on: _DependsOn = _DependsOn()
    tags: tuple[str, ...] | None = None
    access: str | None = None
    original_file_path: str = ""

    @property
    def sql(self) -> str | None:
        """Its compiled SQL, or ``None`` when it was not compiled or is no SQL."""
        if self.language not in {None, "sql"}:
            return None
        return self.compiled_code or self.compiled_sql or None

    @property
    def identifier(self) -> str:
        """Its name in the warehouse."""
        return self.written_identifier or self.alias or self.name

    @property
    def materialized(self) -> str | None:
        """``table``, ``view``, ``ephemeral``, ..."""
        value = (self.config or {}).get("materialized")
        return value if isinstance(value, str) else None

    @property
    def contract_enforced(self) -> bool:
        """Whether dbt enforces its columns."""
        configured = (self.config or {}).get("contract")
        if isinstance(configured, dict) and configured.get("enforced") is True:
            return True
        return self.contract is not None and bool(self.contract.enforced)

    @property
    def is_stub(self) -> bool:
        """Whether it stands for a product of another project of the mesh."""
        return STUB_TAG in (self.tags or ())


class CompiledManifest(msgspec.Struct, frozen=True, kw_only=True):
    """A compiled project: its models, seeds, snapshots and sources, and the stubs in it, by unique_id."""

    metadata: Metadata
    nodes: dict[str, CompiledNode] = {}
    sources: dict[str, CompiledNode] = {}
    exposures: dict[str, CompiledNode] = {}

    @property
    def project(self) -> str:
        """The project's name."""
        return self.metadata.project_name or ""

    @property
    def adapter_type(self) -> str | None:
        """Dbt's name of the warehouse."""
        return self.metadata.adapter_type

    @property
    def dialect(self) -> str:
        """Sqlglot's name of the SQL dialect; empty, which is its own, for a warehouse that it does not know."""
        return DIALECTS.get(self.adapter_type or "", "")

    def relations(self) -> Iterator[CompiledNode]:
        """All that SQL can read: models, seeds, snapshots, stubs, and sources."""
        yield from self.nodes.values()
        yield from self.sources.values()

    @property
    def has_sql(self) -> bool:
        """Whether the project's SQL was compiled: any of it, or there is none."""
        own = [node for node in self.nodes.values() if self._is_compilable(node)]
        return not own or any(node.sql for node in own)

    def require_sql(self, where: Location | None = None) -> None:
        """Make sure that the project was compiled.

        Raises:
            MeshError: none of its models has compiled SQL.
        """
        if not self.has_sql:
            raise MeshError(
                f"the manifest of {self.project} holds no compiled SQL: it was only parsed",
                where=where,
                hint=f"run `mesh build`, or `dbt compile` in {self.project}",
            )

    def _is_compilable(self, node: CompiledNode) -> bool:
        return node.resource_type == "model" and not node.is_stub and node.language in {None, "sql"}


def read_compiled(path: Path) -> CompiledManifest:
    """Read the manifest at ``path``. Whether it holds SQL is for the caller: :meth:`CompiledManifest.require_sql`.

    Raises:
        MeshError: see :meth:`mesh_tools.artifacts.reading.Artifact.read`.
    """
    return _COMPILED.read(path)


def decode_compiled(data: bytes, where: Location) -> CompiledManifest:
    """Read a manifest from memory; ``where`` names it in errors.

    Raises:
        MeshError: see :meth:`mesh_tools.artifacts.reading.Artifact.read`.
    """
    return _COMPILED.loads(data, where)


def _decode(data: Any) -> CompiledManifest:
    manifest = _DECODER.decode(data)
    built = {key: node for key, node in manifest.nodes.items() if node.resource_type in _BUILT}
    return msgspec.structs.replace(manifest, nodes=built)


_DECODER = msgspec.json.Decoder(CompiledManifest)
_COMPILED = Artifact(
    kind="manifest",
    newest=12,
    hint="run `mesh build`, or `dbt compile` in the project",
    decode=_decode,
)
