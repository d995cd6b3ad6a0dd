"""The map of the mesh with all that it stands on: every coupling of two domains, and the refs that make it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from mesh_tools.site.drawing.coupling import (
    STEPS,
    Flow,
    coupling_anchor,
    flow_of,
    in_words,
    kept_by,
    legible_minimum,
    step,
)
from mesh_tools.site.drawing.matrix import matrix
from mesh_tools.site.drawing.mesh_map import mesh_map
from mesh_tools.site.facts.graph import CrossRefFact, MapFacts
from mesh_tools.site.output import Page
from mesh_tools.site.render import Renderer

PATH = "map.html"


class Listed(Struct, frozen=True, kw_only=True):
    """A coupling in the list.

    Attributes:
        anchor: Where it stands.
        producer: Domain that is read.
        consumer: Domain that reads.
        ends: Their numbers, by which the script finds what belongs to a domain.
        strength: How many models and exposures read.
        kind: ``forward``, ``circular`` or ``backward``.
        words: It in one sentence.
        refs: One for each product version and project.
    """

    anchor: str
    producer: str
    consumer: str
    ends: tuple[int, int]
    strength: int
    kind: str
    words: str
    refs: tuple[CrossRefFact, ...]


class Hop(Struct, frozen=True):
    """One step of a cycle."""

    producer: str
    consumer: str
    anchor: str


class LeftOut(Struct, frozen=True):
    """What the drawing begins without.

    Attributes:
        minimum: Couplings below this strength are left out; 0: none is.
        number: How many are.
        kept: How many are weaker, and drawn since they are of a cycle.
        drawn: How many lines there are.
    """

    minimum: int
    number: int
    kept: int
    drawn: int


def map_page(renderer: Renderer) -> Iterator[Page]:
    """``map.html``."""
    facts = renderer.catalogue.map
    flow, minimum = flow_of(facts), legible_minimum(facts)
    steps = _steps(facts, minimum)
    yield renderer.page(
        PATH,
        PATH,
        nav="map",
        facts=facts,
        drawing=mesh_map(facts, minimum, hidden=True),
        matrix=matrix(facts) if facts.couplings else "",
        names=sorted(flow.order),
        groups=_groups(facts, flow),
        hrefs={box.name: box.href for box in facts.domains},
        cycles=[[Hop(a, b, coupling_anchor(a, b)) for a, b in pairwise(cycle)] for cycle in facts.cycles],
        backward=[listed for _, found in _groups(facts, flow) for listed in found if listed.kind == "backward"],
        left_out=_left_out(facts, flow, minimum),
        steps=steps,
        start=next((index for index, least in enumerate(steps) if least >= minimum), 0),
        legend=_legend(facts),
    )


def map_overview(facts: MapFacts) -> str:
    """The map for other pages at the root of the site: SVG, with links to ``map.html`` and to the domains."""
    return mesh_map(facts, legible_minimum(facts), page=PATH)


def _groups(facts: MapFacts, flow: Flow) -> list[tuple[str, list[Listed]]]:
    """The couplings by producer, upstream first."""
    number = {name: index for index, name in enumerate(sorted(flow.order))}
    found: dict[str, list[Listed]] = {name: [] for name in flow.order}
    for coupling in facts.couplings:
        kind = flow.kind(coupling)
        found[coupling.producer].append(
            Listed(
                anchor=coupling_anchor(coupling.producer, coupling.consumer),
                producer=coupling.producer,
                consumer=coupling.consumer,
                ends=(number[coupling.producer], number[coupling.consumer]),
                strength=coupling.strength,
                kind=kind,
                words=in_words(coupling, kind),
                refs=coupling.refs,
            )
        )
    return [(producer, listed) for producer, listed in found.items() if listed]


def _left_out(facts: MapFacts, flow: Flow, minimum: int) -> LeftOut:
    kept = kept_by(facts, flow)
    weak = [(c.producer, c.consumer) in kept for c in facts.couplings if c.strength < minimum]
    left_out = weak.count(False)
    return LeftOut(minimum, left_out, weak.count(True), len(facts.couplings) - left_out)


def _legend(facts: MapFacts) -> list[tuple[str, int]]:
    """The widths of lines up to the one that the strongest coupling has, and from which strength on."""
    most = max((coupling.strength for coupling in facts.couplings), default=0)
    return [(step(least), least) for least in STEPS if least <= most]


def _steps(facts: MapFacts, minimum: int) -> list[int]:
    """The least strengths that make a difference."""
    return sorted({coupling.strength for coupling in facts.couplings} | ({minimum} if minimum else set()))
