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

from collections.abc import Mapping
from typing import Any

import msgspec
from hypothesis import strategies as st

from mesh_tools.interface.document import sealed
from mesh_tools.model.interface import (
    Column,
    Freshness,
    Guarantee,
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
_CLASSES = (None, "public", "internal", "confidential", "pii")


def columns(name: str) -> st.SearchStrategy[Column]:
    """A column called ``name``."""
    return st.builds(
        Column,
        name=st.just(name),
        data_type=st.sampled_from(_TYPES),
        description=st.sampled_from(_TEXTS),
        classification=st.sampled_from(_CLASSES),
        unit=st.sampled_from((None, "km", "mile")),
        closed=st.booleans(),
        deprecated_until=st.sampled_from((None, "2026-01-01", "2030-01-01")),
        tags=st.sampled_from(((), ("daily",), ("pii",))),
        policies=st.sampled_from(((), ("masked",))),
    )


@st.composite
def guarantees(draw: st.DrawFn, names: tuple[str, ...]) -> Guarantee:
    """A guarantee on columns called ``names``."""
    kind = draw(st.sampled_from(("not_null", "unique", "primary_key", "accepted_values", "range", "check", "custom")))
    several = kind in {"unique", "primary_key"}
    on = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2 if several else 1, unique=True))
    arguments: dict[str, Any] = {}
    if kind == "accepted_values":
        arguments = {"values": draw(st.lists(st.sampled_from("abcd"), min_size=1, unique=True))}
    elif kind == "range":
        arguments = {"min": draw(st.integers(0, 3)), "max": draw(st.integers(4, 6))}
    elif kind == "check":
        arguments = {"expression": f"{on[0]} {draw(st.sampled_from(('> 0', '>= 1', '<> 3')))}"}
    elif kind == "custom":
        arguments = {"test": draw(st.sampled_from(("one", "two")))}
    enforced = draw(st.booleans())
    return Guarantee(
        kind=kind,  # type: ignore[arg-type]  # one of the texts above
        columns=tuple(on),
        arguments=arguments,
        carrier=draw(st.sampled_from(("constraint", "test"))),
        severity="error" if enforced else draw(st.sampled_from(("error", "warn"))),
        enforced=enforced,
    )


@st.composite
def versions(draw: st.DrawFn, v: int | None = None) -> ProductVersion:
    """A product version with up to five columns."""
    names = tuple(draw(st.permutations(draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=5, unique=True)))))
    drawn = tuple(draw(columns(name)) for name in names)
    return ProductVersion(
        v=v,
        semantic_version=f"{v or 1}.0.0",
        path=f"marts/flights{'' if v is None else f'_v{v}'}.sql",
        description=draw(st.sampled_from(_TEXTS)),
        contract=draw(st.booleans()),
        materialized=draw(st.sampled_from(("view", "table", "incremental", "ephemeral"))),
        scope=draw(st.sampled_from((None, "All flights.", "Flights of this year."))),
        grain=(names[0],) if draw(st.booleans()) else (),
        columns=drawn,
        guarantees=tuple(draw(st.lists(guarantees(names), max_size=4))),
        deprecation_date=draw(st.sampled_from((None, "2026-01-01", "2027-01-20", "2030-01-01"))),
        freshness=draw(st.sampled_from((None, Freshness(count=1, period="day"), Freshness(count=24, period="hour")))),
        retention=draw(st.sampled_from((None, "2 years", "24 months", "90 days", "a while"))),
        tier=draw(st.sampled_from((None, "gold", "bronze"))),
        logic=draw(st.sampled_from((None, Logic(method="t 1", rows="1a"), Logic(method="t 1", rows="2b")))),
    )


@st.composite
def interfaces(draw: st.DrawFn) -> Interface:
    """An interface of up to three products, some of them with versions."""
    products: list[Product] = []
    for name in draw(st.lists(st.sampled_from(("flights", "airports", "carriers")), max_size=3, unique=True)):
        numbers = draw(st.sampled_from(((None,), (1,), (1, 2), (2,))))
        products.append(
            Product(
                name=name,
                latest=numbers[-1],
                group=draw(st.sampled_from((None, "ops"))),
                allowed_consumers=draw(st.sampled_from((None, ("weather",), ("weather", "fares")))),
                versions=tuple(draw(versions(v)) for v in numbers),
            )
        )
    return sealed(Interface(project=PROJECT, adapter="duckdb", products=tuple(products)))
