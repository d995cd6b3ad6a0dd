"""SVG as text: every value is escaped where it is written."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from unicodedata import east_asian_width

from mesh_tools.site.drawing.layered import Point

Value = str | float | None
_HEAD = 7.0
"""Length of an arrow head, in pixels."""
_LEVEL = 0.5
"""Up to this difference of heights a line is level, in pixels."""
_ELLIPSIS = "\u2026"


def element(name: str, /, *children: str, **attributes: Value) -> str:
    """An element.

    Args:
        name: Of ours.
        children: SVG that is finished: text goes through ``text``.
        attributes: ``class_`` is ``class`` and ``aria_label`` ``aria-label``; ``None`` is left out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value) if isinstance(value, str) else number(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def text(content: str) -> str:
    """Any text, as a child or inside of quotes."""
    return escape(content)


def number(value: float) -> str:
    """A coordinate to a tenth of a pixel, in as few characters as it takes."""
    return f"{round(value, 1) + 0:.1f}".removesuffix(".0")


def curve(points: Sequence[Point]) -> str:
    """Path data: level pieces stay straight, and between them the line swings from level to level."""
    (x, y), *others = points
    steps = [f"M{number(x)} {number(y)}"]
    for to_x, to_y in others:
        if abs(to_y - y) < _LEVEL:
            steps.append(f"L{number(to_x)} {number(to_y)}")
        else:
            middle = (x + to_x) / 2
            steps.append(f"C{number(middle)} {number(y)} {number(middle)} {number(to_y)} {number(to_x)} {number(to_y)}")
        x, y = to_x, to_y
    return "".join(steps)


def arrow(points: Sequence[Point]) -> tuple[str, str]:
    """Path data of a line and of its head, which is level. The line ends inside of the head."""
    *others, (x, y) = points
    back = -_HEAD if x >= others[-1][0] else _HEAD
    head = f"M{number(x)} {number(y)}l{number(back)} -4v8z"
    return curve([*others, (x + back / 2, y)]), head


def bow(start: Point, end: Point, reach: float) -> tuple[str, str]:
    """Path data of a line that leaves to the right and comes back from there, and of its head."""
    (x, y), (to_x, to_y) = start, end
    far = max(x, to_x) + reach
    line = f"M{number(x)} {number(y)}C{number(far)} {number(y)} {number(far)} {number(to_y)} "
    return f"{line}{number(to_x + _HEAD / 2)} {number(to_y)}", f"M{number(to_x)} {number(to_y)}l{number(_HEAD)} -4v8z"


def shortened(label: str, width: float, per_character: float) -> str:
    """``label`` cut to about ``width`` pixels, with an ellipsis where something is missing."""
    room = width / per_character
    used = 0.0
    for index, character in enumerate(label):
        used += 1.75 if east_asian_width(character) in "WF" else 1
        if used > room:
            return label[: max(index - 1, 1)].rstrip() + _ELLIPSIS
    return label
