"""What changed between two interfaces of a project, judged by the promise alone.

Equal parts are passed over by comparing values, so that a comparison costs what differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct

from mesh_tools.contracts.pairs import InterfacePair, ProductPair, VersionPair
from mesh_tools.contracts.rules.registry import COLUMN_RULES, INTERFACE_RULES, PRODUCT_RULES, VERSION_RULES
from mesh_tools.contracts.rules.rule import Finding, Rule
from mesh_tools.model.change import Change
from mesh_tools.model.interface import Interface, Version

GRACE_DAYS = 90
"""How long before its end a deprecation must be announced for that to be safe, unless the mesh says otherwise."""


def diff(old: Interface | None, new: Interface, *, today: date, grace_days: int = GRACE_DAYS) -> tuple[Change, ...]:
    """Every change from ``old`` to ``new``, sorted: by product, version, rule, column.

    Changes of the whole project come first, then those of products; versions as the products have them. Two
    interfaces whose promises say the same have none.

    Args:
        old: As it was accepted or published before; ``None`` if it never was, so that everything is new.
        new: As it would be now.
        today: Decides which deprecation dates are past.
        grace_days: How long before its end a deprecation must be announced for that to be safe.
    """
    pair = InterfacePair(old, new, judge=_of_version, today=today, grace_days=grace_days)
    changes = _sorted(_asked(INTERFACE_RULES, pair, _Subject(pair.context.project)))
    for before, after in pair.products:
        product = ProductPair(pair, before, after)
        if not product.is_unchanged:
            changes += _of_product(product)
    # Stable, so that within a product the order stays.
    return tuple(sorted(changes, key=lambda change: change.product))


class _Subject(Struct, frozen=True):
    """What a rule is asked about, as a change names it."""

    project: str
    product: str = ""
    v: Version | None = None
    columns: tuple[str, ...] = ()


def _of_product(pair: ProductPair) -> list[Change]:
    changes = _sorted(_asked(PRODUCT_RULES, pair, _Subject(pair.context.project, pair.old.name)))
    for version in pair.versions:
        if not version.is_unchanged:
            changes += _of_version(version)
    return changes


def _of_version(pair: VersionPair) -> list[Change]:
    subject = _Subject(pair.context.project, pair.product, pair.v)
    changes = list(_asked(VERSION_RULES, pair, subject))
    if "columns" in pair.changed:
        changes += _of_columns(pair, subject)
    return _sorted(changes)


def _of_columns(pair: VersionPair, version: _Subject) -> Iterator[Change]:
    asked = dict.fromkeys(rule for field in pair.columns_by_field for rule in COLUMN_RULES.get(field, ()))
    for rule in asked:
        for column in pair.columns_that_differ(*rule.fields):
            subject = _Subject(version.project, version.product, version.v, (column.name,))
            for finding in rule.check(column):
                yield _change(rule, finding, subject)


def _asked(
    rules: Iterable[Rule], pair: InterfacePair | ProductPair | VersionPair, subject: _Subject
) -> Iterator[Change]:
    for rule in rules:
        if not rule.fields or not pair.changed.isdisjoint(rule.fields):
            for finding in rule.check(pair):
                yield _change(rule, finding, subject)


def _change(rule: Rule, finding: Finding, subject: _Subject) -> Change:
    return Change(
        rule=rule.id,
        name=rule.name,
        project=subject.project,
        product=finding.product or subject.product,
        v=subject.v if finding.v is None else finding.v,
        columns=finding.columns or subject.columns,
        cls=finding.cls or rule.cls,
        bump=rule.bump_of(finding),
        level=rule.level,
        old=finding.old,
        new=finding.new,
        message=_sentence(finding.message),
        key=finding.key,
    )


def _sentence(message: str) -> str:
    """In one line and without a full stop, whatever the producer's words in it are."""
    return (" ".join(message.split()) if "\n" in message else message).rstrip(".")


def _sorted(changes: Iterable[Change]) -> list[Change]:
    return sorted(changes, key=lambda change: (change.rule, change.columns, change.key))
