"""The whole manifest, read from a file or from memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from mesh_tools.artifacts.manifest.nodes import (
    ExposureNode,
    FunctionNode,
    GroupNode,
    ModelNode,
    Node,
    Resource,
    SemanticNode,
    SourceNode,
    TestNode,
    UnitTestNode,
)
from mesh_tools.artifacts.reading import Artifact, Buffer, Metadata
from mesh_tools.errors import Location


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
