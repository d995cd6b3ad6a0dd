"""Addresses that follow from an entry's name, so that a shard need not hold them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mesh_tools.site.facts.entries import Entry

PATTERNS = (
    "products/{domain}/{name}/index.html",
    "products/{domain}/{name}/v{v}.html",
    "models/{project}/{text}.html",
    "domains/{domain}/index.html",
)


def urls(entries: Sequence[Entry]) -> dict[str, Any]:
    """The patterns, which of them each entry has as one digit, and the addresses that follow none."""
    digits = [_pattern(entry) for entry in entries]
    others = {str(at): entries[at].url for at, digit in enumerate(digits) if digit == len(PATTERNS)}
    return {"patterns": PATTERNS, "pattern": "".join(map(str, digits)), "urls": others}


def _pattern(entry: Entry) -> int:
    values = {"domain": entry.domain, "project": entry.project, "name": entry.name, "text": entry.text, "v": entry.v}
    for number, pattern in enumerate(PATTERNS):
        if entry.url == pattern.format_map(values):
            return number
    return len(PATTERNS)
