"""A site on disk: written aside as a whole, then put in place of the one before."""

from __future__ import annotations

from msgspec import Struct


class Page(Struct, frozen=True):
    """One file of the site: its path below the root, with ``/``, and its whole content."""

    path: str
    content: str | bytes
