"""The moment that a site is made for: to the hour, so that what is made twice of the same is the same."""

from __future__ import annotations

import os
from datetime import datetime, timezone

from mesh_tools.errors import MeshError

_VARIABLE = "SOURCE_DATE_EPOCH"


def moment() -> datetime:
    """Now in UTC, or what ``SOURCE_DATE_EPOCH`` says (reproducible-builds.org), without minutes.

    Raises:
        MeshError: the variable holds no seconds since 1970.
    """
    stated = os.environ.get(_VARIABLE)
    now = datetime.now(timezone.utc)
    if stated:
        try:
            now = datetime.fromtimestamp(int(stated), timezone.utc)
        except (ValueError, OverflowError, OSError):
            hint = "unset it, or set it to seconds since 1970, as `date +%s` prints them"
            raise MeshError(f"{_VARIABLE} is {stated!a}, which is no moment", hint=hint) from None
    return now.replace(minute=0, second=0, microsecond=0)
