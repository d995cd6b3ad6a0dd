"""Ranges of values, and whether one lies within the other."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from mesh_tools.contracts.pairs.expressions import Bound

Value = Decimal | str
"""A number, or an ISO date or time. All bounds that are compared are of one of the two."""


class Bounds(Struct, frozen=True, kw_only=True):
    """From ``low`` to ``high``; ``None`` is without end."""

    low: Value | None = None
    low_inclusive: bool = True
    high: Value | None = None
    high_inclusive: bool = True

    @classmethod
    def of(cls, bound: Bound) -> Bounds:
        """What one bound leaves."""
        if bound.side == "min":
            return cls(low=bound.value, low_inclusive=bound.inclusive)
        return cls(high=bound.value, high_inclusive=bound.inclusive)

    def and_also(self, other: Bounds) -> Bounds:
        """What both leave."""
        lower = self if self._low_key() >= other._low_key() else other
        upper = self if self._high_key() <= other._high_key() else other
        return Bounds(
            low=lower.low,
            low_inclusive=lower.low_inclusive,
            high=upper.high,
            high_inclusive=upper.high_inclusive,
        )

    def is_within(self, other: Bounds) -> bool:
        """Whether every value within these bounds lies within ``other``."""
        return self._low_key() >= other._low_key() and self._high_key() <= other._high_key()

    def __str__(self) -> str:
        low = "" if self.low is None else f"{'>=' if self.low_inclusive else '>'} {self.low}"
        high = "" if self.high is None else f"{'<=' if self.high_inclusive else '<'} {self.high}"
        return " and ".join(part for part in (low, high) if part)

    def _low_key(self) -> tuple[bool, Value, bool]:
        # Without end comes first; "> 3" lies above ">= 3".
        return (False, "", False) if self.low is None else (True, _comparable(self.low), not self.low_inclusive)

    def _high_key(self) -> tuple[bool, Value, bool]:
        return (True, "", True) if self.high is None else (False, _comparable(self.high), self.high_inclusive)


def _comparable(value: Value) -> Value:
    return value.replace("T", " ") if isinstance(value, str) else value
