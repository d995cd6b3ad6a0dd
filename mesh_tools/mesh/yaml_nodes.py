"""The nodes of a YAML text with the exact places of what they hold.

A parser's own marks are not enough to edit by: a block ends for them where the next token begins, behind blank lines
and comments, and an alias is where its anchor is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import yaml
from msgspec import Struct

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KEEPS_LINES = re.compile(r"[|>][0-9]?\+")


class Node(Struct, kw_only=True):
    """A value of a YAML text, from ``start`` to ``end`` (in characters, ``end`` excluded).

    Attributes:
        kind: An alias is a node of its own here, without what it stands for.
        text: Of a scalar its value, of an alias its anchor.
        flow: Whether it is a mapping or list in brackets.
        anchor: The name that it gives itself.
        pairs: Keys and values of a mapping.
        items: Of a list.
    """

    kind: Literal["scalar", "alias", "mapping", "list"]
    start: int
    end: int
    text: str = ""
    flow: bool = False
    anchor: str | None = None
    pairs: list[tuple[Node, Node]] = []
    items: list[Node] = []

    def pair(self, key: str) -> tuple[Node, Node] | None:
        """The last key of this name, which is the one that counts, with its value."""
        return next((pair for pair in reversed(self.pairs) if pair[0].text == key), None)

    def child(self, key: str | int) -> Node | None:
        """The value under a key, or an item of a list."""
        if isinstance(key, int):
            return self.items[key] if self.kind == "list" and key < len(self.items) else None
        found = self.pair(key)
        return found[1] if found else None

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for child in (*(node for pair in self.pairs for node in pair), *self.items):
            yield from child.walk()


def compose(text: str) -> Node | None:
    """The first document of ``text``, which is known to be YAML; ``None`` when there is nothing in it."""
    loader = _Loader(text)
    try:
        while not loader.check_event(yaml.DocumentStartEvent, yaml.StreamEndEvent):
            loader.get_event()
        if isinstance(loader.get_event(), yaml.StreamEndEvent):
            return None
        return _node(loader, text)
    finally:
        loader.dispose()


def _node(loader: Any, text: str) -> Node:
    event = loader.get_event()
    start, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, yaml.AliasEvent):
        return Node(kind="alias", start=start, end=end, text=event.anchor or "")
    if isinstance(event, yaml.ScalarEvent):
        end = _end_of_block(text, start, end) if event.style in ("|", ">") else end
        return Node(kind="scalar", start=start, end=end, text=event.value, anchor=event.anchor)
    pairs: list[tuple[Node, Node]] = []
    items: list[Node] = []
    if isinstance(event, yaml.MappingStartEvent):
        pairs = [(_node(loader, text), _node(loader, text)) for _ in _until(loader, yaml.MappingEndEvent)]
    else:
        items = [_node(loader, text) for _ in _until(loader, yaml.SequenceEndEvent)]
    closing = loader.get_event()
    return Node(
        kind="mapping" if isinstance(event, yaml.MappingStartEvent) else "list",
        start=start,
        end=_end_of_collection(pairs, items, closing, flow=bool(event.flow_style)),
        flow=bool(event.flow_style),
        anchor=event.anchor,
        pairs=pairs,
        items=items,
    )


def _end_of_collection(pairs: list[tuple[Node, Node]], items: list[Node], closing: Any, *, flow: bool) -> int:
    """In block style a collection ends with its last value: the parser reads on to the next key."""
    last = pairs[-1][1] if pairs else items[-1] if items else None
    end: int = closing.end_mark.index
    return end if flow or last is None else last.end


def _until(loader: Any, closing: type[yaml.Event]) -> Iterator[None]:
    while not loader.check_event(closing):
        yield


def _end_of_block(text: str, start: int, end: int) -> int:
    """The parser reads on through blank lines, which belong to the text only where ``|+`` keeps them."""
    if _KEEPS_LINES.search(text[start : text.find("\n", start)]):
        return text.rfind("\n", start, end) + 1
    return start + len(text[start:end].rstrip())
