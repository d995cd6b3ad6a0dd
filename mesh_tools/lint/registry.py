"""All rules by code: our own, those of installed packages, those of the mesh's folder. Plain data."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from types import ModuleType

from mesh_tools.errors import MeshError
from mesh_tools.lint import rules
from mesh_tools.lint.rule import Rule

FAMILIES: Mapping[str, str] = {
    "PUB": "Products",
    "REF": "Refs across projects",
    "TOP": "Topology",
    "OWN": "Ownership",
    "CMP": "Compatibility",
    "IOP": "Interoperability",
    "PII": "Personal data",
    "SLA": "Service promises",
    "NAM": "Names",
    "DOC": "Documentation",
    "MET": "Metadata",
    "TST": "Tests",
    "DIR": "Directories and files",
    "STR": "Structure of the DAG",
    "SRC": "Sources",
    "EXP": "Exposures",
    "SED": "Seeds",
    "SNP": "Snapshots",
    "MAC": "Macros",
    "SEM": "Semantic layer",
    "RUN": "Runs and performance",
    "SQL": "SQL style",
    "SUP": "Suppressions",
    "LNT": "The linter itself",
}
"""Families of codes, in the order of the pages."""


@cache
def built_in() -> Mapping[str, Rule]:
    """The rules of mesh-tools, by code."""
    return merged(_rules_in(_module(name)) for name in _module_names())


def merged(groups: Iterable[Iterable[Rule]]) -> dict[str, Rule]:
    """Rules of several origins by code, in the order of families.

    Raises:
        MeshError: two have one code.
    """
    found: dict[str, Rule] = {}
    for group in groups:
        for rule in group:
            other = found.setdefault(rule.code, rule)
            if other is not rule:
                raise MeshError(
                    f"two rules have the code {rule.code}: '{other.name}' ({other.source}) "
                    f"and '{rule.name}' ({rule.source})",
                    hint="give one of them another code; those of an organisation best have letters of their own",
                )
    order = {family: position for position, family in enumerate(FAMILIES)}
    return dict(sorted(found.items(), key=lambda item: (order.get(item[0][:3], len(order)), item[0])))


def rules_of(module: ModuleType) -> Iterable[Rule]:
    """The rules that stand in a module."""
    return _rules_in(module)


def _module_names() -> list[str]:
    return sorted(info.name for info in pkgutil.walk_packages(rules.__path__, f"{rules.__name__}."))


def _module(name: str) -> ModuleType:
    return importlib.import_module(name)


def _rules_in(module: ModuleType) -> list[Rule]:
    # A rule that one module imports from another belongs to the other.
    return [
        value
        for value in vars(module).values()
        if isinstance(value, Rule) and (value.check is None or value.check.__module__ == module.__name__)
    ]
