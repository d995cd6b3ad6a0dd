"""The order of nodes within their layers that makes few lines cross: sweeps by barycentre, then by exchange."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

Neighbours = Sequence[Sequence[int]]
_SWEEPS = 16
_STEPS = 60_000
"""About how many times a node is moved at most: graphs that are too large to be read get fewer sweeps."""
_EXCHANGED = 600
"""Up to how many nodes, those on the way of long arrows counted, neighbours are exchanged one by one."""
_ROUNDS = 12


def ordered(layers: Sequence[Sequence[int]], before: Neighbours, after: Neighbours) -> list[list[int]]:
    """The layers with few crossings; which are the fewest is NP-hard to know.

    Args:
        layers: Numbers of nodes, left to right.
        before: For each node its neighbours in the layer to the left.
        after: For each node its neighbours in the layer to the right.
    """
    current = [list(layer) for layer in layers]
    position = [0] * len(before)
    for layer in current:
        _renumber(layer, position)
    best, fewest = _copy(current), _crossings(current, after, position)
    for sweep in range(min(_SWEEPS, 2 + _STEPS // max(len(before), 1))):
        if not fewest:
            break
        to_right = sweep % 2 == 0
        beside = before if to_right else after
        for layer in current if to_right else reversed(current):
            centre = {node: _barycentre(beside[node], position, position[node]) for node in layer}
            layer.sort(key=centre.__getitem__)
            _renumber(layer, position)
        count = _crossings(current, after, position)
        if count < fewest:
            best, fewest = _copy(current), count
    if fewest and len(before) <= _EXCHANGED:
        _exchange(best, before, after)
    return best


def _copy(layers: list[list[int]]) -> list[list[int]]:
    return [layer[:] for layer in layers]


def _renumber(layer: list[int], position: list[int]) -> None:
    for index, node in enumerate(layer):
        position[node] = index


def _barycentre(neighbours: Sequence[int], position: list[int], own: int) -> float:
    return sum(position[other] for other in neighbours) / len(neighbours) if neighbours else own


def _crossings(layers: list[list[int]], after: Neighbours, position: list[int]) -> int:
    return sum(_between(left, len(right), after, position) for left, right in pairwise(layers))


def _between(left: list[int], width: int, after: Neighbours, position: list[int]) -> int:
    """Inversions, counted with a Fenwick tree (Barth, Jünger, Mutzel 2002)."""
    tree = [0] * (width + 1)
    crossings = seen = 0
    for node in left:
        ends = sorted(position[other] for other in after[node])
        for end in ends:
            crossings += seen
            index = end + 1
            while index:
                crossings -= tree[index]
                index &= index - 1
        for end in ends:
            index = end + 1
            while index <= width:
                tree[index] += 1
                index += index & -index
        seen += len(ends)
    return crossings


def _exchange(layers: list[list[int]], before: Neighbours, after: Neighbours) -> None:
    """Swap neighbours within a layer as long as that saves crossings."""
    position = [0] * len(before)
    for layer in layers:
        _renumber(layer, position)
    for _ in range(_ROUNDS):
        is_better = False
        for layer in layers:
            for index in range(len(layer) - 1):
                up, down = layer[index], layer[index + 1]
                saved = sum(
                    _pairs(side[up], side[down], position) - _pairs(side[down], side[up], position)
                    for side in (before, after)
                )
                if saved > 0:
                    layer[index], layer[index + 1] = down, up
                    position[up], position[down] = index + 1, index
                    is_better = True
        if not is_better:
            return


def _pairs(up: Sequence[int], down: Sequence[int], position: list[int]) -> int:
    """How often a line of the upper node crosses one of the lower."""
    return sum(position[one] > position[other] for one in up for other in down)
