"""``manifest.json`` of dbt 1.10 to 2.x, the fields that the mesh needs.

The same schema number, v12, covers documents that differ: dbt 2 omits some keys, writes columns' inherited ``meta``
and tags, and has no contract checksum. :func:`own_meta` and :func:`own_tags` even that out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from mesh_tools.artifacts.reading import Artifact, Buffer, Metadata
from mesh_tools.errors import Location
from mesh_tools.model.interface import Version

_INHERITS_FROM = 2  # dbt's major version
# How warehouses lay a table out: configuration keys of dbt-bigquery, -snowflake, -databricks, -spark, -redshift,
# -postgres, -athena, -trino.
_PHYSICAL = (
    "partition_by", "partitioned_by", "cluster_by", "liquid_clustered_by", "clustered_by", "buckets",
    "sort", "sort_type", "dist", "indexes", "file_format", "table_format",
)  # fmt: skip


class DependsOn(msgspec.Struct, frozen=True):
    """``depends_on``: unique_ids."""

    nodes: tuple[str, ...] = ()


class RefCall(msgspec.Struct, frozen=True):
    """One entry of ``refs``."""

    name: str
    package: str | None = None
    version: Version | None = None


class Constraint(msgspec.Struct, frozen=True):
    """A constraint of a column or a model. ``columns`` is null on some engines."""

    type: str
    columns: tuple[str, ...] | None = None
    expression: str | None = None
    to: str | None = None
    to_columns: tuple[str, ...] | None = None


class ColumnConfig(msgspec.Struct, frozen=True):
    """``config`` of a column."""

    meta: dict[str, Any] | None = None
    tags: tuple[str, ...] | None = None


class ColumnNode(msgspec.Struct, frozen=True):
    """A documented column."""

    name: str
    data_type: str | None = None
    description: str | None = None
    constraints: tuple[Constraint, ...] | None = None
    quote: bool | None = None
    meta: dict[str, Any] | None = None
    tags: tuple[str, ...] | None = None
    policy_tags: tuple[str, ...] | None = None
    config: ColumnConfig | None = None


class Contract(msgspec.Struct, frozen=True):
    """``contract`` of a model."""

    enforced: bool | None = None


class NodeConfig:
    """``config`` of a node: what tests and models use of it. A value of another type counts as not set."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    @property
    def enabled(self) -> bool | None:
        """Whether dbt builds the node at all."""
        value = self._values.get("enabled")
        return value if isinstance(value, bool) else None

    @property
    def materialized(self) -> str | None:
        """``table``, ``view``, ..."""
        return self._text("materialized")

    @property
    def contract_enforced(self) -> bool:
        """Whether the contract is to be enforced."""
        contract = self._values.get("contract")
        return isinstance(contract, dict) and contract.get("enforced") is True

    @property
    def physical(self) -> dict[str, Any]:
        """How the warehouse lays the data out: partitions, clusters, indexes, as far as they are set."""
        return {key: value for key in _PHYSICAL if (value := self._values.get(key)) not in (None, [], {}, "")}

    @property
    def grants(self) -> dict[str, tuple[str, ...]]:
        """Privileges, each with those who have it."""
        value = self._values.get("grants")
        granted = value.items() if isinstance(value, dict) else ()
        return {
            str(privilege): tuple(sorted(map(str, [names] if isinstance(names, str) else names)))
            for privilege, names in granted
            if isinstance(names, (str, list)) and names
        }

    def _text(self, key: str) -> str | None:
        value = self._values.get(key)
        return value if isinstance(value, str) else None


class TestConfig(NodeConfig):
    """``config`` of a data test. A model may have keys of its own with these names."""

    __test__ = False
    __slots__ = ()

    @property
    def severity(self) -> str | None:
        """``error`` or ``warn``, in any case."""
        return self._text("severity")

    @property
    def where(self) -> str | None:
        """The rows that are tested."""
        return self._text("where")

    @property
    def error_if(self) -> str | None:
        """The condition on the number of failures."""
        return self._text("error_if")

    @property
    def fail_calc(self) -> str | None:
        """How failures are counted."""
        return self._text("fail_calc")

    @property
    def limit(self) -> int | None:
        """How many failures are returned at most."""
        value = self._values.get("limit")
        return value if isinstance(value, int) else None


class _Resource(msgspec.Struct, frozen=True, tag_field="resource_type", kw_only=True):
    unique_id: str
    name: str
    package_name: str
    path: str = ""
    original_file_path: str = ""
    fqn: tuple[str, ...] = ()
    depends_on: DependsOn = DependsOn()
    tags: tuple[str, ...] | None = None
    meta: dict[str, Any] | None = None
    patch_path: str | None = None
    # All of it, for a selection by `config.KEY`: it reads as fast as a typed part of it.
    all_config: dict[str, Any] = msgspec.field(default_factory=dict, name="config")


class _Relation(_Resource, frozen=True, kw_only=True):
    database: str | None = None
    schema: str | None = None
    alias: str | None = None


