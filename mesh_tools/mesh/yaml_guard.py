"""Refuses YAML that no reader survives: nested without end, or holding itself.

PyYAML composes by recursion in C, so a file of a hundred thousand brackets ends the process; and whatever walks a
value that holds itself never comes back. Both are seen in the events, before anything is composed.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

MAX_DEPTH = 100
MAX_NODES = 1_000_000
"""After its aliases are followed."""

# Lines that open many levels at once, or lie many levels deep.
_DEEP_LINE = re.compile(rf"^[ \-?:]{{{MAX_DEPTH},}}", re.MULTILINE)


def needs_guard(text: str) -> bool:
    """Whether the text may be dangerous at all; what people write seldom is, and a second pass costs time."""
    brackets = text.count("[") + text.count("{")
    return brackets > MAX_DEPTH or ("&" in text and "*" in text) or _DEEP_LINE.search(text) is not None


def check_events(loader: Any) -> None:
    """Read the events of ``loader`` to the end.

    Raises:
        yaml.MarkedYAMLError: not YAML, nested too deeply, or an anchor that holds itself or multiplies without end.
    """
    sizes: dict[str | None, int] = {}
    open_nodes: list[tuple[str | None, int]] = []
    total = 0
    while loader.check_event():
        event = loader.get_event()
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in (anchor for anchor, _ in open_nodes):
                raise _error(f"the anchor '{event.anchor}' holds itself", event)
            total += sizes.get(event.anchor, 0)
        elif isinstance(event, yaml.NodeEvent):
            total += 1
            open_nodes.append((event.anchor, total))
        if isinstance(event, (yaml.CollectionEndEvent, yaml.ScalarEvent)):
            anchor, before = open_nodes.pop()
            if anchor is not None:
                sizes[anchor] = total - before + 1
        if len(open_nodes) > MAX_DEPTH:
            raise _error(f"nested deeper than {MAX_DEPTH} levels", event)
        if total > MAX_NODES:
            raise _error(f"its aliases stand for more than {MAX_NODES} values", event)


def _error(problem: str, event: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
