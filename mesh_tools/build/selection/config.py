"""dbt's matching of configs (``ConfigSelectorMethod`` in ``dbt/graph/selector_methods.py``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_MISSING = object()


def matches_config(config: Mapping[str, Any], keys: Sequence[str], wanted: str) -> bool:
    """Whether what is at ``keys`` is ``wanted``, or a list that holds it; ``true`` and ``false`` are booleans too."""
    value = _at(config, keys)
    if value is _MISSING:
        return False
    items = value if isinstance(value, list) else [value]
    return _has_text(items, wanted, any_case=list(keys) == ["severity"]) or _has_boolean(value, wanted)


def _at(config: Mapping[str, Any], keys: Sequence[str]) -> Any:
    value: Any = config
    for key in keys:
        if not isinstance(value, Mapping) or key not in value:
            return _MISSING
        value = value[key]
    return value


def _has_text(items: Sequence[Any], wanted: str, *, any_case: bool) -> bool:
    if any_case:
        return any(isinstance(item, str) and item.upper() == wanted.upper() for item in items)
    return wanted in items


def _has_boolean(value: Any, wanted: str) -> bool:
    meant = {"TRUE": True, "FALSE": False}.get(wanted.upper())
    if meant is None:
        return False
    # In a list, dbt compares by ==, so that 1 is true there.
    return meant in value if isinstance(value, list) else value is meant
