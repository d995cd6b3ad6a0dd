"""Matching of paths: what dbt's ``path:`` finds by looking for files, found by their names alone."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache

_ANY_DEPTH = "**"


def is_at(path: str, pattern: str) -> bool:
    """Whether ``pattern`` is this very path."""
    return _matches(_parts(pattern), _parts(path), below=False)


def is_at_or_below(path: str, pattern: str) -> bool:
    """Whether ``pattern`` is this path or a folder above it."""
    return _matches(_parts(pattern), _parts(path), below=True)


def _matches(pattern: tuple[str, ...], path: tuple[str, ...], *, below: bool) -> bool:
    """Part by part, each with its own wildcards: the ends of ``path`` that are left after each part of ``pattern``."""
    starts = {0}
    for part in pattern:
        if part == _ANY_DEPTH:
            starts = set(range(min(starts, default=len(path) + 1), len(path) + 1))
        else:
            starts = {at + 1 for at in starts if at < len(path) and fnmatchcase(path[at], part)}
    return bool(starts) if below else len(path) in starts


@lru_cache(maxsize=1024)
def _parts(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.replace("\\", "/").split("/") if part not in ("", "."))
