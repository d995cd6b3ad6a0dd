"""What only all projects together show: products with their consumers, refs across projects, the mesh itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from msgspec import Struct

from mesh_tools.artifacts.manifest import RefCall, SourceNode
from mesh_tools.lint.places.place import CodePlace, Place, YamlPlace, entry_place
from mesh_tools.lint.subjects.base import Remembering, Subject
from mesh_tools.mesh.discovery import PROJECT_FILE
from mesh_tools.mesh.graph import CrossEdge, EdgeKind, MeshGraph
from mesh_tools.mesh.summary import NodeSummary, ProjectSummary
from mesh_tools.model import interface as promise
from mesh_tools.model import project as declared
from mesh_tools.model.interface import Interface, Owner, Version


class Member(Struct, frozen=True, kw_only=True):
    """What is kept of a project once its manifest has been looked at.

    Attributes:
        name: Of the project.
        domain: That owns it.
        root: Its folder, if that is at hand.
        adapter: dbt's name of the warehouse.
        summary: Its nodes, no tests.
        interface: What it promises and consumes; ``None`` when its ``meta.mesh`` is wrong.
        sources: Its own source tables.
        files: What its files declare, if they are at hand.
        tables: Its rows of the tables that SQL rules query; ``None`` when there are no such rules.
    """

    name: str
    domain: str
    root: Path | None = None
    adapter: str | None = None
    summary: ProjectSummary
    interface: Interface | None = None
    sources: tuple[SourceNode, ...] = ()
    files: declared.Project | None = None
    tables: Mapping[str, list[tuple[Any, ...]]] | None = None


class Mesh(Remembering, Subject):
    """All projects.

    Attributes:
        name: Of the mesh.
        members: What is known of each project, by name.
        graph: Over all of them; without tests.
        interfaces: Of the projects, and of producers that are known by their interface alone.
    """

    kind = "mesh"

    def __init__(
        self, members: Iterable[Member], *, name: str = "", upstream: Mapping[str, Interface] | None = None
    ) -> None:
        self.name = name
        self.members = {member.name: member for member in members}
        self.graph = MeshGraph(member.summary for member in self.members.values())
        own = {name: member.interface for name, member in self.members.items() if member.interface is not None}
        self.interfaces: dict[str, Interface] = {**(upstream or {}), **own}

    @property
    def label(self) -> str:
        """Its name."""
        return self.name or "mesh"

    @property
    def owner(self) -> str:
        """No project alone."""
        return ""

    @property
    def place(self) -> Place:
        """Its ``mesh.yml``."""
        return YamlPlace(file="mesh.yml")

    @cached_property
    def projects(self) -> tuple[MeshProject, ...]:
        """The projects."""
        return tuple(MeshProject(member, self) for member in self.members.values())

    @cached_property
    def products(self) -> tuple[Product, ...]:
        """Every version of every product of the projects."""
        return tuple(self._products())

    @cached_property
    def cross_refs(self) -> tuple[CrossRef, ...]:
        """Every edge between two projects, those from producers outside the mesh too. Guards of stubs read nothing."""
        edges = (*self.graph.cross_edges(), *self.graph.external_edges)
        return tuple(CrossRef(edge, self) for edge in edges if not _is_guard(edge.consumer))

    @cached_property
    def readers(self) -> Mapping[str, tuple[CrossRef, ...]]:
        """The refs to each node, by its key in the graph."""
        return _grouped(self.cross_refs, lambda ref: ref.producer.key)

    @cached_property
    def reads(self) -> Mapping[str, tuple[CrossRef, ...]]:
        """The refs of each project to others, by its name."""
        return _grouped(self.cross_refs, lambda ref: ref.consumer.project)

    @cached_property
    def is_read_by(self) -> Mapping[str, tuple[CrossRef, ...]]:
        """The refs of others to each project, by its name."""
        return _grouped(self.cross_refs, lambda ref: ref.producer.project)

    @cached_property
    def dangling(self) -> Mapping[str, tuple[CrossRef, ...]]:
        """The refs of each project to what no project of the mesh has, by its name."""
        refs = (
            CrossRef(CrossEdge(producer=_unknown(unique_id), consumer=self.graph.nodes[key], kind="ref"), self)
            for unique_id, readers in self.graph.missing.items()
            for key in readers
        )
        foreign = (ref for ref in refs if ref.producer.project != ref.consumer.project)
        return _grouped(foreign, lambda ref: ref.consumer.project)

    @cached_property
    def relations(self) -> Mapping[tuple[str, str], tuple[NodeSummary, ...]]:
        """What projects build, by schema and identifier, in lower case."""
        found: defaultdict[tuple[str, str], list[NodeSummary]] = defaultdict(list)
        for node in self.graph.nodes.values():
            if node.relation and node.holds_data and node.resource_type != "source" and node.key == node.unique_id:
                found[node.relation[1:]].append(node)
        return {relation: tuple(built) for relation, built in found.items()}

    @cached_property
    def publishers(self) -> Mapping[str, tuple[str, ...]]:
        """The projects that have a product of each name."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for project, interface in self.interfaces.items():
            for product in interface.products:
                found[product.name].append(project)
        return {name: tuple(projects) for name, projects in found.items()}

    def promise_of(self, node: NodeSummary) -> tuple[promise.Product, promise.ProductVersion] | None:
        """What its producer promises about ``node``; ``None`` when it is no product, or the producer is not known."""
        interface = self.interfaces.get(node.project)
        product = interface.product(node.name) if interface else None
        version = product.version(node.v) if product else None
        return (product, version) if product is not None and version is not None else None

    def domain_of(self, project: str) -> str:
        """The domain that owns ``project``."""
        member = self.members.get(project)
        interface = self.interfaces.get(project)
        return member.domain if member else (interface.domain if interface else None) or project

    def _products(self) -> Iterator[Product]:
        for member in self.members.values():
            nodes = {(node.name, str(node.v)): node for node in member.summary.nodes.values() if _is_model(node)}
            for product in member.interface.products if member.interface else ():
                for version in product.versions:
                    node = nodes.get((product.name, str(version.v)))
                    if node is not None:
                        yield Product(product, version, node, self)


