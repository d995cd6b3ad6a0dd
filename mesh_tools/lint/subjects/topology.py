"""How far data travels: the domains that it goes through, and which of them depend on which."""

from __future__ import annotations

from collections import defaultdict
from graphlib import CycleError, TopologicalSorter

from msgspec import Struct

from mesh_tools.lint.subjects.mesh import Mesh


class Links(Struct, frozen=True):
    """Which domains read which: ``upstream`` of each, and ``downstream`` of each."""

    upstream: dict[str, set[str]]
    downstream: dict[str, set[str]]

    def instability(self, domain: str) -> float:
        """Of all domains that it is linked with, the part that it depends on (R. Martin's I = Ce / (Ca + Ce))."""
        reads, read_by = (len(side.get(domain, ())) for side in (self.upstream, self.downstream))
        return reads / (reads + read_by) if reads + read_by else 0.0


def links_of(mesh: Mesh) -> Links:
    """The links between domains; exposures read products, too, and tests do not count."""
    links = Links(defaultdict(set), defaultdict(set))
    for ref in mesh.cross_refs:
        producer, consumer = mesh.domain_of(ref.producer.project), mesh.domain_of(ref.consumer.project)
        if producer != consumer and ref.consumer.resource_type != "test":
            links.upstream[consumer].add(producer)
            links.downstream[producer].add(consumer)
    return links


def chains_of(mesh: Mesh) -> dict[str, tuple[str, ...]]:
    """The longest chain of domains through which the data of each node has come, its own last; by key.

    Nothing where nodes read each other in a circle.
    """
    inputs = mesh.graph.inputs()
    try:
        order = tuple(TopologicalSorter(inputs).static_order())
    except CycleError:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for key in order:
        domain = mesh.domain_of(mesh.graph.nodes[key].project)
        longest = max((found[parent] for parent in inputs[key]), key=len, default=())
        found[key] = longest if longest[-1:] == (domain,) else (*longest, domain)
    return found
