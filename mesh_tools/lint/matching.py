"""What rules compare names, paths and ``meta`` with: patterns that policies write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, TypeVar

T = TypeVar("T")


def by_path(path: str, globs: Mapping[str, T]) -> T | None:
    """The value of the longest glob that ``path`` matches; ``None`` when it matches none."""
    found = [glob for glob in globs if fnmatchcase(path, glob)]
    return globs[max(found, key=len)] if found else None


@lru_cache(maxsize=65536)  # names are the same in many models
def is_wholly(pattern: str, text: str) -> bool:
    """Whether a regular expression matches all of ``text``."""
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=65536)
def any_in(patterns: tuple[str, ...], text: str) -> bool:
    """Whether one of the regular expressions is found in ``text``."""
    return any(_compiled(pattern).search(text) for pattern in patterns)


def meta_at(meta: Mapping[str, Any], key: str) -> Any:
    """The value of a key of ``meta``, or below it: ``owner.team``; ``None`` when there is none."""
    value: Any = meta
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
