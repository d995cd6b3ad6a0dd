"""Every node of the mesh as lineage meets it: what it reads, how that is known, and whether the reader sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

from msgspec import Struct

from mesh_tools.artifacts.compiled import DIALECTS
from mesh_tools.artifacts.manifest import Manifest, ModelNode
from mesh_tools.contracts.impact.impact import Known
from mesh_tools.contracts.impact.nodes import Node, nodes_of
from mesh_tools.lineage.names import column_key
from mesh_tools.model.interface import Interface, Version, product_key
from mesh_tools.model.lineage import ModelLineage
from mesh_tools.site.facts.graph import Method, NodeKind
from mesh_tools.site.gather.lineage_causes import public_cause

TRACEABLE = frozenset({"model", "snapshot"})
"""What has SQL of its own."""
_SHOWN: dict[str, NodeKind] = {
    "model": "model", "seed": "seed", "snapshot": "snapshot", "source": "source", "exposure": "exposure",
}  # fmt: skip
_IGNORED = frozenset({"test", "unit_test", "analysis", "operation", "sql_operation"})
_NOT_COMPILED = "it was not compiled"


class Box(Struct, frozen=True, kw_only=True):
    """A node of the mesh.

    Attributes:
        node: As the graph of impact has it.
        kind: What the site calls it.
        shown: Whether the reader sees it.
        reads: Keys of the nodes that go into it, in a fixed order.
        lineage: Of its columns.
        keys: Of the unique_ids in its lineage.
        method: How it is known what goes into its columns.
        cause: Why they are not known, as far as the reader may know.
    """

    node: Node
    kind: NodeKind
    shown: bool
    reads: tuple[str, ...]
    lineage: ModelLineage | None = None
    keys: Mapping[str, str] = {}
    method: Method = "table"
    cause: str | None = None

    @property
    def is_origin(self) -> bool:
        """Whether data enters the mesh here."""
        return self.node.kind in {"seed", "source"} and not self.reads


def boxes_of(known: Known, *, shows_all: bool) -> dict[str, Box]:
    """All nodes that hold or show data, by key.

    Args:
        known: About the mesh.
        shows_all: Whether the reader sees what is not public.
    """
    nodes = nodes_of(known.manifests, known.lineage, known.interfaces)
    outside = chain.from_iterable(node.inputs for node in nodes.values())
    nodes |= {key: _outside(key) for key in outside if key not in nodes and key.startswith("model.")}
    kept = {key: node for key, node in nodes.items() if node.kind not in _IGNORED}
    return {key: _box(node, kept, shows_all=shows_all) for key, node in kept.items()}


def _outside(key: str) -> Node:
    """A product of which there is nothing but a ref."""
    _, project, name = key.split(".", 2)
    return Node(key=key, unique_id=key, project=project, name=name, kind="model", product=True, evidence="published")


def _box(node: Node, nodes: Mapping[str, Node], *, shows_all: bool) -> Box:
    is_product = node.product and node.kind == "model"
    kind: NodeKind = "product" if is_product else _SHOWN.get(node.kind, "internal")
    shown = kind in {"product", "exposure"} or (shows_all and kind != "internal")
    if node.evidence == "published":
        # That any product may be made of any reader is no lineage to show.
        complete = all(use.columns is not None for use in node.consumptions.values())
        reads = tuple(key for key in node.consumptions if key in nodes)
        return Box(node=node, kind=kind, shown=shown, reads=reads, method="published" if complete else "table")
    lineage = node.lineage
    if lineage is None:
        reads = tuple(sorted(key for key in node.inputs if key in nodes))
        reason = (node.reason or _NOT_COMPILED) if node.kind in TRACEABLE else None
        cause = reason if reason is None or shows_all else public_cause(reason)
        return Box(node=node, kind=kind, shown=shown, reads=reads, cause=cause)
    keys = {uid: key for uid in lineage.reads if (key := _key(uid, node.project, nodes)) is not None}
    # SQL of ephemeral models is part of their readers': lineage leads past them.
    reads = tuple(dict.fromkeys(keys.values()))
    return Box(node=node, kind=kind, shown=shown, reads=reads, lineage=lineage, keys=keys, method=lineage.method)


def _key(unique_id: str, project: str, nodes: Mapping[str, Node]) -> str | None:
    """The project's own copy of a package's node, else the original."""
    copy = f"{unique_id}@{project}"
    if copy in nodes:
        return copy
    return unique_id if unique_id in nodes else None


class Names:
    """The names that pages have: of models with their version apart, of columns in their order.

    Args:
        manifests: What YAML says of the columns of seeds, sources and models that are not traced.
        interfaces: What is promised of products.
    """

    def __init__(self, manifests: Iterable[Manifest], interfaces: Mapping[str, Interface]) -> None:
        promised = [
            (interface, product, version)
            for interface in interfaces.values()
            for product in interface.products
            for version in product.versions
        ]
        self._versions = {
            f"{interface.project}.{product_key(product.name, version.v)}": (product.name, version.v)
            for interface, product, version in promised
        }
        self._promised = {
            f"{interface.project}.{product_key(product.name, version.v)}": {
                column_key(c.name, DIALECTS.get(interface.adapter or "", ""), quoted=c.quote): c.name
                for c in version.columns
            }
            for interface, product, version in promised
        }
        self._manifests = {manifest.project: manifest for manifest in manifests}

    def version(self, node: Node) -> tuple[str, Version | None]:
        """The name of a node without its version, and the version."""
        known = self._versions.get(node.label)
        if known is not None:
            return known
        manifest = self._manifests.get(node.project)
        found = manifest.nodes.get(node.unique_id) if manifest else None
        return (found.name, found.version) if isinstance(found, ModelNode) else (node.name, None)

    def has_page(self, node: Node) -> bool:
        """Whether there may be one: not of a package's models, and of what was only published, of products alone."""
        if node.label in self._versions:
            return True
        return node.kind != "exposure" and node.evidence != "published" and node.key == node.unique_id

    def columns(self, box: Box) -> dict[str, str]:
        """By the name that lineage has for each."""
        names: dict[str, str] = {}
        if box.kind == "product":
            names |= self._promised.get(box.node.label, {})
        if box.lineage is not None:
            names |= {key: key for key in box.lineage.columns if key not in names}
        elif not names and box.kind != "exposure":
            names |= self._described(box.node)
        return names

    def _described(self, node: Node) -> dict[str, str]:
        manifest = self._manifests.get(node.project)
        if manifest is None:
            return {}
        found = manifest.sources.get(node.unique_id) or manifest.nodes.get(node.unique_id)
        columns = (getattr(found, "columns", None) or {}).values()
        dialect = DIALECTS.get(manifest.metadata.adapter_type or "", "")
        keys = (column_key(column.name, dialect, quoted=bool(column.quote)) for column in columns)
        return {key: key for key in keys}
