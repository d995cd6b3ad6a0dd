"""What can be found: one entry for everything that has a page, or a place on one."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mesh_tools.model.interface import Tier
from mesh_tools.site.facts.product import Promise, Status

EntryKind = Literal["product", "domain", "exposure", "model", "page"]
"""Columns have no kind: each belongs to its entry."""


class ColumnEntry(Struct, frozen=True, array_like=True, gc=False):
    """A column's name, and what it is in plain text."""

    name: str
    description: str = ""


class Entry(Struct, frozen=True, kw_only=True):
    """Something that a reader looks for.

    Attributes:
        kind: What it is.
        name: Without project or version; what is shown of anything but a product or model.
        v: Version of a product, as text; empty without.
        project: Whose; empty for what is of the whole mesh.
        domain: Of the project.
        url: Relative to the site's root.
        description: Plain text.
        owner: Whom to ask: name, e-mail, channel, as far as there are any.
        tier: Of a product.
        status: Of a product.
        freshness: State of its promise; ``None``: it promises none.
        contract: Semantic version of a product's contract.
        until: ISO date of its end.
        consumers: How many models and exposures use it.
        public: Whether other projects may read it.
        latest: Whether an unpinned ref means it.
        classes: Classifications of its columns, sorted.
        tags: Sorted.
        columns: In their order.
    """

    kind: EntryKind
    name: str
    v: str = ""
    project: str = ""
    domain: str = ""
    url: str
    description: str = ""
    owner: tuple[str, ...] = ()
    tier: Tier | None = None
    status: Status | None = None
    freshness: Promise | None = None
    contract: str = ""
    until: str = ""
    consumers: int = 0
    public: bool = True
    latest: bool = True
    classes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    columns: tuple[ColumnEntry, ...] = ()

    @property
    def text(self) -> str:
        """``flights.v2``: dbt's name of it, without its project."""
        return f"{self.name}.v{self.v}" if self.v else self.name

    @property
    def label(self) -> str:
        """``operations.flights.v2``."""
        return f"{self.project}.{self.text}" if self.project else self.text

    @property
    def deprecated(self) -> bool:
        """Whether it has an end."""
        return self.status in {"deprecated", "retired"}
