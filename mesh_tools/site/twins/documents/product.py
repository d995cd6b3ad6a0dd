"""The document of a product: all that its page shows."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mesh_tools.model.interface import Carrier, Classification, GuaranteeKind, Period, Tier, Version
from mesh_tools.model.lineage import EdgeKind, Hazard, UseKind
from mesh_tools.site.facts.graph import Method, NodeKind
from mesh_tools.site.twins.documents.common import (
    Document,
    Free,
    OwnerDocument,
    ProductStatus,
    PromiseState,
    ReleaseDocument,
    ScoreDocument,
)


class GuaranteeDocument(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a consumer may rely on.

    Attributes:
        kind: What is guaranteed.
        columns: Of which columns.
        arguments: What the kind needs: `values`, `to` and `field`, `min` and `max`, `expression`, `test`.
        carrier: What watches over it.
        severity: dbt's, of a test.
        enforced: Whether a violation stops the build.
    """

    kind: GuaranteeKind
    columns: tuple[str, ...] = ()
    arguments: Free = {}
    carrier: Carrier
    severity: Literal["error", "warn"] = "error"
    enforced: bool = True


class OriginDocument(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A column that another one is made of.

    Attributes:
        label: `reference.airports.airport_code`, or whose sources, where the name is private.
        page: Its permalink.
        kind: The most that is done to the value on the way.
    """

    label: str
    page: str | None = None
    kind: EdgeKind | None = None


class ColumnDocument(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A column of a version. What it has by default is left out.

    Attributes:
        name: Of the column.
        page: Its permalink.
        type: As its owner wrote it, else as the warehouse calls it.
        canonical_type: The warehouse's own name for the type.
        nullable: Whether it may be null.
        description: Markdown; its own, or one that it inherits.
        described_at: The column that the description is inherited from.
        classification: How careful one has to be.
        unit: Of its values.
        timezone: How to read times that have none.
        currency: ISO 4217.
        encoding: How to read its text or bytes.
        semantic_type: What its values mean.
        closed: Whether the accepted values are all that there will ever be in this version.
        policies: Of masking, in the warehouse.
        deprecated_until: ISO date of its end.
        tags: dbt's.
        guarantees: Of this column alone.
        origins: What it is made of.
        readers: How many models and exposures of others use it; null: not all of them could be traced.
    """

    name: str
    page: str
    type: str | None = None
    canonical_type: str | None = None
    nullable: bool = True
    description: str = ""
    described_at: OriginDocument | None = None
    classification: Classification | None = None
    unit: str | None = None
    timezone: str | None = None
    currency: str | None = None
    encoding: str | None = None
    semantic_type: str | None = None
    closed: bool = False
    policies: tuple[str, ...] = ()
    deprecated_until: str | None = None
    tags: tuple[str, ...] = ()
    guarantees: tuple[GuaranteeDocument, ...] = ()
    origins: tuple[OriginDocument, ...] = ()
    readers: int | None = 0


class ConsumerDocument(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who uses a version, and what of it. What it has by default is left out.

    Attributes:
        project: Of the consumer.
        domain: Of the project.
        name: Of a product or an exposure; how many models, where names are private.
        kind: What it is.
        page: Of a product.
        url: Of an exposure, outside the site.
        owner: Whom to ask.
        models: For how many models or exposures this stands.
        pinned: Whether it names the version, or follows the latest.
        selected: Columns that it reads as values; null: not traced.
        filtered: Columns that it joins, filters, groups or orders by alone.
        hazards: Ways in which columns that it does not name matter.
    """

    project: str
    domain: str
    name: str
    kind: Literal["model", "exposure"]
    page: str | None = None
    url: str | None = None
    owner: OwnerDocument | None = None
    models: int = 1
    pinned: bool = True
    selected: tuple[str, ...] | None = None
    filtered: tuple[str, ...] = ()
    hazards: tuple[Hazard, ...] = ()


class CheckDocument(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A test, and how it went last.

    Attributes:
        name: What it checks.
        columns: Of what.
        status: Of the last run.
        severity: dbt's.
        failures: Rows that it returned; null: not run.
        ran_at: ISO 8601, UTC.
    """

    name: str
    columns: tuple[str, ...] = ()
    status: Literal["pass", "warn", "fail", "error", "skipped", "not run"]
    severity: str = "error"
    failures: int | None = None
    ran_at: str | None = None


class FreshnessDocument(Struct, frozen=True, kw_only=True):
    """A promise: never older than `count` `period`.

    Attributes:
        count: How many.
        period: Of what.
        column: Whose newest value is measured; null: the last good build is.
        state: Whether it is kept; `on data`: the checks tell.
        age_hours: Since a build last found it up to date, when the site was made; null: never.
    """

    count: int
    period: Period
    column: str | None
    state: PromiseState
    age_hours: float | None


class RelationDocument(Struct, frozen=True, kw_only=True):
    """Where a version lies in the warehouse."""

    database: str | None
    schema: str | None
    identifier: str


class SampleDocument(Struct, frozen=True, kw_only=True):
    """How to read a version, ready to be copied.

    Attributes:
        dependencies: For `dependencies.yml`.
        packages: For `packages.yml`.
        ref: With project, name and version.
        model: A dbt model that selects from it.
        sql: The same on the warehouse; null where its relation is not published.
        python: The same from Python.
    """

    dependencies: str
    packages: str
    ref: str
    model: str
    sql: str | None
    python: str | None


class LinkDocument(Struct, frozen=True, kw_only=True):
    """One column that goes into another one.

    Attributes:
        column: Of the source; empty for all that a project loads.
        to: Of the target; empty where the column decides over rows.
        kind: What is done to the value, or how it decides.
    """

    column: str
    to: str
    kind: EdgeKind | UseKind


class NeighbourDocument(Struct, frozen=True, kw_only=True):
    """What stands next in the lineage.

    Attributes:
        label: `operations.flights.v2`, or how many internal models of a project.
        kind: What it is.
        project: Whose.
        domain: Of the project.
        page: Its page.
        method: How the edge is known; `table`: its columns are not.
        through: How many internal models lie between.
        columns: Which columns go where.
    """

    label: str
    kind: NodeKind
    project: str
    domain: str
    page: str | None
    method: Method
    through: int
    columns: tuple[LinkDocument, ...]


class VersionDocument(Struct, frozen=True, kw_only=True):
    """One version of a product, with its whole promise.

    Attributes:
        v: dbt's version; null for a product without versions.
        label: `operations.flights.v2`.
        page: Of the version.
        latest: Whether a ref without version means it.
        status: Of its life.
        deprecation_date: ISO date of its end.
        days_left: Until its end when the site was made; negative when it is past.
        successor: The version to migrate to.
        semantic_version: Of its contract.
        contract: Whether dbt enforces it.
        materialized: dbt's word.
        description: Markdown.
        scope: Which rows there are.
        grain: Columns that tell one row from another.
        columns: In their order.
        guarantees: Of several columns, or of rows as a whole; those of one column are with it.
        freshness: What is promised, and whether it is kept.
        retention: How long rows are kept.
        tier: Of service.
        row_policy: Who may see which rows.
        physical: How the warehouse lays it out, by dbt's configuration keys.
        tags: dbt's.
        relation: Where it lies; null where that is not published.
        readers: How many models and exposures of others use it.
        consumers: Each of them, as far as names are public.
        checks: Its tests.
        score: By the linter; null: not asked.
        sample: How to read it.
        upstream: What it is made of.
        downstream: What is made of it.
    """

    v: Version | None
    label: str
    page: str
    latest: bool
    status: ProductStatus
    deprecation_date: str | None
    days_left: int | None
    successor: Version | None
    semantic_version: str
    contract: bool
    materialized: str
    description: str
    scope: str | None
    grain: tuple[str, ...]
    columns: tuple[ColumnDocument, ...]
    guarantees: tuple[GuaranteeDocument, ...]
    freshness: FreshnessDocument | None
    retention: str | None
    tier: Tier | None
    row_policy: str | None
    physical: Free
    tags: tuple[str, ...]
    relation: RelationDocument | None
    readers: int
    consumers: tuple[ConsumerDocument, ...]
    checks: tuple[CheckDocument, ...]
    score: ScoreDocument | None
    sample: SampleDocument
    upstream: tuple[NeighbourDocument, ...]
    downstream: tuple[NeighbourDocument, ...]


class ProductDocument(Document, frozen=True, kw_only=True, tag="product"):
    """A product with all its versions.

    Attributes:
        label: `operations.flights`.
        domain: That owns it.
        project: Of the product.
        name: Of its dbt model.
        page: Its page.
        badge: An SVG of its state.
        tile: A small page for an iframe.
        owner: Whom to ask.
        group: dbt's group.
        allowed_consumers: Projects that may use it; null: all.
        renamed_from: Names that it had before.
        built_at: When a build last found it up to date; ISO 8601, UTC.
        versions: The latest first, then newest first.
        releases: Newest first.
    """

    label: str
    domain: str
    project: str
    name: str
    page: str
    badge: str
    tile: str
    owner: OwnerDocument
    group: str | None
    allowed_consumers: tuple[str, ...] | None
    renamed_from: tuple[str, ...]
    built_at: str | None
    versions: tuple[VersionDocument, ...]
    releases: tuple[ReleaseDocument, ...]
