"""What a score consists of: every point that is there, and every point that is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Badge = Literal["gold", "silver", "bronze", "none"]
CardKind = Literal["mesh", "domain", "project", "product"]

BADGES: Mapping[Badge, int] = {"gold": 90, "silver": 75, "bronze": 50, "none": 0}
"""The least score of each. Gold and silver also want that no error is open."""


class Part(Struct, frozen=True, kw_only=True):
    """One thing that is scored.

    Attributes:
        name: Such as `contract`.
        points: That it has.
        most: That it can have.
        text: Why it has them.
    """

    name: str
    points: float
    most: float
    text: str


class Loss(Struct, frozen=True, kw_only=True):
    """Points that are missing for one reason.

    Attributes:
        points: That the score would rise by.
        part: Whose points they are.
        text: What is missing, or found.
        to_do: What brings them.
        code: Of the rule, where it is findings that cost them.
    """

    points: float
    part: str
    text: str
    to_do: str = ""
    code: str = ""


class Card(Struct, frozen=True, kw_only=True):
    """The score of one product version, project or domain, or of the mesh.

    Attributes:
        kind: Of what it is.
        name: `operations.flights.v2` for a product.
        domain: That owns it; empty for the mesh.
        project: Of a product or a project.
        score: 0 to 100.
        badge: By score, see `BADGES`.
        parts: What the score is the sum of.
        losses: What would raise it, most first; with the score they make 100.
        counts: Findings that concern it: `error`, `warn`, `info` (known ones among them), `suppressed`.
        products: How many it has.
    """

    kind: CardKind
    name: str
    domain: str = ""
    project: str = ""
    score: int
    badge: Badge
    parts: tuple[Part, ...] = ()
    losses: tuple[Loss, ...] = ()
    counts: dict[str, int] = {}
    products: int = 0


class Scorecard(Struct, frozen=True, kw_only=True):
    """All scores of a mesh.

    Attributes:
        mesh: Over everything.
        domains: By name.
        projects: By name.
        products: Each version, by label.
    """

    mesh: Card
    domains: tuple[Card, ...] = ()
    projects: tuple[Card, ...] = ()
    products: tuple[Card, ...] = ()


def badge_for(score: int, errors: int) -> Badge:
    """The badge for a score, with so many errors open."""
    best: Badge = next(badge for badge, least in BADGES.items() if score >= least)
    return "bronze" if errors and best in {"gold", "silver"} else best
