"""Columns of a table, small: each value once, and a number for each row."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from mesh_tools.site.facts.entries import Entry

Value = str | tuple[str, ...]

FIELDS: dict[str, Callable[[Entry], Value]] = {
    "kind": lambda entry: entry.kind,
    "project": lambda entry: entry.project,
    "domain": lambda entry: entry.domain,
    "owner": lambda entry: entry.owner,
    "tier": lambda entry: entry.tier or "",
    "status": lambda entry: "" if entry.status is None else entry.status,
    "freshness": lambda entry: entry.freshness or "",
    "contract": lambda entry: entry.contract,
    "until": lambda entry: entry.until,
    "class": lambda entry: entry.classes,
    "tag": lambda entry: entry.tags,
    "v": lambda entry: entry.v,
}
"""What an entry has besides its name, by the name that a filter of the search box has for it."""


def coded(values: Sequence[Hashable]) -> tuple[list[Any], list[int]]:
    """The different ``values``, sorted, and which of them each is."""
    different = sorted(set(values), key=lambda value: (str(type(value)), value))
    code = {value: number for number, value in enumerate(different)}
    return list(different), [code[value] for value in values]


def field(of: Callable[[Entry], Value], entries: Iterable[Entry]) -> dict[str, list[Any]]:
    """One field of all entries; what is left out at the end is the last value."""
    values, codes = coded([of(entry) for entry in entries])
    end = len(codes)
    while end > 1 and codes[end - 1] == codes[end - 2]:
        end -= 1
    return {"values": values, "codes": codes[:end]}