def _grouped(refs: Iterable[CrossRef], key: Callable[[CrossRef], str]) -> Mapping[str, tuple[CrossRef, ...]]:
    found: defaultdict[str, list[CrossRef]] = defaultdict(list)
    for ref in refs:
        found[key(ref)].append(ref)
    return {name: tuple(of_project) for name, of_project in found.items()}


def _unknown(unique_id: str) -> NodeSummary:
    """What a unique_id alone says of a node: ``model.shop.orders.v2``."""
    kind, project, *rest = (*unique_id.split("."), "")
    named, _, last = ".".join(filter(None, rest)).rpartition(".")
    v = last[1:] if kind == "model" and named and last.startswith("v") else None
    name = named if v else f"{named}.{last}" if named else last
    return NodeSummary(unique_id=unique_id, project=project, resource_type=kind, name=name, v=v)


def _is_guard(node: NodeSummary) -> bool:
    """Whether it is a test that a package brings, as the interface packages of other projects do."""
    return node.resource_type == "test" and node.key != node.unique_id


def _is_model(node: NodeSummary) -> bool:
    return node.resource_type == "model" and node.access == "public"


class MeshProject(Subject):
    """A project among the others.

    Attributes:
        member: What is known of it.
        mesh: The mesh.
    """

    __slots__ = ("member", "mesh")
    kind = "project"

    def __init__(self, member: Member, mesh: Mesh) -> None:
        self.member = member
        self.mesh = mesh

    @property
    def label(self) -> str:
        """Its name."""
        return self.member.name

    @property
    def name(self) -> str:
        """Its name."""
        return self.member.name

    @property
    def domain(self) -> str:
        """That owns it."""
        return self.member.domain

    @property
    def owner(self) -> str:
        """Itself."""
        return self.member.name

    @property
    def place(self) -> Place:
        """Its ``dbt_project.yml``."""
        return YamlPlace(file=PROJECT_FILE, steps=("name",))

    @property
    def interface(self) -> Interface | None:
        """What it promises."""
        return self.member.interface

    @property
    def reads(self) -> tuple[CrossRef, ...]:
        """Its refs to other projects."""
        return self.mesh.reads.get(self.name, ())

    @property
    def is_read_by(self) -> tuple[CrossRef, ...]:
        """Refs of other projects to it."""
        return self.mesh.is_read_by.get(self.name, ())

    def declaration(self, upstream: str) -> YamlPlace:
        """Where it declares ``upstream``."""
        return YamlPlace(file="dependencies.yml", steps=(("projects", upstream),))


