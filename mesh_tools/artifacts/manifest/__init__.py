"""``manifest.json`` of dbt 1.10 to 2.x, the fields that the mesh needs.

The same schema number, v12, covers documents that differ: dbt 2 omits some keys, writes columns' inherited ``meta``
and tags, and has no contract checksum. :func:`own_meta` and :func:`own_tags` even that out.
"""

from mesh_tools.artifacts.manifest.config import NodeConfig, TestConfig
from mesh_tools.artifacts.manifest.document import Manifest, decode_manifest, read_manifest
from mesh_tools.artifacts.manifest.nodes import (
    AnalysisNode,
    ExposureNode,
    Freshness,
    FunctionNode,
    GroupNode,
    ModelNode,
    Node,
    OperationNode,
    Resource,
    SeedNode,
    SemanticNode,
    SnapshotNode,
    SourceNode,
    SqlOperationNode,
    TagsConfig,
    TestMetadata,
    TestNode,
    Threshold,
    UnitTestInput,
    UnitTestNode,
    own_meta,
    own_tags,
)
from mesh_tools.artifacts.manifest.parts import ColumnConfig, ColumnNode, Constraint, Contract, DependsOn, RefCall

__all__ = [
    "AnalysisNode",
    "ColumnConfig",
    "ColumnNode",
    "Constraint",
    "Contract",
    "DependsOn",
    "ExposureNode",
    "Freshness",
    "FunctionNode",
    "GroupNode",
    "Manifest",
    "ModelNode",
    "Node",
    "NodeConfig",
    "OperationNode",
    "RefCall",
    "Resource",
    "SeedNode",
    "SemanticNode",
    "SnapshotNode",
    "SourceNode",
    "SqlOperationNode",
    "TagsConfig",
    "TestConfig",
    "TestMetadata",
    "TestNode",
    "Threshold",
    "UnitTestInput",
    "UnitTestNode",
    "decode_manifest",
    "own_meta",
    "own_tags",
    "read_manifest",
]
