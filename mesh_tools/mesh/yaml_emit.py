"""Writes new pieces of YAML in the style of what is around them."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml

_STEP = 2
_ENDLESS = 1_000_000
_NEEDS_LINES = re.compile(r"\n|\s#")


class Noted(NamedTuple):
    """A value with a comment behind it."""

    value: Any
    comment: str


class Source(NamedTuple):
    """A value as it is written somewhere, with the comments in it.

    Attributes:
        text: From its first character on; later lines with their indentation, line ends as in Unix.
        column: The column to which that indentation relates: of a block its own, else that of the key or dash before.
        value: What it means.
        block: Whether it is a mapping or list without brackets.
        head: The comment lines above it, without indentation.
        note: The comment behind its key, where the value begins in another line.
    """

    text: str
    column: int
    value: Any
    block: bool
    head: tuple[str, ...] = ()
    note: str = ""


def plain(value: Any) -> Any:
    """``value`` without notes and sources, as a parser reads it."""
    if isinstance(value, (Noted, Source)):
        return plain(value.value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def flow(value: Any) -> str:
    """``value`` in one line, with brackets, without comments."""
    if isinstance(value, Source) and not value.block and not _NEEDS_LINES.search(value.text):
        return value.text
    if isinstance(value, (Noted, Source)):
        return flow(value.value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    # Within brackets, so that a comma is quoted as it must be there.
    dumped = yaml.safe_dump([value], allow_unicode=True, width=_ENDLESS, default_flow_style=True)
    return dumped.strip().removeprefix("[").removesuffix("]")


def pair_lines(key: str, value: Any, column: int, dashes: int) -> list[str]:
    """A key and its value as lines of a block mapping.

    Args:
        key: The key.
        value: Plain values, notes and sources.
        column: Of the key.
        dashes: How far the dashes of a list stand behind the column of its key.
    """
    indent = " " * column
    head = f"{indent}{flow(key)}:"
    value, comment = value if isinstance(value, Noted) else (value, getattr(value, "note", ""))
    note = f"  # {comment}" if comment else ""
    if isinstance(value, Source):
        above = [f"{indent}{line}" for line in value.head]
        if not value.block:
            first, *rest = _shifted(value, column)
            return [*above, f"{head} {first}", *rest]
        below = column + (dashes if isinstance(value.value, list) else _STEP)
        first, *rest = _shifted(value, below)
        return [*above, f"{head}{note}", " " * below + first, *rest]
    if isinstance(value, dict) and value:
        inner = (pair_lines(name, item, column + _STEP, dashes) for name, item in value.items())
        return [f"{head}{note}", *(line for lines in inner for line in lines)]
    if isinstance(value, list) and value:
        return [f"{head}{note}", *(line for item in value for line in item_lines(item, column + dashes, dashes))]
    return [f"{head} {flow(value)}{note}"]


def item_lines(value: Any, column: int, dashes: int) -> list[str]:
    """An item as lines of a block list whose dashes stand in ``column``."""
    dash = " " * column + "- "
    if isinstance(value, Source):
        first, *rest = _shifted(value, column + _STEP if value.block else column)
        return [dash + first, *rest]
    if isinstance(value, dict) and value:
        lines = [line for key, item in value.items() for line in pair_lines(key, item, column + _STEP, dashes)]
        return [dash + lines[0].lstrip(), *lines[1:]]
    return [dash + flow(value)]


def _shifted(source: Source, column: int) -> list[str]:
    first, *rest = source.text.split("\n")
    shift = column - source.column
    return [first, *(_indented(line, shift) for line in rest)]


def _indented(line: str, shift: int) -> str:
    content = line.lstrip(" ")
    return " " * max(len(line) - len(content) + shift, 0) + content if content else ""