class Product(Subject):
    """One version of a product.

    Attributes:
        product: With all its versions.
        version: This one.
        node: In the graph.
        mesh: The mesh.
    """

    __slots__ = ("mesh", "node", "product", "version")
    kind = "model"

    def __init__(
        self, product: promise.Product, version: promise.ProductVersion, node: NodeSummary, mesh: Mesh
    ) -> None:
        self.product = product
        self.version = version
        self.node = node
        self.mesh = mesh

    @property
    def label(self) -> str:
        """``operations.flights.v2``."""
        return self.node.label

    @property
    def owner(self) -> str:
        """Its project."""
        return self.node.project

    @property
    def domain(self) -> str:
        """The domain of its project."""
        return self.mesh.domain_of(self.node.project)

    @property
    def place(self) -> Place:
        """Its entry in the YAML, else its SQL."""
        node = self.node
        return entry_place("models", node.name, v=node.v, patch_path=node.patch_path, file=node.path)

    @property
    def path(self) -> str:
        """Its SQL or Python file."""
        return self.node.path

    @property
    def name(self) -> str:
        """Without its version."""
        return self.product.name

    @property
    def v(self) -> Version | None:
        """``None`` for a model without versions."""
        return self.version.v

    @property
    def contact(self) -> Owner:
        """Who answers for it."""
        return self.product.owner

    @property
    def readers(self) -> tuple[CrossRef, ...]:
        """Refs of other projects to this version."""
        return self.mesh.readers.get(self.node.key, ())

    @property
    def consumers(self) -> tuple[str, ...]:
        """Other projects that read this version."""
        return tuple(sorted({ref.consumer.project for ref in self.readers}))

    def column_place(self, column: str, *keys: str) -> Place:
        """The place of one of its columns."""
        return self.at(("columns", column), *keys)


class CrossRef(Subject):
    """A node of one project that reads a node of another.

    Attributes:
        producer: What is read; of a producer outside the mesh the stub.
        consumer: What reads it.
        edge: How: ``ref``, ``source`` (a dbt source whose relation another project builds), or ``exposure``.
        mesh: The mesh.
    """

    __slots__ = ("consumer", "edge", "mesh", "producer")
    kind = "ref"

    def __init__(self, edge: CrossEdge, mesh: Mesh) -> None:
        self.producer = edge.producer
        self.consumer = edge.consumer
        self.edge: EdgeKind = edge.kind
        self.mesh = mesh

    @property
    def label(self) -> str:
        """``punctuality.int_flights -> operations.flights.v2``."""
        return f"{self.consumer.label} -> {self.producer.label}"

    @property
    def owner(self) -> str:
        """The consumer."""
        return self.consumer.project

    @property
    def place(self) -> Place:
        """The call of ``ref`` in the consumer's file; the declaration of a source."""
        consumer = self.consumer
        if self.edge == "source":
            source, _, table = consumer.name.partition(".")
            return YamlPlace(file=consumer.path, steps=(("sources", source), ("tables", table)))
        return CodePlace(file=consumer.path, ref=self.call)

    @property
    def path(self) -> str:
        """The consumer's file."""
        return self.consumer.path

    @property
    def covered_by(self) -> tuple[str, ...]:
        """The consumer."""
        return (self.consumer.label,)

    @property
    def call(self) -> RefCall:
        """The call of ``ref`` as it is written, as far as the manifest tells."""
        producer = self.producer
        named = [ref for ref in self.consumer.refs if ref.name == producer.name]
        same = [ref for ref in named if ref.package == producer.project] or named
        exact = [ref for ref in same if ref.version is not None and str(ref.version) == str(producer.v)]
        return next(iter(exact or same), RefCall(producer.name, producer.project, producer.v))

    @property
    def is_pinned(self) -> bool:
        """Whether the ref names the version."""
        return self.producer.v is None or self.call.version is not None

    @property
    def promise(self) -> tuple[promise.Product, promise.ProductVersion] | None:
        """What the producer promises about it."""
        return self.mesh.promise_of(self.producer)
