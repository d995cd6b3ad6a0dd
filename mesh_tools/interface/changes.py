"""What differs between two interfaces of a project, in words: told, not judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from mesh_tools.model.interface import Column, Interface, Product, ProductVersion, product_key

# Told in words of their own, or of no interest to a consumer.
_SILENT = frozenset({"v", "columns", "guarantees", "path", "semantic_version", "versions", "name"})


class Difference(Struct, frozen=True):
    """One difference; ``product`` is its name without a version."""

    product: str
    text: str


def differences(old: Interface, new: Interface) -> tuple[Difference, ...]:
    """Every difference between the products of two interfaces, by product."""
    before, after = ({product.name: product for product in interface.products} for interface in (old, new))
    # Most of an upstream's thousand products are what they were: comparing values is a hundred times as fast.
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    return tuple(Difference(name, text) for name in names for text in _product(name, before.get(name), after.get(name)))


def _product(name: str, old: Product | None, new: Product | None) -> Iterator[str]:
    if old is None:
        yield f"{name} is new"
    elif new is None:
        yield f"{name} is gone"
    else:
        yield from _fields(name, old, new)
        for v in dict.fromkeys(version.v for version in (*old.versions, *new.versions)):
            yield from _version(product_key(name, v), old.version(v), new.version(v))


def _version(key: str, old: ProductVersion | None, new: ProductVersion | None) -> Iterator[str]:
    if old is None:
        yield f"{key} is new"
    elif new is None:
        yield f"{key} is gone"
    else:
        yield from _fields(key, old, new)
        yield from _columns(key, old, new)
        if old.guarantees != new.guarantees:
            yield f"{key}: guarantees changed"


def _columns(key: str, old: ProductVersion, new: ProductVersion) -> Iterator[str]:
    before, after = _by_name(old), _by_name(new)
    for name in dict.fromkeys((*before, *after)):
        if name not in before:
            yield f"{key}: column {name} is new"
        elif name not in after:
            yield f"{key}: column {name} is gone"
        else:
            yield from _fields(f"{key}.{name}", before[name], after[name])
    if before.keys() == after.keys() and list(before) != list(after):
        yield f"{key}: columns are in another order"


def _by_name(version: ProductVersion) -> dict[str, Column]:
    return {column.name: column for column in version.columns}


def _fields(label: str, old: Struct, new: Struct) -> Iterator[str]:
    for name in old.__struct_fields__:
        before, after = getattr(old, name), getattr(new, name)
        if before == after or name in _SILENT:
            continue
        words = name.replace("_", " ")
        yield (
            f"{label}: {words} {_shown(before)} -> {_shown(after)}"
            if _short(before, after)
            else f"{label}: {words} changed"
        )


def _short(*values: Any) -> bool:
    return all(value is None or isinstance(value, str | int | float | bool) for value in values) and not any(
        len(str(value)) > 40  # noqa: PLR2004 - both fit one terminal line
        for value in values
    )


def _shown(value: Any) -> str:
    return "none" if value in (None, "") else str(value)
