"""Edits YAML that people wrote: every character that an edit is not about stays as it is.

An edit is one insertion, removal or replacement in the text, at places that the parser names. Afterwards the text is
parsed anew: if it then means anything but what was asked for (an anchor, a merge or a layout was in the way), the edit
is refused. Comments, blank lines, quotes, order and line ends are therefore kept, whatever they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from mesh_tools.errors import Location, MeshError
from mesh_tools.mesh.yaml_emit import Source, flow, item_lines, pair_lines, plain
from mesh_tools.mesh.yaml_file import YamlFile
from mesh_tools.mesh.yaml_lines import Lines
from mesh_tools.mesh.yaml_nodes import Node, compose

Keys = Sequence[str | int]

_BOM = "\ufeff"
_MERGE = "<<"


class YamlEditor:
    """A YAML text under edit.

    Attributes:
        path: The file that it is the content of; nothing is written to it here.
        text: As it is now.
        value: What it means now.
    """

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self._mark = _BOM if text.startswith(_BOM) else ""
        text = text.removeprefix(_BOM)
        # Without it, a folded text at the end of the file would mean something else once anything follows.
        self._added_end = "" if text.endswith("\n") or not text else "\r\n" if "\r\n" in text else "\n"
        self._take(text + self._added_end)

    @classmethod
    def read(cls, path: Path) -> YamlEditor:
        """Read the file.

        Raises:
            MeshError: it is missing, not UTF-8, or not YAML (with the line).
        """
        YamlFile.read(path)
        return cls(path, path.read_bytes().decode("utf-8"))

    @property
    def data(self) -> bytes:
        """What the file is to hold: as before without a last line end, if that means the same."""
        text = self.text.removesuffix(self._added_end)
        if repr(YamlFile.parse(text, self.path).value) != repr(self.value):
            text = self.text
        return (self._mark + text).encode("utf-8")

    def locate(self, *keys: str | int) -> Location:
        """The place of what ``keys`` lead to; of the nearest parent when there is none."""
        return self._file.locate(*keys)

    def add(self, keys: Keys, key: str, value: Any, *, before: str | None = None) -> None:
        """Give the mapping at ``keys`` another key: its last one, or the one ``before`` another.

        Args:
            keys: Lead to the mapping.
            key: A name that it does not have.
            value: Plain values; :class:`Noted` and :class:`Source` in them bring comments.
            before: The key to stand before.

        Raises:
            MeshError: this layout cannot be edited without changing more.
        """
        mapping = self._node(keys, "mapping")
        after = self._expected(keys, lambda found: _with(found, key, plain(value), before))
        pair = mapping.pair(before) if before else None
        if mapping.flow:
            start, comma = self._flow_place(mapping, pair)
            self._splice(keys, start, start, comma(f"{flow(key)}: {flow(value)}"), after)
            return
        column = self._lines.column(mapping.pairs[0][0].start)
        lines = pair_lines(key, value, column, self._dashes(mapping))
        if pair is None:
            self._insert_lines(keys, self._lines.end_with_comments(mapping.pairs[-1][1].end, column), lines, after)
        elif self._lines.is_first(pair[0].start):
            self._insert_lines(keys, self._lines.start_with_comments(pair[0].start), lines, after)
        else:  # behind a dash
            start = pair[0].start
            text = self._lines.newline(start).join([*lines, ""]).lstrip(" ") + " " * column
            self._splice(keys, start, start, text, after)

    def insert(self, keys: Keys, index: int, value: Any) -> None:
        """Put an item into the list at ``keys``, before the one that is ``index`` now; at its end otherwise.

        Raises:
            MeshError: this layout cannot be edited without changing more.
        """
        found = self._node(keys, "list")
        after = self._expected(keys, lambda old: [*old[:index], plain(value), *old[index:]])
        if found.flow:
            start, comma = self._flow_place(found, index)
            self._splice(keys, start, start, comma(flow(value)), after)
            return
        dash = self._dash(keys, found, min(index, len(found.items) - 1))
        lines = item_lines(value, self._lines.column(dash), self._dashes(self._node(keys[:-1], None)))
        if index >= len(found.items):
            end = self._lines.end_with_comments(found.items[-1].end, self._lines.column(dash) + 1)
            self._insert_lines(keys, end, lines, after)
        elif self._lines.is_first(dash):
            self._insert_lines(keys, self._lines.start_with_comments(dash), lines, after)
        else:
            raise self._refusal(keys, "the list begins within a line")

    def replace(self, keys: Keys, value: Any) -> None:
        """Give the scalar at ``keys`` another value.

        Raises:
            MeshError: it is none, or cannot be edited without changing more.
        """
        node = self._node(keys, "scalar")
        self._splice(keys, node.start, node.end, flow(value), self._expected(keys, lambda _: plain(value)))

    def cut(self, keys: Keys) -> Source:
        """Remove a key or an item of a list, and the mappings and lists around it that are empty then.

        Returns:
            What stood there, with its comments, to be added elsewhere.

        Raises:
            MeshError: this layout cannot be edited without changing more.
        """
        source = self.source(keys)
        while len(keys) > 1 and isinstance(keys[-2], str) and self._is_alone(keys):
            keys = keys[:-1]
        if isinstance(keys[-1], int):
            self._cut_item(keys[:-1], keys[-1])
            return source
        mapping = self._node(keys[:-1], "mapping")
        start, end = self._extent(keys, mapping)
        after = self._expected(keys[:-1], lambda old: {key: old[key] for key in old if key != keys[-1]})
        is_last = len(keys) == 1 and len(mapping.pairs) == 1 and not mapping.flow
        self._splice(keys, start, end, "{}" + self._lines.newline(start) if is_last else "", after)
        return source

    def source(self, keys: Keys) -> Source:
        """What stands at ``keys``, with the comments in it, and those above a key."""
        node = self._node(keys, None)
        parent = self._node(keys[:-1], None)
        if parent.kind == "mapping":
            pair = parent.pair(str(keys[-1]))
            start = pair[0].start if pair else node.start
        else:
            start = self._dash(keys, parent, int(keys[-1])) if not parent.flow else node.start
        block = node.kind in ("mapping", "list") and not node.flow
        if block and node.anchor is not None:
            raise self._refusal(keys, f"it is anchored as '&{node.anchor}'")
        end = node.end if parent.flow else self._lines.end_with_comments(node.end, self._lines.column(start) + 1)
        head = self._lines.comments_above(start) if parent.kind == "mapping" and not parent.flow else ()
        text = self.text[node.start : end].replace("\r\n", "\n")
        note = (
            self.text[start : self._lines.end(start)].partition(" #")[2].strip()
            if block and "\n" in self.text[start : node.start]
            else ""
        )
        return Source(text, self._lines.column(node.start if block else start), self._value(keys), block, head, note)

    def check_plain(self, keys: Keys) -> None:
        """Say so when what stands at ``keys`` is shared with another place, and an edit would change both.

        Raises:
            MeshError: it is an alias, merges another mapping, or has an anchor.
        """
        node = self._node(keys, None)
        if node.anchor is not None:
            raise self._refusal(keys, f"it is anchored as '&{node.anchor}'")
        if node.pair(_MERGE):
            raise self._refusal(keys, "it merges another mapping (<<)")

    def _take(self, text: str) -> None:
        self._file = YamlFile.parse(text, self.path)
        self.text, self.value, self._root = text, self._file.value, compose(text)
        self._lines = Lines(text)

    def _splice(self, keys: Keys, start: int, end: int, replacement: str, expected: Any) -> None:
        """Replace characters, unless the text would then not mean what it is to mean."""
        before = self.text
        try:
            self._take(before[:start] + replacement + before[end:])
        except MeshError:
            raise self._refusal(keys, "its layout is unusual") from None
        if repr(self.value) != repr(expected):
            self._take(before)
            raise self._refusal(keys, "its layout is unusual, or an anchor or merge is involved")

    def _insert_lines(self, keys: Keys, position: int, lines: list[str], expected: Any) -> None:
        newline = self._lines.newline(position)
        text = newline.join(lines)
        begins_line = position == 0 or self.text[position - 1] == "\n"
        self._splice(keys, position, position, text + newline if begins_line else newline + text, expected)

    def _node(self, keys: Keys, kind: Literal["scalar", "mapping", "list"] | None) -> Node:
        node = self._root
        for key in keys:
            node = node.child(key) if node is not None else None
        if node is None:
            raise self._refusal(keys, "it is not written there; a merge (<<) or an alias may bring it")
        if node.kind == "alias":
            raise self._refusal(keys, f"it is the alias '*{node.text}'")
        if kind is not None and node.kind != kind:
            raise self._refusal(keys, f"it is no {kind}")
        return node

    def _value(self, keys: Keys) -> Any:
        value = self.value
        for key in keys:
            value = value[key]
        return _unshared(value)

    def _expected(self, keys: Keys, change: Callable[[Any], Any]) -> Any:
        return _changed(_unshared(self.value), keys, change)

    def _extent(self, keys: Keys, mapping: Node) -> tuple[int, int]:
        """The characters that go when a key goes."""
        found = mapping.pair(str(keys[-1]))
        if found is None:
            raise self._refusal(keys, "a merge (<<) brings it")
        position = mapping.pairs.index(found)
        key, value = found
        if mapping.flow:
            if position:
                return mapping.pairs[position - 1][1].end, value.end
            return key.start, mapping.pairs[1][0].start if len(mapping.pairs) > 1 else value.end
        if not self._lines.is_first(key.start):
            if len(mapping.pairs) == 1:
                raise self._refusal(keys, "it is all that there is")
            return key.start, mapping.pairs[position + 1][0].start
        start = self._lines.start_with_comments(key.start)
        end = self._lines.end_with_comments(value.end, self._lines.column(key.start) + 1)
        if end < len(self.text):
            return start, end if self.text[end - 1] == "\n" else self.text.index("\n", end) + 1
        return start - len(self._lines.newline(start)), end

    def _is_alone(self, keys: Keys) -> bool:
        """Whether nothing would be left around what ``keys`` lead to."""
        parent = self._node(keys[:-1], "list" if isinstance(keys[-1], int) else "mapping")
        return len(parent.items or parent.pairs) == 1

    def _cut_item(self, keys: Keys, index: int) -> None:
        found = self._node(keys, "list")
        after = self._expected(keys, lambda old: [*old[:index], *old[index + 1 :]])
        if found.flow:
            item, others = found.items[index], len(found.items) - 1
            start = found.items[index - 1].end if index else item.start
            end = found.items[1].start if others and not index else item.end
            self._splice(keys, start, end, "", after)
            return
        dash = self._dash(keys, found, index)
        if not self._lines.is_first(dash):
            raise self._refusal(keys, "the list begins within a line")
        start = self._lines.start_with_comments(dash)
        end = self._lines.end_with_comments(found.items[index].end, self._lines.column(dash) + 1)
        if end < len(self.text) and self.text[end - 1] != "\n":
            end = self.text.index("\n", end) + 1
        self._splice(keys, start, end, "", after)

    def _flow_place(self, node: Node, before: tuple[Node, Node] | int | None) -> tuple[int, Callable[[str], str]]:
        """Where something new goes between brackets, and how its commas are written."""
        members = node.items or [pair[1] for pair in node.pairs]
        if isinstance(before, tuple):
            return before[0].start, lambda text: f"{text}, "
        if before is not None and before < len(members):
            return members[before].start, lambda text: f"{text}, "
        if members:
            return members[-1].end, lambda text: f", {text}"
        return node.end - 1, lambda text: text

    def _dash(self, keys: Keys, found: Node, index: int) -> int:
        """The place of the dash before an item of a block list."""
        before = self.text[: found.items[index].start].rstrip()
        if not before.endswith("-"):
            raise self._refusal(keys, "a comment stands between a dash and its item")
        return len(before) - 1

    def _dashes(self, around: Node) -> int:
        """How far lists are indented below their keys, as in ``around`` or else in the rest of the file."""
        for node in (around, *(self._root.walk() if self._root else ())):
            for key, value in node.pairs:
                if not node.flow and value.kind == "list" and not value.flow and value.items:
                    return max(self._lines.column(value.start) - self._lines.column(key.start), 0)
        return 2

    def _refusal(self, keys: Keys, reason: str) -> MeshError:
        shown = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")
        hint = "write it out there, or make the change by hand"
        return MeshError(f"{shown} cannot be edited safely: {reason}", where=self.locate(*keys), hint=hint)


def _unshared(value: Any) -> Any:
    """A copy in which nothing stands at two places, as anchors make it."""
    if isinstance(value, dict):
        return {key: _unshared(item) for key, item in value.items()}
    return [_unshared(item) for item in value] if isinstance(value, list) else value


def _changed(value: Any, keys: Keys, change: Callable[[Any], Any]) -> Any:
    if not keys:
        return change(value)
    value[keys[0]] = _changed(value[keys[0]], keys[1:], change)
    return value


def _with(mapping: dict[str, Any], key: str, value: Any, before: str | None) -> dict[str, Any]:
    """``mapping`` with another key in its place."""
    names = list(mapping)
    position = names.index(before) if before in mapping else len(names)
    names.insert(position, key)
    return {name: value if name == key else mapping[name] for name in names}
