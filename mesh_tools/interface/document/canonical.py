"""The one order, the one plain form and the fingerprint of an interface.

Everything that is written (JSON, YAML, the bytes under the fingerprint) goes through :func:`to_plain`, so that
what is a default is left out everywhere: a field that a newer version adds does not change old fingerprints.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from typing import Any, TypeVar

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields, replace

from mesh_tools.errors import MeshError
from mesh_tools.model.interface import (
    SCHEMA_VERSION,
    Column,
    Consumption,
    Guarantee,
    Interface,
    Product,
    ProductVersion,
)

MAX_DEPTH = 64
"""How deep ``meta`` and guarantee arguments may nest: far beyond use, well below Python's recursion limit."""

_INTEGERS = range(-(2**63), 2**64)
# Everything that may change while the promise stays as it is.
_NOT_PROMISED = (
    "schema_version",
    "dbt_version",
    "mesh_version",
    "fingerprint",
    "consumptions",
    "acknowledgements",
    "environment",
    "published_at",
    "promised_since",
    "relations",
    "withheld",
)
# Kinds whose columns are a set: `unique (a, b)` promises what `unique (b, a)` does.
_UNORDERED_COLUMNS = frozenset({"not_null", "unique", "primary_key", "accepted_values", "range"})

_SORTED = json.JSONEncoder(sort_keys=True)

_Item = TypeVar("_Item")
_Name = TypeVar("_Name", bound=str)


def fingerprint(interface: Interface) -> str:
    """SHA-256, in hex, of the promise alone.

    Times, relations, environment, withheld names, consumptions, acknowledgements, file paths, semantic versions,
    digests of the logic and the versions of dbt, mesh and the document do not count. Order counts where it means
    something: of columns and of versions. A version counts as its text, since ``v: 2`` and ``v: "2"`` are the same
    model to dbt.

    Raises:
        MeshError: a value cannot be written, see :func:`to_plain`.
    """
    promise = to_plain(ordered(interface))
    for name in _NOT_PROMISED:
        promise.pop(name, None)
    for product in promise.get("products", ()):
        _versions_as_text(product, "latest")
        for version in product["versions"]:
            del version["path"], version["semantic_version"]
            version.pop("logic", None)
            _versions_as_text(version, "v")
    # ASCII, sorted keys and repr() of floats: the same bytes on every machine and Python version.
    canonical = json.dumps(promise, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return sha256(canonical.encode("ascii")).hexdigest()


def sealed(interface: Interface) -> Interface:
    """``interface`` in canonical order, under this schema version, with its fingerprint set.

    Raises:
        MeshError: a value cannot be written, see :func:`to_plain`.
    """
    arranged = ordered(replace(interface, schema_version=SCHEMA_VERSION))
    return replace(arranged, fingerprint=fingerprint(arranged))


def ordered(interface: Interface) -> Interface:
    """``interface`` with everything sorted whose order carries no meaning; what stands there twice stands once."""
    return replace(
        interface,
        groups=tuple(sorted(interface.groups, key=lambda group: group.name)),
        products=tuple(sorted(map(_ordered_product, interface.products), key=lambda product: product.name)),
        consumptions=_distinct(map(_ordered_consumption, interface.consumptions)),
        acknowledgements=_distinct(interface.acknowledgements),
    )


def to_plain(value: Any) -> Any:
    """``value`` as dicts, lists and scalars: structs in field order without defaults, other keys sorted.

    Raises:
        MeshError: ``meta`` or arguments hold what JSON does not have (a date object, NaN, a number over 64 bits,
            a lone surrogate), or nest deeper than :data:`MAX_DEPTH`.
    """
    return _plain(value, 0)


def _plain(value: Any, depth: int) -> Any:
    if type(value) is str and value.isascii():
        return value  # what nearly every value is
    if depth > MAX_DEPTH:
        raise MeshError(f"an interface cannot nest deeper than {MAX_DEPTH} levels", hint="flatten the `meta`")
    if isinstance(value, Struct):
        return {
            name: _plain(item, depth + 1)
            for name, default in _defaults(type(value))
            if (item := getattr(value, name)) is not default and item != default
        }
    if isinstance(value, dict):
        return {_text(key): _plain(value[key], depth + 1) for key in sorted(value, key=str)}
    if isinstance(value, (list, tuple)):
        return [_plain(item, depth + 1) for item in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if (isinstance(value, int) and value in _INTEGERS) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise _unwritable(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _unwritable(value)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _unwritable(value) from None
    return value


def _unwritable(value: Any) -> MeshError:
    return MeshError(
        f"{ascii(value)[:60]} ({type(value).__name__}) cannot be part of an interface",
        hint="use text, numbers of at most 64 bits, true, false, null, lists and mappings in `meta` and in tests",
    )


@cache
def _defaults(kind: type[Struct]) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (field.name, field.default if field.default_factory is NODEFAULT else field.default_factory())
        for field in fields(kind)
    )


def _versions_as_text(plain: dict[str, Any], name: str) -> None:
    if plain.get(name) is not None:
        plain[name] = str(plain[name])


def _ordered_product(product: Product) -> Product:
    allowed = product.allowed_consumers
    return replace(
        product,
        allowed_consumers=None if allowed is None else _names(allowed),
        renamed_from=_names(product.renamed_from),
        versions=tuple(map(_ordered_version, product.versions)),
    )


def _ordered_version(version: ProductVersion) -> ProductVersion:
    return replace(
        version,
        grain=_names(version.grain),
        columns=tuple(map(_ordered_column, version.columns)),
        guarantees=_distinct(map(_ordered_guarantee, version.guarantees)),
        tags=_names(version.tags),
    )


def _ordered_column(column: Column) -> Column:
    if not column.tags and not column.policies:
        return column
    return replace(column, tags=_names(column.tags), policies=_names(column.policies))


def _ordered_guarantee(guarantee: Guarantee) -> Guarantee:
    arguments = guarantee.arguments
    values = arguments.get("values")
    if guarantee.kind == "accepted_values" and isinstance(values, (list, tuple)):
        arguments = {**arguments, "values": list(_distinct(values))}
    columns = _names(guarantee.columns) if guarantee.kind in _UNORDERED_COLUMNS else guarantee.columns
    if columns == guarantee.columns and arguments is guarantee.arguments:
        return guarantee
    return replace(guarantee, columns=columns, arguments=arguments)


def _ordered_consumption(consumption: Consumption) -> Consumption:
    columns = consumption.columns
    return replace(
        consumption,
        columns=None if columns is None else _names(columns),
        indirect=_names(consumption.indirect),
        typed=_names(consumption.typed),
        hazards=_names(consumption.hazards),
        by=_names(consumption.by),
    )


def _names(names: tuple[_Name, ...]) -> tuple[_Name, ...]:
    if len(names) <= 1:
        return names
    return tuple(sorted(set(names)))


def _distinct(items: Iterable[_Item]) -> tuple[_Item, ...]:
    keyed = {_SORTED.encode(to_plain(item)): item for item in items}
    return tuple(keyed[key] for key in sorted(keyed))
