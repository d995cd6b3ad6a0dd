"""What several documents have."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct, field

from mesh_tools.model.change import Bump, ChangeClass, Effect
from mesh_tools.model.interface import Version

SCHEMA_VERSION = "1.0"
"""Of all documents, as ``major.minor``: what a document has stays within a major version, more may come."""

ProductStatus = Literal["stable", "prerelease", "deprecated", "retired", "superseded"]
PromiseState = Literal["kept", "broken", "on data", "unknown"]


class Document(Struct, frozen=True, kw_only=True, tag_field="document"):
    """The head of every document; URLs are relative to the document that has them."""

    schema: str = field(name="$schema")
    schema_version: str = SCHEMA_VERSION


class OwnerDocument(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whom to ask.

    Attributes:
        name: Of a person or a team.
        email: Their address.
        channel: Where they talk, such as `#data-operations`.
    """

    name: str | None = None
    email: str | None = None
    channel: str | None = None


class ScorePart(Struct, frozen=True, kw_only=True):
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


class ScoreDocument(Struct, frozen=True, kw_only=True):
    """How well a promise is made, by the linter.

    Attributes:
        score: 0 to 100.
        badge: By score.
        parts: What the score is the sum of.
    """

    score: int
    badge: Literal["gold", "silver", "bronze", "none"]
    parts: tuple[ScorePart, ...] = ()


class VersionNumber(Struct, frozen=True, kw_only=True):
    """The contract version of a dbt version.

    Attributes:
        v: dbt's version; null for a product without versions.
        semantic_version: Of the contract.
    """

    v: Version | None
    semantic_version: str


class EffectDocument(Struct, frozen=True, kw_only=True):
    """What a change did to a project that uses the product.

    Attributes:
        project: The consumer.
        effect: The worst over its models.
        models: How many were concerned.
        detail: Why; empty where that is its own affair.
    """

    project: str
    effect: Effect
    models: int
    detail: str = ""


class ChangeDocument(Struct, frozen=True, kw_only=True):
    """One change of a promise.

    Attributes:
        rule: Stable id of the rule that judged it: `CHG004`.
        name: Of the rule: `column-renamed`.
        v: The version; null for a product without versions, or the product as a whole.
        columns: Concerned, as they were called before.
        structural: Class by the promise alone.
        effective: Class once the consumers of the time are looked at.
        message: In one sentence.
        effects: On its consumers.
    """

    rule: str
    name: str
    v: Version | None
    columns: tuple[str, ...]
    structural: ChangeClass
    effective: ChangeClass
    message: str
    effects: tuple[EffectDocument, ...]


class ReleaseDocument(Struct, frozen=True, kw_only=True):
    """A promise that was published, with what it changed of the one before.

    Attributes:
        at: ISO 8601, UTC; null: not published yet.
        label: Of the product: `operations.flights`.
        domain: Of its project.
        numbers: Contract versions from then on.
        kind: `first`: the product was new; `gone`: it was taken away.
        class: The worst class of its changes.
        bump: What the changes needed.
        changes: Worst first.
        page: Changes of the product; null when it is gone.
    """

    at: str | None
    label: str
    domain: str
    numbers: tuple[VersionNumber, ...]
    kind: Literal["first", "change", "gone"]
    class_: ChangeClass = field(name="class")
    bump: Bump
    changes: tuple[ChangeDocument, ...]
    page: str | None


Free = dict[str, Any]
"""What adapters and tests name as they like."""