class ModelNode(_Relation, frozen=True, kw_only=True, tag="model"):
    """A model, or a stub of an upstream one."""

    description: str | None = None
    columns: dict[str, ColumnNode] | None = None
    constraints: tuple[Constraint, ...] | None = None
    contract: Contract | None = None
    access: str | None = None
    group: str | None = None
    version: Version | None = None
    latest_version: Version | None = None
    deprecation_date: str | None = None
    refs: tuple[RefCall, ...] = ()

    @property
    def config(self) -> NodeConfig:
        """``config``, typed."""
        return NodeConfig(self.all_config)

    @property
    def is_public(self) -> bool:
        """Whether another project may ref it."""
        return self.access == "public"

    @property
    def contract_enforced(self) -> bool:
        """Whether dbt enforces the contract when it builds the model."""
        return self.config.contract_enforced or bool(self.contract is not None and self.contract.enforced)


class SeedNode(_Relation, frozen=True, kw_only=True, tag="seed"):
    """A seed."""


class SnapshotNode(_Relation, frozen=True, kw_only=True, tag="snapshot"):
    """A snapshot."""

    refs: tuple[RefCall, ...] = ()


class FunctionNode(_Relation, frozen=True, kw_only=True, tag="function"):
    """A user-defined function."""


class AnalysisNode(_Resource, frozen=True, kw_only=True, tag="analysis"):
    """An analysis."""


class OperationNode(_Resource, frozen=True, kw_only=True, tag="operation"):
    """An on-run hook."""


class SqlOperationNode(_Resource, frozen=True, kw_only=True, tag="sql_operation"):
    """Inline SQL, as `dbt show --inline` leaves it."""


class TestMetadata(msgspec.Struct, frozen=True):
    """Which generic test, and its arguments."""

    name: str
    namespace: str | None = None
    kwargs: dict[str, Any] = {}

    __test__ = False


class TestNode(_Resource, frozen=True, kw_only=True, tag="test"):
    """A data test, generic or singular."""

    __test__ = False

    column_name: str | None = None
    attached_node: str | None = None
    test_metadata: TestMetadata | None = None
    refs: tuple[RefCall, ...] = ()

    @property
    def config(self) -> TestConfig:
        """``config``, typed."""
        return TestConfig(self.all_config)


class Threshold(msgspec.Struct, frozen=True):
    """``warn_after`` or ``error_after``; all null when it is not declared."""

    count: int | None = None
    period: str | None = None


class Freshness(msgspec.Struct, frozen=True):
    """``freshness`` of a source."""

    warn_after: Threshold | None = None
    error_after: Threshold | None = None


class SourceNode(_Resource, frozen=True, kw_only=True, tag="source"):
    """A source table."""

    source_name: str
    database: str | None = None
    schema: str | None = None
    identifier: str | None = None
    relation_name: str | None = None
    freshness: Freshness | None = None

    @property
    def has_freshness(self) -> bool:
        """Whether `dbt source freshness` asks for the age of its data."""
        return self.freshness is not None and any(
            threshold is not None and threshold.count
            for threshold in (self.freshness.warn_after, self.freshness.error_after)
        )

    @property
    def plugin(self) -> str | None:
        """The plugin of dbt-duckdb that loads it."""
        named = (self.meta or {}).get("plugin") or self.all_config.get("plugin")
        return str(named) if named else None


class ExposureNode(_Resource, frozen=True, kw_only=True, tag="exposure"):
    """Something outside dbt that reads models."""

    type: str | None = None
    label: str | None = None
    url: str | None = None
    owner: dict[str, Any] | None = None
    refs: tuple[RefCall, ...] = ()


class TagsConfig(msgspec.Struct, frozen=True):
    """``config`` of a resource that has its tags there alone."""

    tags: tuple[str, ...] | str | None = None


class _Untyped(msgspec.Struct, frozen=True, kw_only=True):
    unique_id: str
    name: str
    package_name: str
    original_file_path: str = ""
    fqn: tuple[str, ...] = ()
    depends_on: DependsOn = DependsOn()


class UnitTestNode(_Untyped, frozen=True, kw_only=True):
    """A unit test."""

    config: TagsConfig | None = None

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags."""
        return _texts(self.config.tags if self.config else None)


class SemanticNode(_Untyped, frozen=True, kw_only=True):
    """A metric, a semantic model or a saved query: exposures may read models through them."""

    written_tags: tuple[str, ...] | str | None = msgspec.field(default=None, name="tags")

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags."""
        return _texts(self.written_tags)


class GroupNode(msgspec.Struct, frozen=True, kw_only=True):
    """A group of models with one owner."""

    name: str
    package_name: str
    description: str | None = None
    owner: dict[str, Any] | None = None
    config: ColumnConfig | None = None
    original_file_path: str = ""


