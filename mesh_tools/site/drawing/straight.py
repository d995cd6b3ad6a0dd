"""Where nodes stand within their layers, once their order is known: near to their neighbours, and never too near."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

Links = Sequence[Sequence[tuple[int, float]]]
"""For each node its neighbours in one layer beside it, and how strongly each pulls."""
_SWEEPS = 24
_STEPS = 120_000
"""About how many times a node is moved at most: graphs that are too large to be read get fewer sweeps."""


def straightened(layers: Sequence[Sequence[int]], before: Links, after: Links, heights: Sequence[float]) -> list[float]:
    """The centre of each node.

    Layer by layer the places that are nearest to the neighbours', in the sense of least squares, among those that keep
    order and distance: an isotonic regression, which pooling adjacent violators solves in linear time.

    Args:
        layers: Numbers of nodes in their order.
        before: Neighbours to the left.
        after: Neighbours to the right.
        heights: Of each node, with the free space that it needs.
    """
    centre = [0.0] * len(heights)
    offsets: dict[int, list[float]] = {}
    for index, layer in enumerate(layers):
        offset, total = [0.0] * len(layer), 0.0
        for place, (up, down) in enumerate(pairwise(layer)):
            total += (heights[up] + heights[down]) / 2
            offset[place + 1] = total
        offsets[index] = offset
        for node, top in zip(layer, offset, strict=True):
            centre[node] = top - total / 2
    sweeps = min(_SWEEPS, 4 + _STEPS // max(len(heights), 1))
    for sweep in range(sweeps):
        sides = (before, after) if sweep > sweeps // 2 else (before if sweep % 2 == 0 else after,)
        order = range(len(layers)) if sweep % 2 == 0 else range(len(layers) - 1, -1, -1)
        for index in order:
            _settle(layers[index], offsets[index], sides, centre)
    return centre


def _settle(layer: Sequence[int], offset: Sequence[float], sides: Sequence[Links], centre: list[float]) -> None:
    wishes = []
    for node, top in zip(layer, offset, strict=True):
        total = weight = 0.0
        for side in sides:
            for other, pull in side[node]:
                total += pull * centre[other]
                weight += pull
        # What nothing pulls stays, and makes way for everything else.
        wishes.append(((total / weight if weight else centre[node]) - top, weight or 0.01))
    for node, top, value in zip(layer, offset, _isotonic(wishes), strict=True):
        centre[node] = value + top


def _isotonic(wishes: Sequence[tuple[float, float]]) -> list[float]:
    """The nearest values that never fall, for values and their weights."""
    blocks: list[tuple[float, float, int]] = []
    for wish, heaviness in wishes:
        value, weight, size = wish, heaviness, 1
        while blocks and blocks[-1][0] > value:
            other, more, count = blocks.pop()
            value = (value * weight + other * more) / (weight + more)
            weight += more
            size += count
        blocks.append((value, weight, size))
    return [value for value, _, size in blocks for _ in range(size)]
