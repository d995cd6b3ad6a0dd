"""The lineage of columns, and the couplings of domains, as far as the reader of the site may know them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mesh_tools.model.lineage import EdgeKind, TraceMethod, UseKind

NodeKind = Literal["product", "model", "seed", "snapshot", "source", "exposure", "internal"]
"""``internal``: models of a project that the reader does not see; how many there are is in the label."""
Method = TraceMethod | Literal["published"]
"""How an edge is known; ``published``: from the consumptions in an interface, the SQL is not at hand."""


class ColumnLink(Struct, frozen=True, array_like=True, gc=False):
    """One column that goes into another one, or that decides over rows: then ``to`` is empty and ``kind`` says how.

    ``column`` is empty where the source is all that a project loads, whose columns the reader does not see. With the
    method ``published`` the kind ``filter`` means any use that is no value: join, filter, group or order.
    """

    column: str
    to: str
    kind: EdgeKind | UseKind


class LineageEdge(Struct, frozen=True, kw_only=True):
    """``source`` is read by ``target``.

    Attributes:
        source: Id of a node.
        target: Id of a node.
        method: How the columns are known; ``table``: they are not.
        columns: Which columns go where.
        through: How many models that the reader does not see lie between.
    """

    source: str
    target: str
    method: Method
    columns: tuple[ColumnLink, ...] = ()
    through: int = 0


class LineageNode(Struct, frozen=True, kw_only=True):
    """One box of the lineage.

    Attributes:
        id: Of this site: the label where that tells it from all others.
        label: ``operations.flights.v2``.
        kind: What it is.
        project: Whose.
        domain: Of the project.
        href: Its page, relative to the root of the site; ``None`` without one.
        columns: In their order.
        reason: Why its columns are not traced; ``None``: they are.
    """

    id: str
    label: str
    kind: NodeKind
    project: str
    domain: str
    href: str | None = None
    columns: tuple[str, ...] = ()
    reason: str | None = None


class TracedShare(Struct, frozen=True, kw_only=True):
    """How many models of a domain are traced column by column."""

    domain: str
    traced: int
    models: int


class LineageGraph(Struct, frozen=True, kw_only=True):
    """All that is known of lineage.

    Attributes:
        nodes: By id.
        edges: Sorted by target and source.
        shares: By domain.
    """

    nodes: dict[str, LineageNode] = {}
    edges: tuple[LineageEdge, ...] = ()
    shares: tuple[TracedShare, ...] = ()


class CrossRefFact(Struct, frozen=True, kw_only=True):
    """One product version that one project uses.

    Attributes:
        product: ``operations.flights.v2``.
        href: Its page.
        consumer: The project that uses it.
        models: How many of its models and exposures do.
        pinned: Whether all of their refs name the version.
    """

    product: str
    href: str | None = None
    consumer: str
    models: int
    pinned: bool = True


class Coupling(Struct, frozen=True, kw_only=True):
    """``consumer`` uses products of ``producer``; both are domains."""

    producer: str
    consumer: str
    refs: tuple[CrossRefFact, ...]

    @property
    def strength(self) -> int:
        """How many models and exposures read a product, summed over the products."""
        return sum(ref.models for ref in self.refs)


class DomainBox(Struct, frozen=True, kw_only=True):
    """A domain on the map."""

    name: str
    href: str
    products: int = 0
    projects: int = 1


class MapFacts(Struct, frozen=True, kw_only=True):
    """The map of the mesh.

    Attributes:
        domains: Sorted by name.
        couplings: Sorted by producer and consumer.
        cycles: Circles of domains; the first stands again at the end.
    """

    domains: tuple[DomainBox, ...] = ()
    couplings: tuple[Coupling, ...] = ()
    cycles: tuple[tuple[str, ...], ...] = ()
