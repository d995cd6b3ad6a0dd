"""What `mesh lint --scorecard` prints: scores by domain, then of products, and what would raise them most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesh_tools.lint.scorecard import Badge, Card, Entry, Scorecard, Trend, trend_of
from mesh_tools.model.schema import components_of, document_schema
from mesh_tools.report.console import print_table
from mesh_tools.report.lint.json import dumped
from mesh_tools.report.lint.safe import one_line

VERSION = "1.0"

_BARS = "▁▂▃▄▅▆▇█"
_COLOURS: Mapping[Badge, str] = {"gold": "bold yellow", "silver": "bold white", "bronze": "bold red", "none": "dim"}
_ADVICE = 5
"""Reasons that are shown for several projects together."""


class Scored(Struct, frozen=True, kw_only=True):
    """A card, and how its score has moved."""

    card: Card
    trend: Trend


class ScorecardDocument(Struct, frozen=True, kw_only=True):
    """What `mesh lint --scorecard --format json` prints.

    Attributes:
        version: Of this document; a new major version when something is taken away.
        at: When, ISO 8601 in UTC.
        commit: Of the repository; null where there is none.
        mesh: Over everything.
        domains: By name.
        projects: By name.
        products: Each version, by label.
    """

    version: str = VERSION
    at: str
    commit: str | None
    mesh: Scored
    domains: tuple[Scored, ...]
    projects: tuple[Scored, ...]
    products: tuple[Scored, ...]


def scored(scorecard: Scorecard, history: Sequence[Entry], now: datetime, commit: str | None) -> ScorecardDocument:
    """The scores with their trends. ``now`` is in UTC."""
    today = now.date()
    return ScorecardDocument(
        at=now.isoformat(timespec="seconds"),
        commit=commit,
        mesh=_scored(scorecard.mesh, history, today),
        domains=tuple(_scored(card, history, today) for card in scorecard.domains),
        projects=tuple(_scored(card, history, today) for card in scorecard.projects),
        products=tuple(_scored(card, history, today) for card in scorecard.products),
    )


def _scored(card: Card, history: Sequence[Entry], today: date) -> Scored:
    def of(entry: Entry) -> int | None:
        if card.kind == "mesh":
            return entry.score
        if card.kind == "product":
            return entry.products.get(card.name)
        domain = entry.domains.get(card.name) if card.kind == "domain" else None
        return domain.score if domain else None

    return Scored(card=card, trend=trend_of(card.score, history, today, of))


def as_json(document: ScorecardDocument) -> str:
    """For programs."""
    return dumped(document)


def print_scorecard(to: Console, document: ScorecardDocument) -> None:
    """A table of domains, one of products, and what would raise the score of the mesh most."""
    _print_table(to, "domain", document.domains)
    if document.products:
        to.print()
        _print_table(to, "product", document.products)
    mesh = document.mesh.card
    to.print()
    said = f"{one_line(mesh.name)}: {mesh.score} of 100, {_badge(mesh)}"
    to.print(Text.assemble((said, "bold"), "  ", _trend(document.mesh.trend)))
    if mesh.losses:
        to.print(Text("what would raise it most:"))
    for loss in mesh.losses if len(document.projects) == 1 else mesh.losses[:_ADVICE]:
        to.print(Text.assemble((f"  +{loss.points:.1f}", "green"), f"  {one_line(loss.text)}: {one_line(loss.to_do)}"))


def _print_table(to: Console, title: str, rows: Sequence[Scored]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(title, no_wrap=True)
    table.add_column("score", justify="right")
    table.add_column("badge")
    table.add_column("trend", no_wrap=True)
    for name in ("errors", "warnings", "infos", "suppressed"):
        table.add_column(name, justify="right")
    table.add_column("would raise it most", no_wrap=True)
    for row in sorted(rows, key=lambda row: (row.card.score, row.card.name)):
        table.add_row(*_cells(row))
    print_table(to, table)


def _cells(row: Scored) -> tuple[Text, ...]:
    card = row.card
    counts = (Text(str(card.counts.get(key, 0))) for key in ("error", "warn", "info", "suppressed"))
    best = card.losses[0] if card.losses else None
    return (
        Text(one_line(card.name)),
        Text(str(card.score)),
        Text(_badge(card), style=_COLOURS[card.badge]),
        _trend(row.trend),
        *counts,
        Text(f"+{best.points:.1f} {one_line(best.text)}" if best else ""),
    )


def _badge(card: Card) -> str:
    return "-" if card.badge == "none" else card.badge


def _trend(trend: Trend) -> Text:
    change = trend.change
    if change is None:
        return Text("new", style="dim")
    line = sparkline(trend.scores)
    if not change:
        return Text(f"{line} =", style="dim")
    arrow, colour = ("↑", "green") if change > 0 else ("↓", "red")
    return Text(f"{line} {arrow}{abs(change)}", style=colour)


def sparkline(scores: Sequence[int]) -> str:
    """A bar for each score, from 0 to 100."""
    return "".join(_BARS[min(len(_BARS) - 1, max(0, score) * len(_BARS) // 100)] for score in scores)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the document."""
    (reference,), components = components_of(ScorecardDocument)
    return document_schema("mesh lint --scorecard --format json", components, **reference)
