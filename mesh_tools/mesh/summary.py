"""What the graph needs of a project: an immutable summary of its manifest, about a tenth of its size."""

from __future__ import annotations

from msgspec import Struct

from mesh_tools.artifacts.manifest import ExposureNode, Manifest, ModelNode, RefCall, Resource, SourceNode
from mesh_tools.model.interface import Version, product_key

STUB_TAG = "mesh_external"
"""The tag of every stub in an interface package."""

_DATA_TYPES = frozenset({"model", "seed", "snapshot", "source"})

RelationKey = tuple[str, str, str]
"""Database, schema and identifier, in lower case."""


class NodeSummary(Struct, frozen=True, kw_only=True):
    """One node of a project.

    ``fqn`` is what dbt selects it by; ``relation`` is where it lies, for what has a relation. ``patch_path`` is dbt's
    path of the YAML that describes it; ``refs`` are its calls of ``ref`` as they are written.
    """

    unique_id: str
    project: str
    resource_type: str
    name: str
    v: Version | None = None
    access: str | None = None
    path: str = ""
    patch_path: str | None = None
    fqn: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    refs: tuple[RefCall, ...] = ()
    relation: RelationKey | None = None
    tags: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its key in the graph over all projects.

        That is its unique_id, with ``@project`` for a node of another package: each project that installs the package
        has one of that unique_id, as in ``model.dbt_calendar.days@fleet``.
        """
        is_own = self.unique_id.split(".")[1:2] == [self.project]
        return self.unique_id if is_own else _copy_key(self.unique_id, self.project)

    def input_keys(self, unique_id: str) -> tuple[str, str]:
        """What ``unique_id`` in ``depends_on`` may mean, the likelier first: the project's copy, or the original."""
        return _copy_key(unique_id, self.project), unique_id

    @property
    def label(self) -> str:
        """``operations.flights.v2``: what a message calls this node."""
        return f"{self.project}.{product_key(self.name, self.v)}"

    @property
    def holds_data(self) -> bool:
        """Whether it is a relation rather than a test, an exposure or a hook."""
        return self.resource_type in _DATA_TYPES


class ProjectSummary(Struct, frozen=True, kw_only=True):
    """A project's own nodes, by unique_id.

    ``stubs`` are the upstream products that its interface packages bring, as their producer's nodes: of a producer in
    the mesh, the producer itself knows better.
    """

    project: str
    nodes: dict[str, NodeSummary]
    stubs: dict[str, NodeSummary] = {}


def summarise(manifest: Manifest) -> ProjectSummary:
    """Summarise the project's own nodes, and those of ordinary packages installed in it, tests and metrics too."""
    nodes = list(manifest.resources())
    return ProjectSummary(
        project=manifest.project,
        nodes={node.unique_id: _node(node, manifest.project) for node in nodes if not is_stub(node)},
        stubs={node.unique_id: _node(node, node.package_name) for node in nodes if is_stub(node)},
    )


def _copy_key(unique_id: str, project: str) -> str:
    return f"{unique_id}@{project}"


def _node(node: Resource, project: str) -> NodeSummary:
    return NodeSummary(
        unique_id=node.unique_id,
        project=project,
        resource_type=node.unique_id.split(".", 1)[0],
        name=f"{node.source_name}.{node.name}" if isinstance(node, SourceNode) else node.name,
        v=node.version if isinstance(node, ModelNode) else None,
        access=node.access if isinstance(node, ModelNode) else None,
        path=node.original_file_path,
        patch_path=getattr(node, "patch_path", None),
        fqn=node.fqn,
        depends_on=node.depends_on.nodes,
        refs=getattr(node, "refs", ()),
        relation=_relation(node),
        tags=tuple(getattr(node, "tags", None) or ()),
    )


def is_stub(node: Resource) -> bool:
    """Whether it stands for another project's product, in an interface package."""
    return STUB_TAG in (getattr(node, "tags", None) or ())


def _relation(node: object) -> RelationKey | None:
    if isinstance(node, ExposureNode) or getattr(node, "all_config", {}).get("materialized") == "ephemeral":
        return None
    identifier = getattr(node, "identifier", None) or getattr(node, "alias", None)
    schema = getattr(node, "schema", None)
    if not identifier or not schema:
        return None
    return ((getattr(node, "database", None) or "").lower(), schema.lower(), identifier.lower())
