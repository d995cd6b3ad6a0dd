"""The layered drawing: upstream on the left, nothing on top of anything else, the same every time."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from mesh_tools.site.drawing.layered import Arrow, Box, Drawing, Place, Route, backward_arrows, layered


def boxes(names: str) -> list[Box]:
    return [Box(name, 100, 40) for name in names]


def arrows(pairs: str) -> list[Arrow]:
    """``ab bc:3``: from a to b, and from b to c with a weight of 3."""
    return [Arrow(pair[0], pair[1], float(pair[3:] or 1)) for pair in pairs.split()]


def random_graph(size: int, count: int, seed: int = 1) -> tuple[list[Box], list[Arrow]]:
    chance = random.Random(seed)  # noqa: S311 - a graph, not a secret
    pairs = {tuple(chance.sample(range(size), 2)) for _ in range(count)}
    return (
        [Box(f"n{n}", 120, chance.choice([30, 48])) for n in range(size)],
        [Arrow(f"n{a}", f"n{b}", chance.randint(1, 9)) for a, b in sorted(pairs)],
    )


def overlap(one: Place, other: Place) -> bool:
    return abs(one.x - other.x) < min(one.width, other.width) and (
        one.y < other.y + other.height and other.y < one.y + one.height
    )


def test_a_chain_runs_from_left_to_right_on_one_height() -> None:
    drawing = layered(boxes("abc"), arrows("ab bc"))
    assert [drawing.places[name].layer for name in "abc"] == [0, 1, 2]
    assert {place.y for place in drawing.places.values()} == {0}
    assert drawing.routes[0].points == ((100, 20), (196, 20))


def test_the_longest_way_decides_how_far_downstream_a_box_stands() -> None:
    drawing = layered(boxes("abcd"), arrows("ab bc cd ad"))
    assert drawing.places["d"].layer == 3


def test_what_is_read_late_alone_stands_beside_its_reader() -> None:
    drawing = layered(boxes("abcs"), arrows("ab bc sc"))
    assert drawing.places["s"].layer == 1


def test_the_lightest_arrow_of_a_cycle_is_the_one_that_runs_backward() -> None:
    drawing = layered(boxes("abc"), arrows("ab:5 bc:5 ca:1"))
    assert [route.backward for route in drawing.routes] == [False, False, True]
    assert drawing.routes[2].points[0][0] > drawing.routes[2].points[-1][0]


@pytest.mark.parametrize("seed", range(5))
def test_without_its_backward_arrows_a_graph_has_no_cycle(seed: int) -> None:
    found, lines = random_graph(40, 160, seed)
    drawing = layered(found, lines)
    assert all(
        (drawing.places[route.source].layer < drawing.places[route.target].layer) != route.backward
        for route in drawing.routes
    )


def test_a_graph_without_cycles_has_no_backward_arrow() -> None:
    forward = [Arrow(f"n{a}", f"n{b}") for a in range(30) for b in range(a + 1, 30, 3)]
    assert backward_arrows([f"n{n}" for n in range(30)], forward) == frozenset()


def test_who_knows_the_backward_arrows_of_a_larger_graph_says_so() -> None:
    drawing = layered(boxes("ab"), arrows("ab"), backward={("a", "b")})
    assert drawing.places["b"].layer == 0
    assert drawing.routes[0].backward


@pytest.mark.parametrize("seed", range(5))
def test_no_box_lies_on_another_one_and_all_are_in_the_picture(seed: int) -> None:
    drawing = layered(*random_graph(60, 150, seed))
    places = list(drawing.places.values())
    assert not any(overlap(one, other) for index, one in enumerate(places) for other in places[:index])
    assert all(0 <= place.x <= drawing.width - place.width for place in places)
    assert all(0 <= place.y <= drawing.height - place.height for place in places)


@pytest.mark.parametrize("seed", range(5))
def test_lines_cross_layers_level_and_never_through_a_box(seed: int) -> None:
    drawing = layered(*random_graph(40, 100, seed))
    for route in drawing.routes:
        for y, x_from, x_to in level_pieces(route):
            assert not any(passes(place, y, x_from, x_to) for place in drawing.places.values())


def level_pieces(route: Route) -> list[tuple[float, float, float]]:
    """Those that pass a layer: every second piece of the line."""
    pieces = list(pairwise(route.points))[1::2]
    assert all(a[1] == b[1] for a, b in pieces)
    return [(a[1], min(a[0], b[0]), max(a[0], b[0])) for a, b in pieces]


def passes(place: Place, y: float, x_from: float, x_to: float) -> bool:
    return place.y < y < place.y + place.height and x_from < place.x + place.width / 2 < x_to


def test_lines_that_can_be_drawn_without_crossing_are() -> None:
    """The order of the boxes as given crosses every line."""
    drawing = layered(boxes("abcxyz"), arrows("az by cx"))
    heights = {name: place.y for name, place in drawing.places.items()}
    assert [heights["z"] == heights["a"], heights["y"] == heights["b"], heights["x"] == heights["c"]] == [True] * 3


def test_lines_of_one_box_begin_apart_from_each_other() -> None:
    drawing = layered(boxes("abcd"), arrows("ab ac ad"))
    starts = [route.points[0][1] for route in drawing.routes]
    assert len(set(starts)) == 3
    assert all(0 < y - drawing.places["a"].y < 40 for y in starts)


def test_the_same_graph_is_drawn_the_same() -> None:
    assert layered(*random_graph(50, 140)) == layered(*random_graph(50, 140))


def test_nothing_is_drawn_of_nothing() -> None:
    assert layered([], []) == Drawing({}, (), 0, 0)


def test_a_box_has_no_arrow_to_itself() -> None:
    assert layered(boxes("a"), arrows("aa")).routes == ()


def test_a_thousand_boxes_have_a_place_each() -> None:
    chance = random.Random(7)  # noqa: S311 - a graph, not a secret
    found = [Box(f"n{n}", 120, 40) for n in range(1000)]
    lines = [Arrow(f"n{n}", f"n{chance.randint(max(0, n - 80), n + 40) % 1000}") for n in range(1000) for _ in (0, 1)]
    drawing = layered(found, lines)
    assert len({(place.x, place.y) for place in drawing.places.values()}) == 1000
