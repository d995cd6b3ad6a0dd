"""What a comparison knows besides the two interfaces."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

WHOLE_PROJECT = "*"
"""Stands for the product of a change that concerns all products of a project."""


class Context(Struct, frozen=True, kw_only=True):
    """What a comparison knows besides the two interfaces.

    Attributes:
        project: The producer, as it was called before.
        adapter: dbt's name of the warehouse, or ``None``.
        today: Decides which deprecation dates are past.
        grace_days: How long before its end a deprecation must be announced for that to be safe.
        targets: Labels of own products that are called otherwise now, such as ``operations.trips`` to
            ``operations.flights``: new to old.
    """

    project: str
    adapter: str | None
    today: date
    grace_days: int
    targets: dict[str, str] = {}

    def is_past(self, day: str | None) -> bool:
        """Whether an ISO date lies before today; false for none, and for what is no date."""
        found = parsed(day)
        return found is not None and found < self.today

    def days_until(self, day: str | None) -> int | None:
        """From today to an ISO date; ``None`` for what is no date."""
        found = parsed(day)
        return None if found is None else (found - self.today).days


def parsed(day: str | None) -> date | None:
    """The date that an ISO text begins with, or ``None``."""
    try:
        return date.fromisoformat((day or "")[:10])
    except ValueError:
        return None
