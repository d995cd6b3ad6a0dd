"""A product as its page shows it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mesh_tools.lint.scorecard import Card
from mesh_tools.model.change import Bump, ChangeClass, Effect
from mesh_tools.model.interface import Column, Guarantee, Owner, Product, ProductVersion, Relation, Version, product_key
from mesh_tools.model.lineage import EdgeKind, Hazard
from mesh_tools.site.names import version_file

Status = Literal["stable", "prerelease", "deprecated", "retired", "superseded"]
"""``prerelease``: after the latest; ``superseded``: before it; ``deprecated``: it ends; ``retired``: it has ended."""
Promise = Literal["kept", "broken", "on data", "unknown"]
"""State of a freshness promise. ``on data``: it is about a column's values, which the build's checks look at."""
CheckStatus = Literal["pass", "warn", "fail", "error", "skipped", "not run"]


class Origin(Struct, frozen=True, kw_only=True):
    """A column that another one is made of.

    Attributes:
        label: ``reference.airports.airport_code``, or ``sources of operations`` where its name is private.
        href: Its permalink relative to the site's root.
        kind: The most that is done to the value on the way; ``None``: that is not known.
    """

    label: str
    href: str | None = None
    kind: EdgeKind | None = None


class ColumnFacts(Struct, frozen=True, kw_only=True):
    """One column of a version.

    Attributes:
        column: As it is promised.
        guarantees: Those of this column alone.
        description: Its own, or one that it inherits.
        inherited: The column of another product that has the description; ``None``: it is its own.
        origins: What it is made of, as far as the reader may know.
        readers: How many models and exposures of other projects use it; ``None``: not all of them could be traced.
    """

    column: Column
    guarantees: tuple[Guarantee, ...] = ()
    description: str = ""
    inherited: Origin | None = None
    origins: tuple[Origin, ...] = ()
    readers: int | None = 0


class ConsumerFacts(Struct, frozen=True, kw_only=True):
    """Who uses a version, and what of it.

    Attributes:
        project: Of the consumer.
        domain: Of the project.
        name: ``planning.int_seats``, an exposure's label, or how many models there are whose names are private.
        kind: What it is.
        href: Its page, if it is a product.
        url: Of an exposure, outside the site.
        owner: Whom to ask.
        models: For how many models or exposures this stands.
        pinned: Whether it names the version, or follows the latest.
        selected: Columns that it reads as values; ``None``: it was not traced.
        filtered: Columns that it joins, filters, groups or orders by alone.
        hazards: Ways in which columns that it does not name matter.
    """

    project: str
    domain: str
    name: str
    kind: Literal["model", "exposure"]
    href: str | None = None
    url: str | None = None
    owner: Owner = Owner()
    models: int = 1
    pinned: bool = True
    selected: tuple[str, ...] | None = None
    filtered: tuple[str, ...] = ()
    hazards: tuple[Hazard, ...] = ()


class CheckFacts(Struct, frozen=True, kw_only=True):
    """A test of a product, and how it went last.

    Attributes:
        name: What it checks, such as ``unique``.
        columns: Of what.
        status: Of the last run.
        severity: dbt's.
        failures: Rows that it returned; ``None``: not run.
        ran_at: ISO 8601, UTC.
    """

    name: str
    columns: tuple[str, ...] = ()
    status: CheckStatus = "not run"
    severity: str = "error"
    failures: int | None = None
    ran_at: str | None = None


class ConsumerEffect(Struct, frozen=True, kw_only=True):
    """What a change did to a project that uses the product: the worst of its models, and how many were concerned."""

    project: str
    effect: Effect
    models: int
    detail: str = ""


class ChangeFacts(Struct, frozen=True, kw_only=True):
    """One change of a promise.

    Attributes:
        rule: ``CHG004``.
        name: ``column-renamed``.
        v: Of the version; ``None`` for a product without versions, or the product as a whole.
        columns: Concerned.
        structural: Class by the promise alone.
        effective: Class once the consumers of the time are looked at.
        message: In one sentence.
        effects: On its consumers.
    """

    rule: str
    name: str
    v: Version | None = None
    columns: tuple[str, ...] = ()
    structural: ChangeClass
    effective: ChangeClass
    message: str
    effects: tuple[ConsumerEffect, ...] = ()


class Release(Struct, frozen=True, kw_only=True):
    """A promise that was published, with what it changed of the one before.

    Attributes:
        at: ISO 8601, UTC; ``None``: only accepted or parsed so far.
        project: Whose.
        product: Its name.
        domain: Of the project.
        numbers: Semantic version of each dbt version from then on, as ``(v, "2.1.0")``.
        changes: Worst first; none when it was new.
        bump: What the changes needed.
        first: Whether the product was new.
        gone: Whether it is no longer there.
    """

    at: str | None
    project: str
    product: str
    domain: str
    numbers: tuple[tuple[Version | None, str], ...] = ()
    changes: tuple[ChangeFacts, ...] = ()
    bump: Bump = "none"
    first: bool = False
    gone: bool = False

    @property
    def effective(self) -> ChangeClass:
        """The worst class of its changes."""
        order: tuple[ChangeClass, ...] = ("safe", "dangerous", "breaking")
        return max((change.effective for change in self.changes), key=order.index, default="safe")


class Sample(Struct, frozen=True, kw_only=True):
    """How to read a version, ready to be copied.

    Attributes:
        dependencies: For ``dependencies.yml``.
        packages: For ``packages.yml``.
        ref: The two-argument ref, with its version.
        model: A dbt model that selects its columns.
        sql: The same on the warehouse; ``None`` where its relation is not published.
        python: The same from Python.
    """

    dependencies: str
    packages: str
    ref: str
    model: str
    sql: str | None = None
    python: str | None = None


class VersionFacts(Struct, frozen=True, kw_only=True):
    """One version of a product.

    Attributes:
        version: As it is promised.
        latest: Whether an unpinned ref means it.
        status: Of its life.
        days_left: Until its end; negative when it is past; ``None`` without an end.
        successor: The version to migrate to, where there is one.
        relation: Where it lies in the warehouse.
        columns: In their order.
        shared: Guarantees of several columns, or of rows as a whole.
        consumers: Of other projects, and exposures.
        checks: Its tests.
        promise: State of its freshness; ``None`` when it promises none.
        age_hours: Since a build last found it up to date; ``None``: never.
        score: Of the linter.
        sample: How to read it.
        lineage: Id of its box in the lineage.
    """

    version: ProductVersion
    latest: bool
    status: Status = "stable"
    days_left: int | None = None
    successor: Version | None = None
    relation: Relation | None = None
    columns: tuple[ColumnFacts, ...] = ()
    shared: tuple[Guarantee, ...] = ()
    consumers: tuple[ConsumerFacts, ...] = ()
    checks: tuple[CheckFacts, ...] = ()
    promise: Promise | None = None
    age_hours: float | None = None
    score: Card | None = None
    sample: Sample
    lineage: str = ""

    @property
    def readers(self) -> int:
        """How many models and exposures use it."""
        return sum(consumer.models for consumer in self.consumers)

    @property
    def consuming_projects(self) -> tuple[str, ...]:
        """Names, sorted."""
        return tuple(sorted({consumer.project for consumer in self.consumers}))


class ProductFacts(Struct, frozen=True, kw_only=True):
    """A product: all its versions, the latest first, then newest first.

    Attributes:
        domain: That owns it.
        project: Of the product.
        product: As it is promised.
        owner: Whom to ask: of its group, else of the project.
        folder: Of its pages, relative to the site's root, ending in ``/``.
        versions: Each with all that is known.
        releases: Newest first.
        built_at: When a build last found it up to date; ISO 8601, UTC.
    """

    domain: str
    project: str
    product: Product
    owner: Owner
    folder: str
    versions: tuple[VersionFacts, ...]
    releases: tuple[Release, ...] = ()
    built_at: str | None = None

    @property
    def name(self) -> str:
        """Without project or version."""
        return self.product.name

    @property
    def latest(self) -> VersionFacts:
        """The version that its own page shows."""
        return next((version for version in self.versions if version.latest), self.versions[0])

    @property
    def label(self) -> str:
        """``operations.flights``."""
        return f"{self.project}.{self.product.name}"

    def successor_of(self, version: VersionFacts) -> VersionFacts | None:
        """The version to migrate to."""
        v = version.successor
        return next((one for one in self.versions if v is not None and one.version.v == v), None)

    def label_of(self, version: VersionFacts) -> str:
        """``operations.flights.v2``."""
        return f"{self.project}.{product_key(self.product.name, version.version.v)}"

    def page_of(self, version: VersionFacts) -> str:
        """The page of one of its versions, relative to the site's root."""
        return self.folder + ("index.html" if version.latest else version_file(version.version.v))