Node = ModelNode | TestNode | SeedNode | SnapshotNode | FunctionNode | AnalysisNode | OperationNode | SqlOperationNode
Resource = Node | SourceNode | ExposureNode | UnitTestNode | SemanticNode


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed project: its own nodes, and those of the packages installed in it, by unique_id."""

    metadata: Metadata
    nodes: dict[str, Node] = {}
    sources: dict[str, SourceNode] = {}
    exposures: dict[str, ExposureNode] = {}
    groups: dict[str, GroupNode] = {}
    unit_tests: dict[str, UnitTestNode] = {}
    functions: dict[str, FunctionNode] = {}
    metrics: dict[str, SemanticNode] = {}
    semantic_models: dict[str, SemanticNode] = {}
    saved_queries: dict[str, SemanticNode] = {}

    @property
    def project(self) -> str:
        """The project's name, as the manifest itself has it."""
        return self.metadata.project_name or ""

    def resources(self) -> Iterator[Resource]:
        """All that has a unique_id and depends on other things, or is depended on."""
        for resources in (
            self.nodes,
            self.sources,
            self.exposures,
            self.unit_tests,
            self.functions,
            self.metrics,
            self.semantic_models,
            self.saved_queries,
        ):
            yield from resources.values()

    def own_models(self) -> Iterator[ModelNode]:
        """The models of the project itself, in the order of the file."""
        for node in self.nodes.values():
            if isinstance(node, ModelNode) and node.package_name == self.project:
                yield node

    def tests(self) -> Iterator[TestNode]:
        """All data tests."""
        for node in self.nodes.values():
            if isinstance(node, TestNode):
                yield node


class _LooseManifest(msgspec.Struct, frozen=True, kw_only=True):
    """The same, its nodes undecoded: for a document with resource types that nobody knew yet."""

    metadata: Metadata
    nodes: dict[str, msgspec.Raw] = {}
    sources: dict[str, SourceNode] = {}
    exposures: dict[str, ExposureNode] = {}
    groups: dict[str, GroupNode] = {}
    unit_tests: dict[str, UnitTestNode] = {}
    functions: dict[str, FunctionNode] = {}
    metrics: dict[str, SemanticNode] = {}
    semantic_models: dict[str, SemanticNode] = {}
    saved_queries: dict[str, SemanticNode] = {}


class _Tag(msgspec.Struct, frozen=True):
    resource_type: str = ""


_STRICT = msgspec.json.Decoder(Manifest)
_LOOSE = msgspec.json.Decoder(_LooseManifest)
_NODE = msgspec.json.Decoder(Node)
_TAG = msgspec.json.Decoder(_Tag)
_KNOWN_TYPES = frozenset({"model", "test", "seed", "snapshot", "function", "analysis", "operation", "sql_operation"})


def read_manifest(path: Path) -> Manifest:
    """Read the manifest at ``path``.

    Raises:
        MeshError: see :meth:`mesh_tools.artifacts.reading.Artifact.read`.
    """
    return _MANIFEST.read(path)


def decode_manifest(data: bytes, where: Location) -> Manifest:
    """Read a manifest from memory; ``where`` names it in errors.

    Raises:
        MeshError: see :meth:`mesh_tools.artifacts.reading.Artifact.read`.
    """
    return _MANIFEST.loads(data, where)


def own_meta(column: ColumnNode, model: ModelNode, metadata: Metadata) -> dict[str, Any]:
    """The column's own ``meta``: dbt 2 lets columns that declare none inherit the model's."""
    if column.config is not None and column.config.meta:
        return column.config.meta
    inherited = metadata.dbt_major >= _INHERITS_FROM and column.meta == model.meta
    return {} if inherited else column.meta or {}


def own_tags(column: ColumnNode, model: ModelNode, metadata: Metadata) -> tuple[str, ...]:
    """The column's own tags: dbt 2 lets columns that declare none inherit the model's."""
    if column.config is not None and column.config.tags:
        return column.config.tags
    inherited = metadata.dbt_major >= _INHERITS_FROM and column.tags == model.tags
    return () if inherited else column.tags or ()


def _texts(written: tuple[str, ...] | str | None) -> tuple[str, ...]:
    return (written,) if isinstance(written, str) else written or ()


def _decode(data: Buffer) -> Manifest:
    try:
        return _STRICT.decode(data)
    except msgspec.ValidationError as error:
        if "Invalid value" not in str(error):
            raise
    # A copy: raw nodes would hold on to the mapped file, which then could not be closed after an error.
    return _known_nodes(_LOOSE.decode(bytes(data)))


def _known_nodes(loose: _LooseManifest) -> Manifest:
    nodes = {
        unique_id: _NODE.decode(raw)
        for unique_id, raw in loose.nodes.items()
        if _TAG.decode(raw).resource_type in _KNOWN_TYPES
    }
    others = {name: getattr(loose, name) for name in loose.__struct_fields__ if name != "nodes"}
    return Manifest(nodes=nodes, **others)


_MANIFEST = Artifact(kind="manifest", newest=12, hint="run `dbt parse` in the project to write it anew", decode=_decode)
