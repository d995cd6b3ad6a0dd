"""The semantic version of a product version: ``<dbt model version>.<minor>.<patch>``.

The major part is the model version itself. A breaking change within it cannot be expressed: it gets the next minor
number, and it is the gate that refuses it unless it becomes a new version of the model.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from mesh_tools.contracts.pairs import WHOLE_PROJECT
from mesh_tools.contracts.pairs.interfaces import product_pairs, version_pairs
from mesh_tools.interface.document import sealed
from mesh_tools.interface.extract import FIRST_SEMANTIC_VERSION
from mesh_tools.model.change import Change, highest
from mesh_tools.model.interface import Interface, Product, ProductVersion, Version

_SEMANTIC = re.compile(r"(?P<major>[^.]+)\.(?P<minor>\d+)\.(?P<patch>\d+)\Z", re.ASCII)
_OF_NO_VERSION = frozenset({"CHG001", "CHG002", "CHG039", "CHG040", "CHG042", "CHG049", "CHG050", "CHG051"})
"""Rules about which products and versions there are: no promise of a version that stays changes by them."""

_Changes = Mapping[tuple[str, str], list[Change]]


def next_version(old: ProductVersion | None, changes: Iterable[Change], v: Version | None) -> str:
    """The semantic version of a product version after ``changes``.

    A breaking or dangerous change, or new surface, gives the next minor number and patch 0; what needs a patch the
    next patch; no change what it was.

    Args:
        old: The version that it continues, as it was accepted; ``None`` for a new one.
        changes: From the old to the new one.
        v: The model version that it is now. Under another one than before it begins anew.
    """
    major = "1" if v is None else str(v).replace(".", "_")
    found = _SEMANTIC.match(old.semantic_version) if old else None
    if found is None or found["major"] != major:
        return FIRST_SEMANTIC_VERSION.format(major=major)
    minor, patch = int(found["minor"]), int(found["patch"])
    bump = highest([change.bump for change in changes])
    if bump in {"minor", "major"}:
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + (bump == 'patch')}"


def with_semantic_versions(old: Interface | None, new: Interface, changes: Iterable[Change]) -> Interface:
    """``new`` with the semantic version of each product version, sealed again.

    Args:
        old: As it was accepted; ``None`` if it never was.
        new: As it is now.
        changes: Between the two, by :func:`mesh_tools.contracts.diff.diff`.

    Raises:
        MeshError: a value cannot be written, see :func:`mesh_tools.interface.document.sealed`.
    """
    by_version: defaultdict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in changes:
        if change.rule not in _OF_NO_VERSION:
            by_version[change.product, str(change.v)].append(change)
    before = {now.name: product for product, now in product_pairs(old, new)} if old else {}
    products = tuple(_product(before.get(product.name), product, by_version) for product in new.products)
    return sealed(replace(new, products=products))


def _product(old: Product | None, new: Product, changes: _Changes) -> Product:
    continued = {str(now.v): version for version, now in version_pairs(old, new)} if old else {}
    versions: list[ProductVersion] = []
    for version in new.versions:
        before = continued.get(str(version.v))
        found = _concerning(old, before, changes) if old and before else []
        versions.append(replace(version, semantic_version=next_version(before, found, version.v)))
    return replace(new, versions=tuple(versions))


def _concerning(product: Product, version: ProductVersion, changes: _Changes) -> list[Change]:
    """Changes of a version, of its whole product, and of the whole project."""
    found = [*changes.get((product.name, str(version.v)), ()), *changes.get((WHOLE_PROJECT, str(None)), ())]
    if version.v is not None:
        found += changes.get((product.name, str(None)), ())
    return found
