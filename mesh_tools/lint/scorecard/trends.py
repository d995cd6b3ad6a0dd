"""Scores over time: what is kept of a run, and how a score has moved since."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from msgspec import Struct

from mesh_tools.lint.scorecard.card import Scorecard

SHOWN = 12
"""Scores of a trend."""


class DomainEntry(Struct, frozen=True, kw_only=True):
    """A domain in a run: its score, and its findings by severity."""

    score: int
    error: int = 0
    warn: int = 0
    info: int = 0
    suppressed: int = 0


class Entry(Struct, frozen=True, kw_only=True):
    """What is kept of a whole run of `mesh lint`.

    Attributes:
        at: ISO 8601, UTC.
        commit: Of the repository, if it is one.
        score: Of the mesh.
        domains: By name.
        products: Score of each product version, by label.
        version: Of this record.
    """

    at: str
    commit: str | None = None
    score: int
    domains: Mapping[str, DomainEntry] = {}
    products: Mapping[str, int] = {}
    version: int = 1

    def is_like(self, other: Entry) -> bool:
        """Whether both are of one day, and say the same about the same commit."""
        same = (self.at[:10], self.commit, self.score) == (other.at[:10], other.commit, other.score)
        return same and self.domains == other.domains and self.products == other.products


class Trend(Struct, frozen=True, kw_only=True):
    """How a score has moved.

    Attributes:
        before: The score to compare with; ``None`` when there is none.
        scores: The last of each day, oldest first, the present one last.
    """

    before: int | None = None
    scores: tuple[int, ...] = ()

    @property
    def change(self) -> int | None:
        """Points since ``before``."""
        return None if self.before is None else self.scores[-1] - self.before


def entry_of(scorecard: Scorecard, *, at: str, commit: str | None) -> Entry:
    """What is kept of a run."""
    return Entry(
        at=at,
        commit=commit,
        score=scorecard.mesh.score,
        domains={card.name: DomainEntry(score=card.score, **card.counts) for card in scorecard.domains},
        products={card.name: card.score for card in scorecard.products},
    )


def trend_of(score: int, history: Sequence[Entry], today: date, of: Callable[[Entry], int | None]) -> Trend:
    """How ``score`` has moved since the last run of an earlier day; since today's first where there is none.

    Args:
        score: Of now.
        history: Earlier runs, oldest first.
        today: In UTC.
        of: The same score in an earlier run; ``None``: it was not there.
    """
    known = [(entry.at[:10], found) for entry in history if (found := of(entry)) is not None]
    earlier = [found for day, found in known if day < today.isoformat()]
    before = earlier[-1] if earlier else known[0][1] if known else None
    past = [found for day, found in dict(known).items() if day < today.isoformat()]
    return Trend(before=before, scores=(*past[-(SHOWN - 1) :], score))
