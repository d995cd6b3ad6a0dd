"""Keys and tags that a policy asks for, and what it asks of their values."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal

from mesh_tools.lint.matching import meta_at

Keys = tuple[str, ...] | Mapping[str, tuple[str, ...]]
"""Keys, which may lead below others (``owner.team``); or keys with the values that they may have, none for any."""

Criteria = Literal["all", "any", "one"]
"""How many of several must be there."""


def wrong_keys(values: Mapping[str, Any], keys: Keys) -> Iterator[tuple[str, str]]:
    """The keys that are missing, or have another value; each with what is wrong, in words."""
    for key in keys:
        value = meta_at(values, key)
        allowed = keys[key] if isinstance(keys, Mapping) else ()
        if value is None or value in ("", [], {}):
            yield key, f"has no {key}"
        elif allowed and not _is_among(value, allowed):
            yield key, f"has {value} as {key}, which is none of {', '.join(allowed)}"


def unfulfilled(criteria: Criteria, wanted: Collection[str], wrong: Collection[str]) -> str:
    """What is wrong with several keys or tags together, in words; empty when nothing is, or each is told by itself."""
    there = len(wanted) - len(wrong)
    if criteria == "any" and wanted and not there:
        return f"none of {', '.join(wanted)}"
    if criteria == "one" and there != 1:
        return f"{there or 'none'} of {', '.join(wanted)}, not one"
    return ""


def _is_among(value: Any, allowed: Collection[str]) -> bool:
    given = value if isinstance(value, list) else [value]
    return all(str(one) in allowed or (isinstance(one, bool) and str(one).lower() in allowed) for one in given)
