"""What the strictness profile of a project lets pass: breaking is refused, dangerous needs an acknowledgement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from mesh_tools.contracts.acknowledgements import day_of
from mesh_tools.model.change import LEVELS, Change, Level, Verdict
from mesh_tools.model.interface import Acknowledgement

State = Literal["refused", "open", "acknowledged", "reported", "safe"]
"""``refused``: breaking. ``open``: dangerous, and nobody answers for it. ``reported``: below the profile."""

LIFECYCLE = frozenset(f"CHG{number:03}" for number in range(39, 45))
"""Access, contract, latest version and deprecation: gates from ``guarantee`` on, whatever the rule's own level."""


class Gated(Struct, frozen=True, kw_only=True):
    """A verdict, and whether it passes.

    Attributes:
        verdict: Of one change.
        gates: Whether the profile watches over it.
        state: What became of it.
        acknowledgement: Of this very change, if there is one, valid or not.
        why: Why the acknowledgement does not count, if it does not.
    """

    verdict: Verdict
    gates: bool
    state: State
    acknowledgement: Acknowledgement | None = None
    why: str = ""


class GateResult(Struct, frozen=True, kw_only=True):
    """All verdicts under one profile."""

    level: Level
    entries: tuple[Gated, ...] = ()

    @property
    def refused(self) -> tuple[Gated, ...]:
        """What is breaking."""
        return tuple(entry for entry in self.entries if entry.state == "refused")

    @property
    def open(self) -> tuple[Gated, ...]:
        """What is dangerous, and has no acknowledgement that counts."""
        return tuple(entry for entry in self.entries if entry.state == "open")

    @property
    def passes(self) -> bool:
        """Whether nothing is refused or open."""
        return not self.refused and not self.open


def gates(change: Change, level: Level) -> bool:
    """Whether a change of this rule can be refused under the profile ``level``."""
    if change.rule in LIFECYCLE and LEVELS.index(level) >= LEVELS.index("guarantee"):
        return True
    return LEVELS.index(change.level) <= LEVELS.index(level)


def gate(
    verdicts: Iterable[Verdict],
    *,
    level: Level,
    acknowledgements: Iterable[Acknowledgement] = (),
    today: date,
    days: int | None = None,
) -> GateResult:
    """What passes.

    Args:
        verdicts: The effective class decides.
        level: The strictness profile of the project.
        acknowledgements: Those that were given.
        today: The day of the gate.
        days: How long an acknowledgement counts at most: one that goes further was not given by `mesh`.
    """
    given = {known.change: known for known in acknowledgements}
    latest = None if days is None else today + timedelta(days=days)
    entries = (_gated(verdict, level, given.get(verdict.change.fingerprint), today, latest) for verdict in verdicts)
    return GateResult(level=level, entries=tuple(entries))


def _gated(verdict: Verdict, level: Level, given: Acknowledgement | None, today: date, latest: date | None) -> Gated:
    watched = gates(verdict.change, level)
    why = _fault(given, today, latest) if given else ""
    if verdict.effective == "safe":
        state: State = "safe"
    elif not watched:
        state = "reported"
    elif verdict.effective == "breaking":
        state = "refused"
    else:
        state = "acknowledged" if given and not why else "open"
    return Gated(verdict=verdict, gates=watched, state=state, acknowledgement=given, why=why)


def _fault(given: Acknowledgement, today: date, latest: date | None) -> str:
    until = day_of(given.until)
    if until is None:
        return f"its acknowledgement has no date: '{given.until}'"
    if until < today:
        return f"its acknowledgement expired on {given.until}"
    if latest is not None and until > latest:
        return f"its acknowledgement counts until {given.until}, longer than this mesh allows"
    return "" if given.reason.strip() else "its acknowledgement gives no reason"
