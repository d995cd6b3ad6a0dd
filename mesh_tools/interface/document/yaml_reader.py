"""YAML from people who are not trusted: values of JSON's types, and nothing that expands, runs or repeats.

Takes PyYAML's parser events and nothing of its object construction: no tags, no anchors, no aliases, no duplicate
keys. Plain scalars have JSON's types, so ``no`` and ``2026-01-01`` are texts, as they were meant.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import yaml

from mesh_tools.errors import Location, MeshError
from mesh_tools.interface.document.canonical import MAX_DEPTH

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,19})\Z")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]{1,3})?\Z")


def load(text: str, source: str, *, lines: dict[str, int] | None = None) -> Any:
    """The value of a YAML document, ``None`` when it is empty.

    Args:
        text: One document.
        source: Where it comes from, for errors.
        lines: Is filled with the line of each path (``products[0].name``), when given.

    Raises:
        MeshError: it is not YAML, or uses what interface documents do not have: tags, anchors, aliases, several
            documents, duplicate keys, keys that are no scalars, nesting beyond ``MAX_DEPTH``.
    """
    try:
        return _Builder(source, lines).build(text)
    except yaml.reader.ReaderError as err:
        line = text.count("\n", 0, err.position) + 1
        raise MeshError(f"the interface document is not YAML: {err.reason}", where=Location(source, line)) from None
    except yaml.MarkedYAMLError as err:
        mark = err.problem_mark or err.context_mark
        # What is missing at the end is reported behind the last line, where no editor can go.
        last = text.rstrip("\n").count("\n") + 1
        where = Location(source, min(mark.line + 1, last)) if mark else Location(source)
        raise MeshError(f"the interface document is not YAML: {err.problem or err.context}", where=where) from None


@dataclass(slots=True)
class _Frame:
    """A container that is being read; ``key`` is the key that waits for its value."""

    value: dict[str, Any] | list[Any]
    path: str
    key: str | None = None


class _Builder:
    """Builds a value from parser events, on a stack of its own, so that depth costs no recursion."""

    def __init__(self, source: str, lines: dict[str, int] | None) -> None:
        self._source = source
        self._lines = lines
        self._stack: list[_Frame] = []
        self._root: Any = None
        self._documents = 0

    def build(self, text: str) -> Any:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.DocumentStartEvent):
                self._documents += 1
                if self._documents > 1:
                    raise self._refusal("holds several YAML documents", event)
            elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise self._refusal("uses YAML anchors or aliases, which interface documents do not have", event)
            elif getattr(event, "tag", None) not in (None, "!"):
                raise self._refusal("uses YAML tags, which interface documents do not have", event)
            elif isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._open({} if isinstance(event, yaml.MappingStartEvent) else [], event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._stack.pop()
        return self._root

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        frame = self._stack[-1] if self._stack else None
        if frame and isinstance(frame.value, dict) and frame.key is None:
            if event.value in frame.value:
                raise self._refusal(f"has the key {event.value!a} twice", event)
            frame.key = event.value
            return
        plain = event.implicit[0]
        self._place(self._resolved(event) if plain else event.value, event)

    def _open(self, container: dict[str, Any] | list[Any], event: Any) -> None:
        frame = self._stack[-1] if self._stack else None
        if frame and isinstance(frame.value, dict) and frame.key is None:
            raise self._refusal("has a key that is no text", event)
        if len(self._stack) > MAX_DEPTH:
            raise self._refusal(f"nests deeper than {MAX_DEPTH} levels", event)
        self._stack.append(_Frame(container, self._place(container, event)))

    def _place(self, value: Any, event: Any) -> str:
        """Put ``value`` where it belongs and return its path."""
        path = ""
        if not self._stack:
            self._root = value
        else:
            frame = self._stack[-1]
            if isinstance(frame.value, list):
                path = f"{frame.path}[{len(frame.value)}]" if self._lines is not None else ""
                frame.value.append(value)
            elif frame.key is not None:
                path = f"{frame.path}.{frame.key}".lstrip(".") if self._lines is not None else ""
                frame.value[frame.key] = value
                frame.key = None
        if self._lines is not None:
            self._lines[path] = event.start_mark.line + 1
        return path

    def _resolved(self, event: yaml.ScalarEvent) -> Any:
        """A plain scalar by JSON's types; what is none of them is text."""
        text: str = event.value
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INTEGER.match(text):
            return int(text)
        if _FLOAT.match(text):
            number = float(text)
            if not math.isfinite(number):
                raise self._refusal("has a number that is too large", event)
            return number
        return text

    def _refusal(self, problem: str, event: Any) -> MeshError:
        mark = event.start_mark
        return MeshError(
            f"the interface document {problem}", where=Location(self._source, mark.line + 1, mark.column + 1)
        )
