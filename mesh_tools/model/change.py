"""A change of an interface, and what it means for those who use it.

The classes are those of a consumer: *breaking* needs a new version of the product, *dangerous* an acknowledgement,
*safe* nothing. The structural verdict looks at the promise alone; the effective verdict also at who uses what.
Unknown is never safe.
"""

from __future__ import annotations

from hashlib import sha256
from json import dumps
from typing import Any, Literal

from msgspec import Struct

from mesh_tools.model.interface import Version, product_key

ChangeClass = Literal["safe", "dangerous", "breaking"]
Bump = Literal["none", "patch", "minor", "major"]
Level = Literal["bind", "shape", "guarantee", "service", "meaning"]
"""What a rule watches over, from the narrowest to the widest strictness profile."""
Effect = Literal["none", "dangerous", "breaking", "unknown"]
"""What a change does to one consumer."""
Method = Literal["usage", "bind", "types", "consumption", "none"]
"""How an effect was found: column usage of its SQL, shadow bind of its SQL, types that reach its own contract, the
consumption that it published, or not at all."""

CLASSES: tuple[ChangeClass, ...] = ("safe", "dangerous", "breaking")
BUMPS: tuple[Bump, ...] = ("none", "patch", "minor", "major")
LEVELS: tuple[Level, ...] = ("bind", "shape", "guarantee", "service", "meaning")

_DIGITS = 12


class Change(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One difference between two interfaces of a project. There may be many thousands, and none holds a cycle.

    Attributes:
        rule: Stable id of the rule that judged it, such as ``CHG003``.
        name: The rule's name, such as ``column-removed``.
        project: The producer.
        product: Its name without a version.
        v: The version concerned; ``None`` for a product without versions, or when the whole product is concerned.
        columns: The columns concerned, as they were called before; of an added column as it is called now.
        cls: Structural verdict.
        bump: What the semantic version needs at least.
        level: The strictness profile from which on it gates.
        old: What it was: text, number, list or mapping as JSON has it; ``None`` when it was not there.
        new: What it is.
        message: In one sentence, without a full stop.
        key: What tells this change from another of the same rule, product and columns, such as a guarantee's kind.
    """

    rule: str
    name: str
    project: str
    product: str
    v: Version | None = None
    columns: tuple[str, ...] = ()
    cls: ChangeClass
    bump: Bump
    level: Level
    old: Any = None
    new: Any = None
    message: str
    key: str = ""

    @property
    def label(self) -> str:
        """``operations.flights.v2``, or with one column ``operations.flights.v2.carrier``."""
        parts = [self.project, product_key(self.product, self.v)]
        return ".".join([*parts, *self.columns] if len(self.columns) == 1 else parts)

    @property
    def fingerprint(self) -> str:
        """Identifies the change for acknowledgements: 12 hex digits of what changed, from what to what.

        The same after rebasing, in another branch, among other changes, and whatever its class or message is.
        """
        identity = [self.rule, self.project, self.product, self.key, sorted(self.columns), self.old, self.new]
        identity.append(None if self.v is None else str(self.v))
        text = dumps(identity, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
        return sha256(text.encode()).hexdigest()[:_DIGITS]


class Hit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a change does to one model, snapshot or exposure of a consumer.

    Attributes:
        project: The consumer.
        node: Its model's name, or ``exposure:NAME``.
        effect: What the change does to it.
        method: How that was found.
        detail: Why, such as the message of the binder; in one line.
        through: For a consumer further downstream, the label of the model by which the change reaches it.
        owner: Whom to tell, where it is known: a name, an e-mail address or a channel.
    """

    project: str
    node: str
    effect: Effect
    method: Method
    detail: str = ""
    through: str | None = None
    owner: str | None = None

    @property
    def label(self) -> str:
        """``punctuality.route_punctuality``."""
        return f"{self.project}.{self.node}"


class Verdict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A change together with what it does to its consumers.

    Attributes:
        change: With the structural verdict.
        effective: The class once the known consumers are looked at.
        bump: What the effective class needs.
        hits: Consumers that are concerned, or of which it is not known whether they are.
        reason: Why the effective class is what it is, in one sentence; says what was not checked.
    """

    change: Change
    effective: ChangeClass
    bump: Bump
    hits: tuple[Hit, ...] = ()
    reason: str = ""


def worst(classes: tuple[ChangeClass, ...] | list[ChangeClass]) -> ChangeClass:
    """The worst of ``classes``; ``safe`` of none."""
    return max(classes, key=CLASSES.index, default="safe")


def highest(bumps: tuple[Bump, ...] | list[Bump]) -> Bump:
    """The highest of ``bumps``; ``none`` of none."""
    return max(bumps, key=BUMPS.index, default="none")
