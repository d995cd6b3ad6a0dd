"""Which way a graph flows: the arrows that go against it, and how far downstream each node is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush

import rustworkx as rx

Arc = tuple[int, int, float]
"""Source, target and weight; nodes are numbers from 0."""
_SIFTED = 150
"""Up to how many nodes of a knot are moved one by one: that takes the square of their number."""


def feedback(nodes: int, arcs: Sequence[Arc]) -> frozenset[int]:
    """Indices of arcs without which there is no cycle, of little weight together; arcs of a node to itself among them.

    Finding the least weight is NP-hard. The heuristic is that of Eades, Lin and Smyth (1993), for each strongly
    connected component by itself, so that no arc between two of them is lost; small ones are improved by sifting.
    """
    place = [0] * nodes
    found = {index for index, (source, target, _) in enumerate(arcs) if source == target}
    component = _components(nodes, arcs)
    inside: dict[int, list[Arc]] = {}
    for arc in arcs:
        if component[arc[0]] == component[arc[1]] and arc[0] != arc[1]:
            inside.setdefault(component[arc[0]], []).append(arc)
    for knot in inside.values():
        order = _sequence(knot)
        for position, node in enumerate(_sifted(order, knot) if len(order) <= _SIFTED else order):
            place[node] = position
    for index, (source, target, _) in enumerate(arcs):
        if component[source] == component[target] and place[source] > place[target]:
            found.add(index)
    return frozenset(found)


def ranks(nodes: int, arcs: Sequence[Arc]) -> list[int]:
    """The layer of each node: by the longest path to it, then as near to what it feeds as its other arcs let it.

    Args:
        nodes: How many there are.
        arcs: Without cycles.
    """
    after: list[list[int]] = [[] for _ in range(nodes)]
    pull = [0.0] * nodes
    waiting = [0] * nodes
    for source, target, weight in arcs:
        after[source].append(target)
        waiting[target] += 1
        pull[source] += weight
        pull[target] -= weight
    order = [node for node in range(nodes) if not waiting[node]]
    rank = [0] * nodes
    for node in order:  # grows while it is read
        for target in after[node]:
            rank[target] = max(rank[target], rank[node] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                order.append(target)
    for node in reversed(order):
        if after[node] and pull[node] > 0:
            rank[node] = min(rank[target] for target in after[node]) - 1
    return rank


def _components(nodes: int, arcs: Iterable[Arc]) -> list[int]:
    """The strongly connected component of each node, as the number of its first node."""
    graph: rx.PyDiGraph[None, None] = rx.PyDiGraph(multigraph=False)
    graph.add_nodes_from([None] * nodes)
    graph.add_edges_from([(source, target, None) for source, target, _ in arcs])
    component = list(range(nodes))
    for members in rx.strongly_connected_components(graph):
        first = min(members)
        for node in members:
            component[node] = first
    return component


def _sequence(arcs: Sequence[Arc]) -> list[int]:
    """The nodes of a knot so that little weight goes from right to left: what is only read first, readers last."""
    after: dict[int, list[tuple[int, float]]] = {}
    before: dict[int, list[tuple[int, float]]] = {}
    surplus: dict[int, float] = {}
    for source, target, weight in arcs:
        after.setdefault(source, []).append((target, weight))
        before.setdefault(target, []).append((source, weight))
        surplus[source] = surplus.get(source, 0) + weight
        surplus[target] = surplus.get(target, 0) - weight
    outs = {node: len(found) for node, found in after.items()}
    ins = {node: len(found) for node, found in before.items()}

    def key(node: int) -> tuple[int, float, int]:
        return (0, 0, node) if not outs[node] else (1, 0, node) if not ins[node] else (2, -surplus[node], node)

    heap = [key(node) for node in surplus]
    heapify(heap)
    left: list[int] = []
    right: list[int] = []
    gone: set[int] = set()
    while heap:
        entry = heappop(heap)
        node = entry[2]
        if node in gone or entry != key(node):
            continue  # its neighbours left since: it stands in the heap once more
        gone.add(node)
        (left if entry[0] else right).append(node)
        for neighbours, count, sign in ((after[node], ins, 1), (before[node], outs, -1)):
            for other, weight in neighbours:
                if other not in gone:
                    count[other] -= 1
                    surplus[other] += sign * weight
                    heappush(heap, key(other))
    return left + right[::-1]


def _sifted(order: list[int], arcs: Sequence[Arc]) -> list[int]:
    """Each node moved to where the least weight goes backward, the others staying as they are."""
    forward: dict[tuple[int, int], float] = {}
    for source, target, weight in arcs:
        forward[source, target] = forward.get((source, target), 0) + weight
    for node in sorted(order):
        start = order.index(node)
        rest = order[:start] + order[start + 1 :]
        # What it costs to stand at the very left, then one further to the right each time.
        cost = sum(forward.get((other, node), 0) for other in rest)
        costs = [cost]
        for other in rest:
            cost += forward.get((node, other), 0) - forward.get((other, node), 0)
            costs.append(cost)
        best = min(costs)
        if best < costs[start]:
            rest.insert(costs.index(best), node)
            order = rest
    return order
