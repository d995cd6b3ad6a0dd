"""The interface of a project: everything that it promises about its products, and nothing else.

No SQL and no private names. The same structures are the committed ``interface.yml``, the registry's JSON and
what commands work on. All of them are immutable; lists are tuples, sorted where order carries no meaning, so
that equal interfaces are equal values and equal bytes.

``None`` and empty values are omitted when written. Unknown fields are ignored when read, so that a document of
a newer minor version can be read; see :mod:`mesh_tools.interface.document` for the major version.
"""

from __future__ import annotations

from datetime import datetime, timezone
from hashlib import sha256
from typing import Any, Literal

from msgspec import Struct

from mesh_tools.model.lineage import Hazard

SCHEMA_VERSION = "1.2"
"""Of the interface document, as ``major.minor``."""

Version = int | float | str
"""A dbt model version, as the YAML has it."""

GuaranteeKind = Literal[
    "not_null", "unique", "primary_key", "accepted_values", "range", "relationship", "check", "custom"
]
Access = Literal["private", "protected", "public"]
Carrier = Literal["constraint", "test"]
Period = Literal["minute", "hour", "day"]
Tier = Literal["gold", "silver", "bronze"]
Classification = Literal["public", "internal", "confidential", "pii"]


class Owner(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who answers for a group, reachable by e-mail or channel."""

    name: str | None = None
    email: str | None = None
    channel: str | None = None

    @property
    def reachable(self) -> bool:
        """Whether a consumer can write to this owner."""
        return bool(self.email or self.channel)


class Group(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A dbt group and its owner."""

    name: str
    owner: Owner = Owner()
    description: str = ""


class Column(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One column of a product version.

    ``data_type`` is as the producer wrote it; ``canonical_type`` is the engine's own name for it where the
    adapter's types are known (:mod:`mesh_tools.sqltypes`). ``unit`` is free text such as ``minute`` or ``USD``.
    ``timezone``, ``currency`` (ISO 4217) and ``encoding`` say how to read values that their type leaves open.
    ``closed`` promises that the accepted values are all that there will ever be in this version.
    ``policies`` are the masking or column policies of the warehouse. ``deprecated_until`` is an ISO date.
    """

    name: str
    data_type: str | None = None
    canonical_type: str | None = None
    nullable: bool = True
    description: str = ""
    classification: Classification | None = None
    unit: str | None = None
    timezone: str | None = None
    currency: str | None = None
    encoding: str | None = None
    semantic_type: str | None = None
    closed: bool = False
    policies: tuple[str, ...] = ()
    deprecated_until: str | None = None
    quote: bool = False
    tags: tuple[str, ...] = ()
    meta: dict[str, Any] = {}


class Guarantee(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a consumer may rely on, whatever carries it.

    ``arguments`` holds what the kind needs: ``values`` (accepted_values), ``to`` and ``field`` (relationship),
    ``min`` and ``max`` (range), ``expression`` (check), ``test`` and its arguments (custom). A relationship's
    ``to`` is ``project.model`` for a product of its own or another project, never a private model's name.
    ``enforced`` is true when a violation stops the build: a constraint that the warehouse enforces on this
    materialization, or an unfiltered test of severity error.
    """

    kind: GuaranteeKind
    columns: tuple[str, ...] = ()
    arguments: dict[str, Any] = {}
    carrier: Carrier
    severity: Literal["error", "warn"] = "error"
    enforced: bool = True


class Freshness(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A promise: never older than ``count`` ``period``.

    Measured on the newest value of ``column``, or on the last good build when no column is named.
    """

    count: int
    period: Period
    column: str | None = None


class Logic(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Digests of how a product version is made, so that a change of meaning shows while the SQL stays at home.

    Through the private models of the project, up to its sources and other projects' products. Only digests of the
    same ``method`` (the tracer and its version) can be compared.
    """

    method: str
    rows: str | None = None
    columns: dict[str, str] = {}


class ProductVersion(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One version of a product, with its whole promise.

    ``v`` is ``None`` for a model that is not versioned. ``path`` is the model's file below its model folder; the
    interface package repeats it, so that the model's fqn is the same in consumers. ``scope`` says in words which rows
    there are; ``row_policy`` which of them who may see. ``physical`` is how the warehouse lays the data out, by dbt's
    configuration keys such as ``partition_by``. ``logic`` is no part of the promise.
    """

    v: Version | None = None
    semantic_version: str
    path: str
    description: str = ""
    contract: bool = False
    materialized: str = "view"
    scope: str | None = None
    grain: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    guarantees: tuple[Guarantee, ...] = ()
    deprecation_date: str | None = None
    freshness: Freshness | None = None
    retention: str | None = None
    tier: Tier | None = None
    row_policy: str | None = None
    physical: dict[str, Any] = {}
    tags: tuple[str, ...] = ()
    meta: dict[str, Any] = {}
    logic: Logic | None = None


class Product(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A public model, all its versions. ``versions`` is ordered, oldest first."""

    name: str
    latest: Version | None = None
    group: str | None = None
    owner: Owner = Owner()
    allowed_consumers: tuple[str, ...] | None = None
    renamed_from: tuple[str, ...] = ()
    versions: tuple[ProductVersion, ...]

    @property
    def is_versioned(self) -> bool:
        """Whether dbt knows this model by versions."""
        return self.versions[0].v is not None

    @property
    def latest_version(self) -> ProductVersion:
        """The version that an unpinned ref means."""
        for version in self.versions:
            if version.v == self.latest:
                return version
        return self.versions[-1]

    def version(self, v: Version | None) -> ProductVersion | None:
        """The version ``v`` (compared as text, since ``v=2`` and ``v='2'`` mean the same to dbt), or ``None``."""
        for version in self.versions:
            if str(version.v) == str(v):
                return version
        return None


class Consumption(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What models of a project use of another project's product. Models that use the same stand together in ``by``.

    Attributes:
        project: The producer.
        product: Its product.
        v: The version that the ref means.
        pinned: Whether the ref names its version; else it follows the latest one.
        columns: All columns that are used, in any way; ``None`` when they were not traced.
        indirect: Those of them that are used in joins, filters, grouping or ordering alone.
        typed: Those of them that reach, unchanged, an enforced contract or a table that keeps its rows between builds.
        hazards: Ways in which columns that are not named matter.
        by: The models that use it; an exposure is written ``exposure:NAME``.
    """

    project: str
    product: str
    v: Version | None = None
    pinned: bool = True
    columns: tuple[str, ...] | None = None
    indirect: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    by: tuple[str, ...] = ()


class Relation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a product version lies in one environment's warehouse; ``grants``: each privilege, and who has it."""

    database: str | None = None
    schema: str | None = None
    identifier: str
    grants: dict[str, tuple[str, ...]] = {}


class Acknowledgement(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A dangerous change that somebody answers for, until a date.

    Attributes:
        change: Fingerprint of the change: :attr:`mesh_tools.model.change.Change.fingerprint`.
        rule: Id of its rule, such as ``CHG007``.
        subject: Label of what changed, for the reader: ``operations.flights.v2.carrier``.
        reason: Why it is right, in words.
        until: ISO date after which the acknowledgement no longer counts.
    """

    change: str
    rule: str
    subject: str
    reason: str
    until: str


class Interface(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The whole interface of one project.

    ``environment``, ``published_at`` (ISO 8601, UTC), ``promised_since``, ``relations`` (by product key) and
    ``withheld`` exist in a registry only. ``published_at`` is renewed by every good build; ``promised_since`` is when
    this promise was published first, after another one or none. ``withheld`` maps :func:`withheld_key` of each model
    that is not public to its access, so that a refusal can say *protected* instead of *unknown* while the name itself
    stays at home.
    """

    schema_version: str = SCHEMA_VERSION
    project: str
    domain: str | None = None
    owner: Owner = Owner()
    adapter: str | None = None
    dbt_version: str | None = None
    mesh_version: str | None = None
    fingerprint: str = ""
    groups: tuple[Group, ...] = ()
    products: tuple[Product, ...] = ()
    consumptions: tuple[Consumption, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    environment: str | None = None
    published_at: str | None = None
    promised_since: str | None = None
    relations: dict[str, Relation] = {}
    withheld: dict[str, Access] = {}

    @property
    def published(self) -> datetime | None:
        """``published_at`` as a moment in UTC; ``None`` when it is not known, or no time."""
        try:
            # Python 3.10 does not read the Z.
            moment = datetime.fromisoformat((self.published_at or "").replace("Z", "+00:00"))
        except ValueError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)

    def product(self, name: str) -> Product | None:
        """The product called ``name``, or ``None``."""
        return next((product for product in self.products if product.name == name), None)

    def relation(self, name: str, v: Version | None) -> Relation | None:
        """Where version ``v`` of ``name`` lies, or ``None`` when this document does not know."""
        return self.relations.get(product_key(name, v))

    def access_of(self, name: str) -> Access | None:
        """``public``, or the access of a model that is withheld, or ``None`` for a name that does not exist."""
        if self.product(name):
            return "public"
        return self.withheld.get(withheld_key(self.project, name))


def product_key(name: str, v: Version | None) -> str:
    """``flights.v2``, or ``airports`` for a product without versions: dbt's own name for it."""
    return name if v is None else f"{name}.v{v}"


def withheld_key(project: str, name: str) -> str:
    """A short digest that stands for a model that is not public."""
    return sha256(f"{project}.{name}".encode()).hexdigest()[:16]
