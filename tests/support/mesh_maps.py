"""Maps of meshes that never were, for tests of what is drawn of them."""

from __future__ import annotations

from mesh_tools.mesh.graph import cycles_of
from mesh_tools.site.facts.graph import Coupling, CrossRefFact, DomainBox, MapFacts
from mesh_tools.site.names import domain_page


def map_of(*couplings: tuple[str, str, int], alone: tuple[str, ...] = ()) -> MapFacts:
    """Facts of couplings, each given as producer, consumer and strength, and of domains without any."""
    names = sorted({*alone, *(end for producer, consumer, _ in couplings for end in (producer, consumer))})
    reads: dict[str, list[str]] = {name: [] for name in names}
    for producer, consumer, _ in couplings:
        reads[consumer].append(producer)
    return MapFacts(
        domains=tuple(DomainBox(name=name, href=domain_page(name), products=3) for name in names),
        couplings=tuple(_coupling(*coupling) for coupling in sorted(couplings)),
        cycles=cycles_of(reads),
    )


def circle(size: int, strength: int = 1) -> MapFacts:
    """Every domain reads every other one."""
    names = [f"d{number:02d}" for number in range(size)]
    return map_of(*((a, b, strength) for a in names for b in names if a != b))


def _coupling(producer: str, consumer: str, strength: int) -> Coupling:
    ref = CrossRefFact(
        product=f"{producer}.orders.v2",
        href=f"products/{producer}/orders/index.html",
        consumer=f"{consumer}_core",
        models=strength,
        pinned=strength > 1,
    )
    return Coupling(producer=producer, consumer=consumer, refs=(ref,))
