"""Everything that may use a product, of all projects, as one graph.

Where a project's manifest is at hand its nodes are dbt's. Of a project that only published its interface, each of its
readers is a node, and each of its products may be made of any of them: that is all that is known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from mesh_tools.artifacts.manifest import ExposureNode, Manifest, ModelNode, Resource
from mesh_tools.contracts.consumption import unique_id_of
from mesh_tools.contracts.impact.values import Evidence
from mesh_tools.interface.extract.owners import owner_from
from mesh_tools.mesh.graph import MeshGraph
from mesh_tools.mesh.summary import NodeSummary, summarise
from mesh_tools.model.interface import Consumption, Interface, Owner, product_key
from mesh_tools.model.lineage import ModelLineage

UNREPORTED = frozenset({"source", "test", "unit_test", "analysis", "sql_operation", "seed"})
"""Resource types that use nothing themselves."""


class Node(Struct, frozen=True, kw_only=True):
    """A node of the graph.

    Attributes:
        key: Of the graph.
        unique_id: dbt's, by which lineage knows it.
        project: Whose it is.
        name: As reports show it.
        kind: dbt's resource type.
        inputs: Keys of what it reads.
        product: Whether it is public.
        lineage: Of its columns; ``None`` where there is none.
        consumptions: Of a reader in a project that only published its interface: by key of the product.
        evidence: How its inputs are known.
        reason: Why it has no lineage.
        owner: Who answers for it.
        url: Of an exposure.
    """

    key: str
    unique_id: str
    project: str
    name: str
    kind: str
    inputs: tuple[str, ...] = ()
    product: bool = False
    lineage: ModelLineage | None = None
    consumptions: Mapping[str, Consumption] = {}
    evidence: Evidence = "manifest"
    reason: str | None = None
    owner: Owner = Owner()
    url: str | None = None

    @property
    def label(self) -> str:
        """``punctuality.route_punctuality``."""
        return f"{self.project}.{self.name}"

    @property
    def hands_on(self) -> bool:
        """Whether its columns are those of what it stands for: a source that another project builds."""
        return self.kind == "source"


def nodes_of(
    manifests: Iterable[Manifest], lineage: Mapping[str, ModelLineage], interfaces: Mapping[str, Interface]
) -> dict[str, Node]:
    """All nodes, by key.

    Args:
        manifests: Of the projects whose manifests are at hand.
        lineage: By unique_id.
        interfaces: Of all known projects; those with a manifest are looked at for their owners alone.
    """
    manifests = list(manifests)
    graph = MeshGraph(summarise(manifest) for manifest in manifests)
    inputs: defaultdict[str, list[str]] = defaultdict(list)
    for edge in graph.external_edges:
        inputs[edge.consumer.key].append(edge.producer.unique_id)
    details = {manifest.project: _Details(manifest, interfaces.get(manifest.project)) for manifest in manifests}
    nodes = {
        key: _node(summary, (*sorted(graph.upstream_of([key], 1)), *inputs[key]), details[summary.project], lineage)
        for key, summary in graph.nodes.items()
    }
    for interface in interfaces.values():
        if interface.project not in details:
            nodes |= {node.key: node for node in _published(interface)}
    return nodes


class _Details:
    """What a project's manifest says of its nodes beyond the graph's summary."""

    def __init__(self, manifest: Manifest, interface: Interface | None) -> None:
        self._resources: dict[str, Resource] = {node.unique_id: node for node in manifest.resources()}
        self._groups = {
            group.name: owner_from(group.owner or {}, (group.config.meta if group.config else None) or {})
            for group in manifest.groups.values()
            if group.package_name == manifest.project
        }
        self._owner = interface.owner if interface else Owner()

    def owner(self, unique_id: str) -> Owner:
        """Of an exposure itself, of a model its group, else of the project."""
        node = self._resources.get(unique_id)
        if isinstance(node, ExposureNode):
            own = owner_from(node.owner or {}, node.meta or {})
            return own if own.reachable else self._owner
        group = node.group if isinstance(node, ModelNode) else None
        return self._groups.get(group or "", self._owner)

    def url(self, unique_id: str) -> str | None:
        """Of an exposure."""
        node = self._resources.get(unique_id)
        return node.url if isinstance(node, ExposureNode) else None


def _node(
    summary: NodeSummary, inputs: tuple[str, ...], details: _Details, lineage: Mapping[str, ModelLineage]
) -> Node:
    traced = lineage.get(summary.unique_id)
    exposure = summary.resource_type == "exposure"
    return Node(
        key=summary.key,
        unique_id=summary.unique_id,
        project=summary.project,
        name=f"exposure:{summary.name}" if exposure else product_key(summary.name, summary.v),
        kind=summary.resource_type,
        inputs=inputs,
        product=summary.access == "public",
        lineage=traced if traced and traced.is_traced else None,
        evidence="lineage" if traced and traced.is_traced else "manifest",
        reason=traced.reason if traced else None,
        owner=details.owner(summary.unique_id),
        url=details.url(summary.unique_id),
    )


_ONLY_PUBLISHED = "its project is known by what it published alone"


def _published(interface: Interface) -> Iterator[Node]:
    """The readers and the products of a project that only published.

    Any product may be made of any reader but an exposure.
    """
    read: defaultdict[str, dict[str, Consumption]] = defaultdict(dict)
    for use in interface.consumptions:
        for name in use.by:
            read[name][unique_id_of(use.project, use.product, use.v)] = use
    products = {product_key(p.name, version.v): p for p in interface.products for version in p.versions}
    project = interface.project
    keys = {name: f"model.{project}.{name}" if name in products else f"{project}:{name}" for name in (*read, *products)}
    models = [keys[name] for name in read if not name.startswith("exposure:")]
    for name, key in keys.items():
        product = products.get(name)
        uses = read.get(name, {})
        yield Node(
            key=key,
            unique_id=key,
            project=project,
            name=name,
            kind="exposure" if name.startswith("exposure:") else "model",
            inputs=(*uses, *(model for model in models if product and model != key)),
            product=product is not None,
            consumptions=uses,
            evidence="published",
            reason=_ONLY_PUBLISHED,
            owner=product.owner if product and product.owner.reachable else interface.owner,
        )
