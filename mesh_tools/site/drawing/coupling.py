"""What map, matrix and list say alike about a coupling of two domains."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from itertools import pairwise

from msgspec import Struct

from mesh_tools.site.drawing.flow import feedback, ranks
from mesh_tools.site.facts.graph import Coupling, MapFacts
from mesh_tools.site.names import slug

STEPS = (1, 3, 6, 12, 25)
"""From which strength on a line is of the class ``w1`` to ``w5``: fixed, so that two maps can be compared."""
_LINES = 40
_LINES_PER_DOMAIN = 1.2
"""More lines than these are no drawing, but a hairball."""
_CYCLES = 12
"""Up to how many couplings of cycles are drawn however weak they are: what closes a cycle often is."""


class Flow(Struct, frozen=True):
    """Which way the mesh flows.

    Attributes:
        order: Domains, upstream first; those that couplings alone name stand among them.
        backward: Producer and consumer of the couplings that run against it; all others go from left to right.
        circular: Those of the others that lie on a cycle which the facts name.
    """

    order: tuple[str, ...]
    backward: frozenset[tuple[str, str]]
    circular: frozenset[tuple[str, str]]

    def kind(self, coupling: Coupling) -> str:
        """``backward``, ``circular`` or ``forward``."""
        pair = (coupling.producer, coupling.consumer)
        return "backward" if pair in self.backward else "circular" if pair in self.circular else "forward"


def flow_of(facts: MapFacts) -> Flow:
    """The flow that the least refs go against."""
    names = sorted(
        {box.name for box in facts.domains} | {end for c in facts.couplings for end in (c.producer, c.consumer)}
    )
    number = {name: index for index, name in enumerate(names)}
    arcs = [(number[c.producer], number[c.consumer], float(c.strength)) for c in facts.couplings]
    turned = feedback(len(names), arcs)
    rank = ranks(len(names), [arc for index, arc in enumerate(arcs) if index not in turned])
    backward = frozenset((facts.couplings[index].producer, facts.couplings[index].consumer) for index in turned)
    circular = frozenset(pair for cycle in facts.cycles for pair in pairwise(cycle)) - backward
    return Flow(tuple(sorted(names, key=lambda name: (rank[number[name]], name))), backward, circular)


def legible_minimum(facts: MapFacts) -> int:
    """The least strength that leaves a drawing rather than a hairball; 0: all of them can be drawn.

    It is above all strengths where too many couplings are equally strong: then a matrix says more than any line.
    """
    room = max(_LINES, round(_LINES_PER_DOMAIN * len(facts.domains)))
    if len(facts.couplings) <= room:
        return 0
    shown, minimum = 0, 0
    for strength, number in sorted(Counter(c.strength for c in facts.couplings).items(), reverse=True):
        shown += number
        if shown > room:
            return minimum or strength + 1
        minimum = strength
    return minimum


def kept_by(facts: MapFacts, flow: Flow) -> frozenset[tuple[str, str]]:
    """Couplings that are drawn whatever the minimum is: those of cycles, unless there are many."""
    cycles = flow.backward | flow.circular
    known = frozenset((c.producer, c.consumer) for c in facts.couplings) & cycles
    return known if len(known) <= _CYCLES else frozenset()


def step(strength: int) -> str:
    """The class of a strength: ``w1`` to ``w5``."""
    return f"w{max(1, bisect_right(STEPS, strength))}"


def coupling_anchor(producer: str, consumer: str) -> str:
    """Where the page of the map lists the refs: ``e-operations--planning``."""
    return f"e-{slug(producer)}--{slug(consumer)}"


def in_words(coupling: Coupling, kind: str) -> str:
    """What a reader who sees no line is told of it."""
    told = {
        "forward": "",
        "circular": ", on a cycle",
        "backward": ", against the flow",
    }[kind]
    strength = coupling.strength
    readers = f"{strength:,} {'reader' if strength == 1 else 'readers'}"
    return f"{coupling.consumer} reads {coupling.producer}: {readers}{told}"
