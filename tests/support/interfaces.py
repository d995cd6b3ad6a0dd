"""Interfaces from readable fragments, and random ones.

A fragment names what differs from a small base: the product ``flights`` of the project ``operations``, a table with
an enforced contract and the columns ``flight_id``, ``carrier`` (``varchar``) and ``distance_km`` (``integer``).

.. code-block:: yaml

    columns: {carrier: null, tail_number: {data_type: varchar}}   # null: not there; new ones come last
    order: [tail_number, flight_id, distance_km]
    guarantees: [{kind: not_null, columns: [carrier]}]            # by a test, unless `carrier` says otherwise
    freshness: {count: 1, period: day}                            # any field of a version
    product: {latest: 2}                                          # fields of the product; null: not there
    versions: {1: {}, 2: {grain: [flight_id]}}                    # a fragment for each version
    others: {airports: {}}                                        # a fragment for each further product
    interface: {adapter: postgres, withheld: {flights: private}}  # fields of the interface
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec.structs import replace

from mesh_tools.interface.document import sealed
from mesh_tools.model.interface import (
    Column,
    Freshness,
    Guarantee,
    GuaranteeKind,
    Interface,
    Logic,
    Product,
    ProductVersion,
    withheld_key,
)

PROJECT = "operations"
PRODUCT = "flights"
COLUMNS: Mapping[str, Mapping[str, Any]] = {
    "flight_id": {"data_type": "varchar"},
    "carrier": {"data_type": "varchar"},
    "distance_km": {"data_type": "integer"},
}
Fragment = Mapping[str, Any]


def interface_from(fragment: Fragment) -> Interface:
    """The base interface with what ``fragment`` says of it."""
    fields = {"adapter": "duckdb", "domain": PROJECT, **fragment.get("interface", {})}
    project = str(fields.pop("project", PROJECT))
    withheld = {withheld_key(project, name): access for name, access in fields.pop("withheld", {}).items()}
    products = {PRODUCT: fragment, **fragment.get("others", {})}
    plain = {
        **fields,
        "project": project,
        "withheld": withheld,
        "products": [_product(name, part) for name, part in products.items() if part.get("product", {}) is not None],
    }
    return sealed(msgspec.convert(plain, Interface))


def _product(name: str, fragment: Fragment) -> dict[str, Any]:
    versions = fragment.get("versions") or {None: {}}
    return {
        "name": name,
        **fragment.get("product", {}),
        "versions": [_version(name, v, {**_own(fragment), **part}) for v, part in versions.items()],
    }


def _own(fragment: Fragment) -> dict[str, Any]:
    return {key: part for key, part in fragment.items() if key not in {"product", "versions", "interface", "others"}}


def _version(name: str, v: int | str | None, fragment: Fragment) -> dict[str, Any]:
    own = {key: part for key, part in fragment.items() if key not in {"columns", "order", "guarantees"}}
    merged = {
        **COLUMNS,
        **{column: part for column, part in fragment.get("columns", {}).items() if column not in COLUMNS},
    }
    for column, part in fragment.get("columns", {}).items():
        merged[column] = None if part is None else {**COLUMNS.get(column, {}), **part}
    columns = {column: part for column, part in merged.items() if part is not None}
    order = fragment.get("order", list(columns))
    return {
        "semantic_version": "1.0.0",
        "path": f"marts/{name}{'' if v is None else f'_v{v}'}.sql",
        "contract": True,
        "materialized": "table",
        **({} if v is None else {"v": v}),
        **own,
        "columns": [{"name": column, **columns[column]} for column in order],
        "guarantees": [{"carrier": "test", **guarantee} for guarantee in fragment.get("guarantees", ())],
    }


_NAMES = ("alpha", "beta_code", "gamma", "delta_total", "omega_9", "Zeta")
_TYPES = ("integer", "bigint", "varchar", "decimal(18, 2)", "double", "struct(a integer, b varchar)", None)
_TEXTS = ("", "Flights that left.", "flights that left", "Something else")
_COLUMN: Mapping[str, tuple[Any, ...]] = {
    "data_type": _TYPES,
    "description": _TEXTS,
    "classification": (None, "public", "internal", "confidential", "pii"),
    "unit": (None, "km", "mile"),
    "closed": (False, True),
    "deprecated_until": (None, "2026-01-01", "2030-01-01"),
    "tags": ((), ("daily",), ("pii",)),
    "policies": ((), ("masked",)),
}
_VERSION: Mapping[str, tuple[Any, ...]] = {
    "description": _TEXTS,
    "contract": (False, True),
    "materialized": ("view", "table", "incremental", "ephemeral"),
    "scope": (None, "All flights.", "Flights of\nthis year."),
    "deprecation_date": (None, "2026-01-01", "2027-01-20", "2030-01-01"),
    "freshness": (None, Freshness(count=1, period="day"), Freshness(count=24, period="hour")),
    "retention": (None, "2 years", "24 months", "90 days", "a while"),
    "tier": (None, "gold", "bronze"),
    "logic": (None, Logic(method="t 1", rows="1a"), Logic(method="t 1", rows="2b", columns={"alpha": "3c"})),
}


def interfaces() -> st.SearchStrategy[Interface]:
    """An interface of up to three products, some of them with versions."""
    return st.integers(0, 2**32).map(lambda seed: random_interface(Random(seed)))  # noqa: S311 - no secret


def pairs_of_versions() -> st.SearchStrategy[tuple[ProductVersion, ProductVersion]]:
    """A product version, and what became of it: a few changes, or another one altogether."""
    return st.integers(0, 2**32).map(lambda seed: random_pair(Random(seed)))  # noqa: S311 - no secret


def random_pair(random: Random, v: int | None = None) -> tuple[ProductVersion, ProductVersion]:
    """A product version, and what became of it."""
    old = random_version(random, v)
    other = random_version(random, v)
    if random.random() < 0.3:
        return old, other
    fields = random.sample([*_VERSION, "columns", "guarantees", "grain"], random.randint(1, 3))
    new = replace(old, **{field: getattr(other, field) for field in fields if field not in {"columns", "grain"}})
    if "columns" in fields:
        new = replace(new, columns=_changed_columns(random, old.columns))
    there = {column.name for column in new.columns}
    renamed = {name: f"{name}_new" for name in _NAMES if f"{name}_new" in there}
    guarantees = [_renamed(guarantee, renamed) for guarantee in new.guarantees]
    return old, replace(new, guarantees=tuple(found for found in guarantees if there.issuperset(found.columns)))


def _renamed(guarantee: Guarantee, names: Mapping[str, str]) -> Guarantee:
    columns = tuple(names.get(column, column) for column in guarantee.columns)
    arguments = dict(guarantee.arguments)
    if "expression" in arguments:
        arguments["expression"] = arguments["expression"].replace(guarantee.columns[0], columns[0])
    return replace(guarantee, columns=columns, arguments=arguments)


def random_interface(random: Random) -> Interface:
    """An interface of up to three products."""
    products: list[Product] = []
    for name in random.sample(("flights", "airports", "carriers"), random.randint(0, 3)):
        numbers = random.choice(((None,), (1,), (1, 2), (2,)))
        product = Product(
            name=name,
            latest=numbers[-1],
            group=random.choice((None, "ops")),
            allowed_consumers=random.choice((None, ("weather",), ("weather", "fares"))),
            versions=tuple(random_version(random, v) for v in numbers),
        )
        products.append(product)
    return sealed(Interface(project=PROJECT, adapter="duckdb", products=tuple(products)))


def random_version(random: Random, v: int | None = None) -> ProductVersion:
    """A product version with up to five columns."""
    names = random.sample(_NAMES, random.randint(1, 5))
    return ProductVersion(
        v=v,
        semantic_version=f"{v or 1}.0.0",
        path=f"marts/flights{'' if v is None else f'_v{v}'}.sql",
        grain=random.choice(((), (names[0],))),
        columns=tuple(_random_column(random, name) for name in names),
        guarantees=tuple(_random_guarantee(random, names) for _ in range(random.randint(0, 4))),
        **_chosen(random, _VERSION),
    )


def _random_column(random: Random, name: str) -> Column:
    return Column(name=name, **_chosen(random, _COLUMN))


def _changed_columns(random: Random, columns: Sequence[Column]) -> tuple[Column, ...]:
    """Some altered, one renamed, one gone, one new, or all in another order."""
    changed = list(columns)
    what = random.choice(("altered", "renamed", "gone", "new", "shuffled"))
    index = random.randrange(len(changed))
    if what == "altered":
        changed[index] = _random_column(random, changed[index].name)
    elif what == "renamed":
        changed[index] = replace(changed[index], name=f"{changed[index].name}_new")
    elif what == "gone":
        del changed[index]
    elif what == "new":
        changed.insert(index, _random_column(random, "brand_new"))
    else:
        random.shuffle(changed)
    return tuple(changed)


def _random_guarantee(random: Random, names: Sequence[str]) -> Guarantee:
    kind: GuaranteeKind = random.choice(_KINDS)
    most = 2 if kind in {"unique", "primary_key"} else 1
    on = tuple(random.sample(names, min(random.randint(1, most), len(names))))
    enforced = random.random() < 0.6
    return Guarantee(
        kind=kind,
        columns=on,
        arguments=_arguments(random, kind, on[0]),
        carrier=random.choice(("constraint", "test")),
        severity="error" if enforced else random.choice(("error", "warn")),
        enforced=enforced,
    )


_KINDS: tuple[GuaranteeKind, ...] = (
    "not_null", "unique", "primary_key", "accepted_values", "range", "check", "custom", "relationship",
)  # fmt: skip


def _arguments(random: Random, kind: GuaranteeKind, column: str) -> dict[str, Any]:
    if kind == "accepted_values":
        return {"values": random.sample("abcd", random.randint(1, 3))}
    if kind == "range":
        return {"min": random.randint(0, 3), "max": random.randint(4, 6)}
    if kind == "check":
        return {"expression": f"{column} {random.choice(('> 0', '>= 1', '<> 3', 'is not null', 'in (1, 2)'))}"}
    if kind == "relationship":
        return {"to": random.choice(("fleet.a", "fleet.b")), "field": ["id"]}
    return {"test": random.choice(("one", "two"))} if kind == "custom" else {}


def _chosen(random: Random, choices: Mapping[str, tuple[Any, ...]]) -> dict[str, Any]:
    return {field: random.choice(values) for field, values in choices.items()}
