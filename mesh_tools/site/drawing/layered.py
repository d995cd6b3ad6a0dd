"""A layered drawing of any directed graph: what is upstream stands to the left of what reads it.

The steps are those of Sugiyama, Tagawa and Toda (1981). All of them are deterministic.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from msgspec import Struct

from mesh_tools.site.drawing.crossings import ordered
from mesh_tools.site.drawing.flow import feedback, ranks
from mesh_tools.site.drawing.straight import straightened

Point = tuple[float, float]
# How strongly the ends of a piece of line pull at each other: long lines are to be straight (Gansner and others, 1993).
_PULLS = (1.0, 2.0, 8.0)


class Box(Struct, frozen=True):
    """What is drawn; sizes in pixels."""

    id: str
    width: float
    height: float


class Arrow(Struct, frozen=True):
    """From one box to another. Where a cycle has to be broken, arrows of little weight are turned first."""

    source: str
    target: str
    weight: float = 1


class Space(Struct, frozen=True, kw_only=True):
    """Free space in pixels: between two layers, between two boxes, between two lines."""

    layers: float = 96
    boxes: float = 22
    lines: float = 12


class Place(Struct, frozen=True):
    """A box: its upper left corner, its size, and its layer from the left."""

    x: float
    y: float
    width: float
    height: float
    layer: int


class Route(Struct, frozen=True):
    """The way of an arrow, from its source to its target: lines between ``points`` are level or cross a gap.

    ``backward``: it runs from right to left, since it closes a cycle.
    """

    source: str
    target: str
    points: tuple[Point, ...]
    backward: bool


class Drawing(Struct, frozen=True):
    """Where everything stands.

    Attributes:
        places: By id, layer by layer and from top to bottom.
        routes: In the order of the arrows; boxes have no arrow to themselves.
        width: Of all.
        height: Of all.
    """

    places: dict[str, Place]
    routes: tuple[Route, ...]
    width: float
    height: float


def backward_arrows(ids: Sequence[str], arrows: Sequence[Arrow]) -> frozenset[tuple[str, str]]:
    """Source and target of the arrows without which there is no cycle."""
    number = {name: index for index, name in enumerate(ids)}
    arcs = [(number[arrow.source], number[arrow.target], arrow.weight) for arrow in arrows]
    return frozenset((arrows[index].source, arrows[index].target) for index in feedback(len(ids), arcs))


def layered(
    boxes: Sequence[Box],
    arrows: Sequence[Arrow],
    *,
    backward: Collection[tuple[str, str]] | None = None,
    space: Space = Space(),  # noqa: B008 - frozen
) -> Drawing:
    """Lay out a graph from left to right.

    Args:
        boxes: Each id once; where nothing else decides, their order does.
        arrows: Between these boxes.
        backward: Source and target of the arrows that go against the flow, when that is known of a larger graph.
        space: Between things.
    """
    arrows = [arrow for arrow in arrows if arrow.source != arrow.target]
    if backward is None:
        backward = backward_arrows([box.id for box in boxes], arrows)
    return _Layout(boxes, arrows, backward, space).drawing()


class _Layout:
    """Boxes are nodes from 0 on; where a long arrow passes a layer, it has a node of its own there."""

    def __init__(
        self, boxes: Sequence[Box], arrows: Sequence[Arrow], backward: Collection[tuple[str, str]], space: Space
    ) -> None:
        self.boxes, self.arrows, self.backward, self.space = boxes, arrows, backward, space
        number = {box.id: index for index, box in enumerate(boxes)}
        self.turned = [(arrow.source, arrow.target) in backward for arrow in arrows]
        arcs = [
            (number[b], number[a], arrow.weight) if is_turned else (number[a], number[b], arrow.weight)
            for arrow, is_turned in zip(arrows, self.turned, strict=True)
            for a, b in [(arrow.source, arrow.target)]
        ]
        self.rank = ranks(len(boxes), arcs)
        self.layers: list[list[int]] = [[] for _ in range(max(self.rank, default=-1) + 1)]
        for node, rank in enumerate(self.rank):
            self.layers[rank].append(node)
        self.chains = [self._chain(source, target) for source, target, _ in arcs]
        self._order()

    def _chain(self, source: int, target: int) -> list[int]:
        chain = [source]
        for rank in range(self.rank[source] + 1, self.rank[target]):
            node = len(self.rank)
            self.rank.append(rank)
            self.layers[rank].append(node)
            chain.append(node)
        return [*chain, target]

    def _order(self) -> None:
        count, real = len(self.rank), len(self.boxes)
        before: list[list[tuple[int, float]]] = [[] for _ in range(count)]
        after: list[list[tuple[int, float]]] = [[] for _ in range(count)]
        for chain in self.chains:
            for left, right in pairwise(chain):
                pull = _PULLS[(left >= real) + (right >= real)]
                after[left].append((right, pull))
                before[right].append((left, pull))
        self.layers = ordered(
            self.layers, [[node for node, _ in side] for side in before], [[node for node, _ in side] for side in after]
        )
        heights = [box.height + self.space.boxes for box in self.boxes] + [self.space.lines] * (count - real)
        self.centre = straightened(self.layers, before, after, heights)

    def drawing(self) -> Drawing:
        tops = [centre - box.height / 2 for centre, box in zip(self.centre, self.boxes, strict=False)]
        # Lines that pass above or below all boxes count too.
        top = min((*tops, *self.centre[len(self.boxes) :]), default=0)
        self.centre = [centre - top for centre in self.centre]
        self.columns = self._columns()
        places = {
            self.boxes[node].id: self._place(node) for layer in self.layers for node in layer if node < len(self.boxes)
        }
        routes = self._routes()
        bottom = max((place.y + place.height for place in places.values()), default=0)
        lowest = max(self.centre, default=0)
        width = self.columns[-1][1] if self.columns else 0
        return Drawing(places, routes, width, round(max(bottom, lowest), 1))

    def _columns(self) -> list[tuple[float, float]]:
        """Left and right end of each layer."""
        found: list[tuple[float, float]] = []
        left = 0.0
        for layer in self.layers:
            right = left + max((self.boxes[node].width for node in layer if node < len(self.boxes)), default=0)
            found.append((left, right))
            left = right + self.space.layers
        return found

    def _place(self, node: int) -> Place:
        box, (left, right), layer = self.boxes[node], self.columns[self.rank[node]], self.rank[node]
        x = left + (right - left - box.width) / 2
        return Place(round(x, 1), round(self.centre[node] - box.height / 2, 1), box.width, box.height, layer)

    def _routes(self) -> tuple[Route, ...]:
        starts = self._ports({index: (chain[0], chain[1]) for index, chain in enumerate(self.chains)})
        ends = self._ports({index: (chain[-1], chain[-2]) for index, chain in enumerate(self.chains)})
        routes = []
        for index, (arrow, chain) in enumerate(zip(self.arrows, self.chains, strict=True)):
            first, last = self._place(chain[0]), self._place(chain[-1])
            points = [(first.x + first.width, starts[index])]
            for node in chain[1:-1]:
                y = round(self.centre[node], 1)
                points += [(x, y) for x in self.columns[self.rank[node]]]
            points.append((last.x, ends[index]))
            if self.turned[index]:
                points.reverse()
            routes.append(Route(arrow.source, arrow.target, tuple(points), self.turned[index]))
        return tuple(routes)

    def _ports(self, ends: dict[int, tuple[int, int]]) -> dict[int, float]:
        """Where on its side of a box each line begins: one below the other, in the order of where they go."""
        lines: dict[int, list[int]] = {}
        for index, (node, _) in ends.items():
            lines.setdefault(node, []).append(index)
        found = {}
        for node, indices in lines.items():
            indices.sort(key=lambda index: (self.centre[ends[index][1]], index))
            step = min(self.space.lines, 0.8 * self.boxes[node].height / len(indices))
            for place, index in enumerate(indices):
                found[index] = round(self.centre[node] + step * (place - (len(indices) - 1) / 2), 1)
        return found
