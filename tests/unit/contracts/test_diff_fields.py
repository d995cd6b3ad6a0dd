"""No field of an interface is passed over: to alter it is a change, or it is said why it is not compared."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.contracts.diff import diff
from mesh_tools.contracts.rules.not_compared import NOT_COMPARED
from mesh_tools.model.interface import (
    Acknowledgement,
    Column,
    Consumption,
    Freshness,
    Group,
    Guarantee,
    Interface,
    Logic,
    Owner,
    Product,
    ProductVersion,
    Relation,
    withheld_key,
)

COLUMN = Column(name="carrier", data_type="varchar")
OTHER = Column(name="distance_km", data_type="integer")
VALUES = Guarantee(kind="accepted_values", columns=("carrier",), arguments={"values": ["AA"]}, carrier="test")
VERSION = ProductVersion(
    v=1,
    semantic_version="1.0.0",
    path="flights_v1.sql",
    columns=(COLUMN, OTHER),
    guarantees=(VALUES,),
    freshness=Freshness(count=1, period="day"),
    logic=Logic(method="t 1", rows="1a", columns={"carrier": "1a"}),
)
FLIGHTS = Product(
    name="flights", latest=1, group="ops", versions=(VERSION, replace(VERSION, v=2, path="flights_v2.sql"))
)
RELATION = Relation(database="lake", schema="ops", identifier="flights_v1")
BASE = Interface(
    project="operations",
    domain="operations",
    adapter="duckdb",
    groups=(Group(name="ops"),),
    products=(FLIGHTS,),
    relations={"flights.v1": RELATION},
)
ACKNOWLEDGED = Acknowledgement(change="1a", rule="CHG007", subject="x", reason="y", until="2030-01-01")

ALTERED: dict[type[Struct], dict[str, Any]] = {
    Interface: {
        "schema_version": "1.9",
        "project": "aviation",
        "domain": "aviation",
        "owner": Owner(name="Ops"),
        "adapter": "snowflake",
        "dbt_version": "1.11",
        "mesh_version": "9",
        "fingerprint": "1a",
        "groups": (Group(name="ops", description="Operations"),),
        "products": (),
        "consumptions": (Consumption(project="fleet", product="aircraft"),),
        "acknowledgements": (ACKNOWLEDGED,),
        "environment": "prod",
        "published_at": "2027-01-01T00:00:00Z",
        "promised_since": "2026-06-01T00:00:00Z",
        "relations": {"flights.v1": replace(RELATION, schema="other")},
    },
    Product: {
        "name": "departures",
        "latest": 2,
        "group": "fleet",
        "owner": Owner(name="Fleet"),
        "allowed_consumers": ("weather",),
        "renamed_from": ("departures",),
        "versions": (VERSION,),
    },
    ProductVersion: {
        "v": 3,
        "semantic_version": "1.2.0",
        "path": "marts/flights.sql",
        "description": "One row per flight.",
        "contract": True,
        "materialized": "incremental",
        "scope": "All flights.",
        "grain": ("carrier",),
        "columns": (OTHER, COLUMN),
        "guarantees": (),
        "deprecation_date": "2030-01-01",
        "freshness": None,
        "retention": "2 years",
        "tier": "gold",
        "row_policy": "own rows",
        "physical": {"sort": "carrier"},
        "tags": ("daily",),
        "meta": {"a": 1},
        "logic": Logic(method="t 1", rows="2b", columns={"carrier": "1a"}),
    },
    Column: {
        "name": "tail_number",
        "data_type": "integer",
        "canonical_type": "VARCHAR",
        "nullable": False,
        "description": "Airline.",
        "classification": "internal",
        "unit": "code",
        "timezone": "UTC",
        "currency": "EUR",
        "encoding": "hex",
        "semantic_type": "iata_airline",
        "closed": True,
        "policies": ("masked",),
        "deprecated_until": "2030-01-01",
        "quote": True,
        "tags": ("key",),
        "meta": {"label": "Airline"},
    },
    Guarantee: {
        "kind": "custom",
        "columns": ("distance_km",),
        "arguments": {"values": ["UA", "AA"]},
        "carrier": "constraint",
        "severity": "warn",
        "enforced": False,
    },
    Freshness: {"count": 2, "period": "hour", "column": "distance_km"},
    Logic: {"method": "t 2", "rows": "2b", "columns": {"carrier": "2b"}},
    Owner: {"name": "Ops", "email": "ops@example.com", "channel": "#ops"},
    Group: {"owner": Owner(name="Ops"), "description": "Operations"},
    Relation: {"database": "pond", "schema": "other", "identifier": "flights", "grants": {"select": ("analysts",)}},
}
"""Another value for each field, in the places that :func:`altered` puts it. ``withheld`` and a group's name have tests
of their own."""
SEVERAL = {
    ("ProductVersion", "v"),  # one version goes, one comes
    ("Product", "name"),
    ("Product", "versions"),
    ("Column", "name"),
    ("Guarantee", "kind"),
    ("Guarantee", "columns"),
}
FIELDS = [(kind, field) for kind, fields in ALTERED.items() for field in fields]


def altered(kind: type[Struct], field: str) -> Interface:
    value = {field: ALTERED[kind][field]}
    if kind is Interface:
        return replace(BASE, **value)
    if kind is Relation:
        return replace(BASE, relations={"flights.v1": replace(RELATION, **value)})
    if kind is Group:
        return replace(BASE, groups=(replace(BASE.groups[0], **value),))
    if kind is Product:
        return replace(BASE, products=(replace(FLIGHTS, **value),))
    if kind is Owner:
        return replace(BASE, products=(replace(FLIGHTS, owner=Owner(**value)),))
    return replace(BASE, products=(replace(FLIGHTS, versions=(_version(kind, value), FLIGHTS.versions[1])),))


def _version(kind: type[Struct], value: dict[str, Any]) -> ProductVersion:
    if kind is Column:
        return replace(VERSION, columns=(replace(COLUMN, **value), OTHER))
    if kind is Guarantee:
        return replace(VERSION, guarantees=(replace(VALUES, **value),))
    if kind is Freshness:
        return replace(VERSION, freshness=replace(VERSION.freshness or Freshness(count=1, period="day"), **value))
    if kind is Logic:
        return replace(VERSION, logic=replace(VERSION.logic or Logic(method="t 1"), **value))
    return replace(VERSION, **value)


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=lambda part: part if isinstance(part, str) else part.__name__)
def test_a_field_is_compared_or_it_is_said_why_not(kind: type[Struct], field: str) -> None:
    changes = diff(BASE, altered(kind, field), today=date(2027, 1, 15))
    if f"{kind.__name__}.{field}" in NOT_COMPARED:
        assert changes == ()
    elif (kind.__name__, field) in SEVERAL:
        assert changes
    else:
        assert len(changes) == 1


@pytest.mark.parametrize("kind", ALTERED, ids=lambda kind: kind.__name__)
def test_all_fields_are_altered_here(kind: type[Struct]) -> None:
    own = {(Interface, "withheld"), (Group, "name")}
    assert {field for field in kind.__struct_fields__ if (kind, field) not in own} == ALTERED[kind].keys()


def test_only_fields_that_exist_are_not_compared() -> None:
    known = {f"{kind.__name__}.{field}" for kind, field in FIELDS}
    assert known >= NOT_COMPARED.keys()


def test_a_model_that_is_withheld_counts_when_it_was_a_product() -> None:
    withheld = {withheld_key("operations", "flights"): "private", withheld_key("operations", "other"): "private"}
    hidden = replace(BASE, products=(), withheld=withheld)
    assert [change.rule for change in diff(BASE, hidden, today=date(2027, 1, 15))] == ["CHG039"]
    assert diff(BASE, replace(BASE, withheld=withheld), today=date(2027, 1, 15)) == ()
