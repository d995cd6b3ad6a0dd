"""A node with what it reads and what reads it, one step away: three columns, no layout needed."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from mesh_tools.site.drawing.svg import arrow, element, shortened, text
from mesh_tools.site.facts.graph import LineageEdge, LineageNode

_WIDTH, _HEIGHT, _GAP, _BETWEEN = 210.0, 42.0, 12.0, 96.0
_MARGIN = 6.0
_ROOM = _WIDTH - 22
_PER_CHARACTER = 7.1
MOST = 10
"""Boxes on either side; how many more there are stands below them."""


class Neighbour(Struct, frozen=True):
    """A node beside the middle, and how it is connected."""

    node: LineageNode
    edge: LineageEdge


def neighbours(
    middle: LineageNode, before: Sequence[Neighbour], after: Sequence[Neighbour], root: str, words: str
) -> str:
    """The drawing as SVG.

    Args:
        middle: The node.
        before: What it reads.
        after: What reads it.
        root: Leads from the page to the site's root.
        words: What it shows, for who cannot see it.
    """
    rows = max(_rows(before), _rows(after), 1)
    height = rows * (_HEIGHT + _GAP) - _GAP
    left = 0.0 if before else None
    centre = _WIDTH + _BETWEEN if before else 0.0
    right = centre + _WIDTH + _BETWEEN
    width = right + _WIDTH if after else centre + _WIDTH
    middle_y = (height - _HEIGHT) / 2
    boxes = [_box(middle, centre, middle_y, root, "is-middle")]
    lines: list[str] = []
    for at, y in zip(before[:MOST], _tops(before, height), strict=False):
        boxes.append(_box(at.node, left or 0.0, y, root, ""))
        lines.append(_line((_WIDTH, y + _HEIGHT / 2), (centre, height / 2), at.edge))
    for at, y in zip(after[:MOST], _tops(after, height), strict=False):
        boxes.append(_box(at.node, right, y, root, ""))
        lines.append(_line((centre + _WIDTH, height / 2), (right, y + _HEIGHT / 2), at.edge))
    more = [*_more(before, 0.0, height), *_more(after, right, height)]
    box = (-_MARGIN, -_MARGIN, width + 2 * _MARGIN, height + 2 * _MARGIN)
    return element(
        "svg",
        element("g", *lines, class_="nb-lines") if lines else "",
        *boxes,
        *more,
        class_="neighbours",
        role="group",
        aria_label=words,
        viewBox=" ".join(f"{value:g}" for value in box),
        width=box[2],
        height=box[3],
    )


def _rows(side: Sequence[Neighbour]) -> int:
    return min(len(side), MOST) + (len(side) > MOST)


def _tops(side: Sequence[Neighbour], height: float) -> list[float]:
    rows = _rows(side)
    start = (height - (rows * (_HEIGHT + _GAP) - _GAP)) / 2
    return [start + row * (_HEIGHT + _GAP) for row in range(rows)]


def _box(node: LineageNode, x: float, y: float, root: str, kind: str) -> str:
    name = shortened(node.label.removeprefix(f"{node.project}."), _ROOM, _PER_CHARACTER)
    told = shortened("exposure" if node.kind == "exposure" else node.domain, _ROOM, _PER_CHARACTER)
    return element(
        "a" if node.href else "g",
        element("title", text(node.label)),
        element("rect", x=x, y=y, width=_WIDTH, height=_HEIGHT, rx=7.0),
        element("text", text(name), class_="nb-name", x=x + 11, y=y + _HEIGHT / 2 - 2),
        element("text", text(told), class_="nb-told", x=x + 11, y=y + _HEIGHT / 2 + 13),
        class_=f"nb-box nb-{node.kind} {kind}".rstrip(),
        href=root + node.href if node.href else None,
    )


def _line(start: tuple[float, float], end: tuple[float, float], edge: LineageEdge) -> str:
    path, head = arrow([start, end])
    return element("path", class_=f"nb-line m-{edge.method}", d=path) + element("path", class_="nb-head", d=head)


def _more(side: Sequence[Neighbour], x: float, height: float) -> list[str]:
    if len(side) <= MOST:
        return []
    y = _tops(side, height)[-1] + _HEIGHT / 2
    return [element("text", f"and {len(side) - MOST} more", class_="nb-told", x=x + 11, y=y)]
