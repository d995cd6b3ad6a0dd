"""Tags, ``meta`` and classifications: which of them say who may see what, or what a column means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mesh_tools.model.interface import Classification, Column, ProductVersion

MEANINGFUL_META = frozenset({"aggregation", "default_aggregation", "measure", "semantic_type", "unit"})
"""Keys of ``meta`` that say what a column means, as semantic layers and catalogues write them."""

_ORDER: tuple[Classification | None, ...] = (None, "public", "internal", "confidential", "pii")
_PRIVACY = frozenset({"pii", "contains_pii", "is_pii"})


def sensitivity(subject: Column | ProductVersion) -> Classification | None:
    """The classification; ``pii`` when a tag or ``meta`` says so."""
    if any(_is_privacy(tag) for tag in subject.tags) or any(subject.meta.get(key) for key in _PRIVACY):
        return "pii"
    return subject.classification if isinstance(subject, Column) else None


def rank(classification: Classification | None) -> int:
    """Its place in the order of classifications; 0 of none."""
    return _ORDER.index(classification)


def plain_tags(tags: tuple[str, ...]) -> list[str]:
    """Tags that do not speak of privacy."""
    return [tag for tag in tags if not _is_privacy(tag)]


def plain_meta(meta: Mapping[str, Any], *, column: bool, privacy: bool) -> dict[str, Any]:
    """``meta`` but for what says what a column means; with ``privacy`` what speaks of that is kept."""
    special = (MEANINGFUL_META if column else frozenset()) | (frozenset() if privacy else _PRIVACY)
    return {key: value for key, value in meta.items() if key not in special}


def _is_privacy(tag: str) -> bool:
    return tag.lower().replace("-", "_") in _PRIVACY
