"""Nodes of a manifest, one type for each of dbt's resource types."""

from __future__ import annotations

from typing import Any

import msgspec

from mesh_tools.artifacts.manifest.config import NodeConfig, TestConfig
from mesh_tools.artifacts.manifest.parts import ColumnConfig, ColumnNode, Constraint, Contract, DependsOn, RefCall
from mesh_tools.artifacts.reading import Metadata
from mesh_tools.model.interface import Version

_INHERITS_FROM = 2  # dbt's major version


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
    language: str | None = None
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


class _Described(_Relation, frozen=True, kw_only=True):
    description: str | None = None
    columns: dict[str, ColumnNode] | None = None

    @property
    def config(self) -> NodeConfig:
        """``config``, typed."""
        return NodeConfig(self.all_config)


class SeedNode(_Described, frozen=True, kw_only=True, tag="seed"):
    """A seed."""


class SnapshotNode(_Described, frozen=True, kw_only=True, tag="snapshot"):
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

    description: str | None = None
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
    description: str | None = None
    source_description: str | None = None
    loader: str | None = None
    loaded_at_field: str | None = None
    loaded_at_query: str | None = None
    columns: dict[str, ColumnNode] | None = None

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
    description: str | None = None
    maturity: str | None = None
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


class UnitTestInput(msgspec.Struct, frozen=True, kw_only=True):
    """``given`` or ``expect`` of a unit test; ``format`` is ``dict``, ``csv`` or ``sql``."""

    input: str | None = None
    format: str | None = None


class UnitTestNode(_Untyped, frozen=True, kw_only=True):
    """A unit test; ``model`` is the name of what it tests."""

    model: str = ""
    description: str | None = None
    version: Version | None = None
    given: tuple[UnitTestInput, ...] | None = None
    expect: UnitTestInput | None = None
    config: TagsConfig | None = None

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags."""
        return _texts(self.config.tags if self.config else None)


class SemanticNode(_Untyped, frozen=True, kw_only=True):
    """A metric, a semantic model or a saved query: exposures may read models through them."""

    description: str | None = None
    label: str | None = None
    type: str | None = None
    meta: dict[str, Any] | None = None
    written_tags: tuple[str, ...] | str | None = msgspec.field(default=None, name="tags")
    all_config: dict[str, Any] | None = msgspec.field(default=None, name="config")
    type_params: dict[str, Any] | None = None
    query_params: dict[str, Any] | None = None
    defaults: dict[str, Any] | None = None
    entities: tuple[dict[str, Any], ...] | None = None
    dimensions: tuple[dict[str, Any], ...] | None = None
    measures: tuple[dict[str, Any], ...] | None = None

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


def own_meta(column: ColumnNode, node: Node | SourceNode, metadata: Metadata) -> dict[str, Any]:
    """The column's own ``meta``: dbt 2 lets columns that declare none inherit the model's."""
    if column.config is not None and column.config.meta:
        return column.config.meta
    inherited = metadata.dbt_major >= _INHERITS_FROM and column.meta == node.meta
    return {} if inherited else column.meta or {}


def own_tags(column: ColumnNode, model: ModelNode, metadata: Metadata) -> tuple[str, ...]:
    """The column's own tags: dbt 2 lets columns that declare none inherit the model's."""
    if column.config is not None and column.config.tags:
        return column.config.tags
    inherited = metadata.dbt_major >= _INHERITS_FROM and column.tags == model.tags
    return () if inherited else column.tags or ()


def _texts(written: tuple[str, ...] | str | None) -> tuple[str, ...]:
    return (written,) if isinstance(written, str) else written or ()
