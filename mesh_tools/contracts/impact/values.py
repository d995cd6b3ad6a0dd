"""What `mesh impact` finds, as values."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mesh_tools.model.interface import Owner, Version, product_key
from mesh_tools.model.lineage import EdgeKind, UseKind

Effect = Literal["values", "may", "rows"]
"""What a column means to a node downstream; of several the first. ``values``: columns of its own are made of it.
``may``: that is not known, since it, or something on the way, was not traced. ``rows``: it decides which rows there
are, or how they are joined, grouped or ordered, there or on the way, and no more."""
Evidence = Literal["lineage", "manifest", "published"]
"""How a use is known: the SQL was traced; dbt says that it depends on it; or the project, whose manifest is not at
hand, published it."""

EFFECTS: tuple[Effect, ...] = ("values", "may", "rows")


class Target(Struct, frozen=True, kw_only=True):
    """What the question is about: versions of a product, or one column of them."""

    project: str
    product: str
    versions: tuple[Version | None, ...]
    column: str | None = None

    @property
    def label(self) -> str:
        """``operations.flights.v2.carrier``; without a version when all are meant."""
        v = self.versions[0] if len(self.versions) == 1 else None
        parts = (self.project, product_key(self.product, v), self.column)
        return ".".join(part for part in parts if part)


class Made(Struct, frozen=True, kw_only=True):
    """A column of a node that is made of the column asked for; ``kind`` is the most that is done to it on the way."""

    column: str
    kind: EdgeKind


class Use(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A model, snapshot, exposure or metric that uses the target.

    Attributes:
        project: Whose it is.
        node: Its name, with its version; ``exposure:NAME`` for an exposure.
        kind: dbt's resource type.
        direct: Whether it reads the product itself.
        product: Whether it is a product itself, so that its consumers may be concerned.
        effect: Of the column asked for; ``None`` when it was not asked for one.
        evidence: How the use is known.
        reads: Columns of the product that it reads; ``None`` when they are not known, or when it is not direct.
        made: Its own columns that are made of the column asked for.
        uses: What it does with that column, besides.
        rows: Whether that column decides, on the way to it, which rows it has.
        inputs: Labels of what it reads of all that uses the target, the product itself included.
        through: Labels of what lies between the product and this, the nearest to the product first.
        reason: Why its columns are not known.
        owner: Who answers for it.
        url: Of an exposure.
    """

    project: str
    node: str
    kind: str
    direct: bool
    product: bool = False
    effect: Effect | None = None
    evidence: Evidence
    reads: tuple[str, ...] | None = None
    made: tuple[Made, ...] = ()
    uses: tuple[UseKind, ...] = ()
    rows: bool = False
    inputs: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    reason: str | None = None
    owner: Owner = Owner()
    url: str | None = None

    @property
    def label(self) -> str:
        """``punctuality.route_punctuality``, ``punctuality.exposure:on_time_report``."""
        return f"{self.project}.{self.node}"


class Notice(Struct, frozen=True, kw_only=True):
    """Somebody who should be told, and of what."""

    owner: Owner
    nodes: tuple[str, ...]


class Impact(Struct, frozen=True, kw_only=True):
    """The answer.

    Attributes:
        target: What was asked.
        owner: Of the product.
        uses: The nearest first.
        untouched: Nodes downstream of the product to which the column asked for means nothing.
        notify: Owners of what uses it, other than the product's own.
        unowned: What uses it and has no owner who can be reached.
        notes: What could not be looked at, with what to do about it.
    """

    target: Target
    owner: Owner
    uses: tuple[Use, ...]
    untouched: tuple[str, ...] = ()
    notify: tuple[Notice, ...] = ()
    unowned: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
