"""dbt's matching of names (``is_selected_node`` in ``dbt/graph/selector_methods.py``)."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

_WILDCARDS = frozenset("*?[]")


def matches_fqn(fqn: Sequence[str], name: str, *, is_versioned: bool) -> bool:
    """Whether ``name`` means a node: by its fully qualified name, with the package or without it."""
    return _matches(fqn, name, is_versioned) or _matches(fqn[1:], name, is_versioned)


def _matches(fqn: Sequence[str], name: str, is_versioned: bool) -> bool:  # noqa: FBT001 - as its caller has it
    parts = name.split(".")
    if len(fqn) <= is_versioned:
        return False
    leaf = fqn[-2] if is_versioned else fqn[-1]
    # The version may be set off by a dot or by an underscore, as in the name of its file.
    if leaf == name or (is_versioned and "_".join(fqn[-2:]) == "_".join(parts[-2:])):
        return True
    flat = [part for segment in fqn for part in segment.split(".")]
    return len(flat) >= len(parts) and _matches_parts(flat, parts, leaf)


def _matches_parts(flat: list[str], parts: list[str], leaf: str) -> bool:
    """Part by part up to the first wildcard, which takes all that is left."""
    for position, part in enumerate(parts):
        if not _WILDCARDS.isdisjoint(part):
            rest = fnmatchcase(".".join(flat[position:]), ".".join(parts[position:]))
            return rest or (len(parts) == 1 and fnmatchcase(leaf, part))
        if flat[position] != part:
            return False
    return True
