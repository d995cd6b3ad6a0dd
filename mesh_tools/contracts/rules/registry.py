"""All rules, by id, and by what they are asked about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from mesh_tools.contracts.pairs import ColumnPair, InterfacePair, ProductPair, VersionPair
from mesh_tools.contracts.rules import meaning, service, structure, types
from mesh_tools.contracts.rules.guarantees import carriers, keys, limits, rows
from mesh_tools.contracts.rules.lifecycle import access, dates, documentation, owners
from mesh_tools.contracts.rules.rule import Family, Finding, Refinement, Rule

__all__ = [
    "COLUMN_RULES",
    "INTERFACE_RULES",
    "PRODUCT_RULES",
    "RULES",
    "VERSION_RULES",
    "Family",
    "Finding",
    "Refinement",
    "Rule",
]

_MODULES = (
    structure, types, keys, limits, carriers, rows, meaning, service, access, dates, owners, documentation,
)  # fmt: skip


def _by_id() -> Mapping[str, Rule]:
    found = [value for module in _MODULES for value in vars(module).values() if isinstance(value, Rule)]
    return {rule.id: rule for rule in sorted(found, key=lambda rule: rule.id)}


def _about(subject: type) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES.values() if rule.subject is subject)


def _by_field() -> Mapping[str, tuple[Rule, ...]]:
    found: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in _about(ColumnPair):
        for field in rule.fields:
            found[field].append(rule)
    return {field: tuple(rules) for field, rules in found.items()}


RULES: Mapping[str, Rule] = _by_id()
"""Every rule, by id; those up to ``CHG048`` are the rows of the taxonomy."""
INTERFACE_RULES = _about(InterfacePair)
PRODUCT_RULES = _about(ProductPair)
VERSION_RULES = _about(VersionPair)
COLUMN_RULES = _by_field()
"""Rules about two columns, by the field that must differ."""
