"""What can be found of a catalogue."""

from __future__ import annotations

from datetime import date

from mesh_tools.site.facts.catalogue import Catalogue
from mesh_tools.site.facts.entries import Entry
from mesh_tools.site.facts.models import ModelColumn, ModelFacts
from mesh_tools.site.search.entries import entries_of, product_entries
from support.twins import catalogue


def found(kind: str) -> list[Entry]:
    return [entry for entry in entries_of(catalogue()) if entry.kind == kind]


def test_each_version_of_a_product_is_an_entry_the_latest_first() -> None:
    flights = [entry for entry in found("product") if entry.name == "flights"]
    assert [entry.label for entry in flights] == ["operations.flights.v2", "operations.flights.v1"]
    assert [entry.latest for entry in flights] == [True, False]
    assert [entry.deprecated for entry in flights] == [False, True]


def test_products_stand_first_in_the_order_of_their_list() -> None:
    products = product_entries(catalogue())
    assert entries_of(catalogue())[: len(products)] == products


def test_an_entry_has_what_is_searched() -> None:
    entry = next(entry for entry in found("product") if entry.label == "operations.flights.v1")
    assert entry.description == "Flights that left, é and 🛫."  # without Markdown
    assert entry.owner == ("Ops", "ops@skies.example")
    assert entry.classes == ("internal",)
    assert entry.until == "2026-07-01"
    assert ("carrier", "IATA code.") in {(column.name, column.description) for column in entry.columns}


def test_an_exposure_is_found_where_it_is_told_of() -> None:
    (entry,) = found("exposure")
    assert entry.label == "planning.board"
    assert entry.url.endswith("#consumers")


def test_names_of_private_models_are_not_found() -> None:
    assert not found("model")
    assert not [entry for entry in entries_of(catalogue()) if entry.name.startswith("int_")]


def test_models_are_found_by_those_who_may_see_them() -> None:
    model = ModelFacts(
        label="operations.int_flights",
        kind="model",
        project="operations",
        domain="operations",
        page="models/operations/int_flights.html",
        columns=(ModelColumn(name="id", description="Key."),),
        read_by=(("operations.flights", None),),
    )
    entry = entries_of(Catalogue(name="skies", as_of=date(2026, 6, 15), profile="all", models=(model,)))[-1]
    assert (entry.label, entry.public, entry.consumers) == ("operations.int_flights", False, 1)
    assert [column.name for column in entry.columns] == ["id"]
