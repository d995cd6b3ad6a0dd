"""Scores of products, projects, domains and the mesh: how well governed they are, and what would raise that most."""

from mesh_tools.lint.scorecard.card import BADGES, Badge, Card, Loss, Part, Scorecard, badge_for
from mesh_tools.lint.scorecard.compute import scorecard_of
from mesh_tools.lint.scorecard.trends import DomainEntry, Entry, Trend, entry_of, trend_of

__all__ = [
    "BADGES",
    "Badge",
    "Card",
    "DomainEntry",
    "Entry",
    "Loss",
    "Part",
    "Scorecard",
    "Trend",
    "badge_for",
    "entry_of",
    "scorecard_of",
    "trend_of",
]
