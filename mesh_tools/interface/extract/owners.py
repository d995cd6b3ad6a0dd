"""Reads an owner as people write one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mesh_tools.model.interface import Owner

# dbt has a key for name and e-mail only; these are the ones that its users add.
_CHANNEL_KEYS = ("channel", "slack", "slack_channel", "teams")


def owner_from(owner: Mapping[str, Any], meta: Mapping[str, Any]) -> Owner:
    """An owner from dbt's ``owner`` block and the ``meta`` beside it. Of several e-mail addresses the first counts."""
    channels = (place[key] for place in (owner, meta) for key in _CHANNEL_KEYS if place.get(key))
    return Owner(name=_text(owner.get("name")), email=_text(owner.get("email")), channel=_text(next(channels, None)))


def _text(value: Any) -> str | None:
    if isinstance(value, list | tuple):
        value = value[0] if value else None
    return str(value) if value else None
