"""Documents for machines: what a program may rely on."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from mesh_tools.site.site import site_pages
from mesh_tools.site.twins.encoding import as_json
from mesh_tools.site.twins.overviews import changes_document
from mesh_tools.site.twins.products import product_documents
from mesh_tools.site.twins.schema import DOCUMENTS, json_schema, schema_of
from support.twins import catalogue, documents, files, named, texts, whole_site

_ADDRESSES = frozenset({"$schema", "schema", "page", "url", "badge", "tile"})
FLIGHTS = "api/v1/products/operations.flights.json"


def told() -> dict[str, Any]:
    """All documents that are no schemas."""
    return {path: document for path, document in documents().items() if "/schema/" not in path}


@pytest.mark.parametrize("path", sorted(told()))
def test_a_document_is_as_its_schema_says(path: str) -> None:
    document = told()[path]
    schema = documents()[posixpath.normpath(posixpath.join(posixpath.dirname(path), document["$schema"]))]
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(document)


def test_the_schema_of_all_tells_documents_apart() -> None:
    """It is a schema of exactly one of them."""
    validator = Draft202012Validator(json_schema())
    for document in told().values():
        validator.validate(document)


def test_there_is_a_document_of_every_kind() -> None:
    assert {document["document"] for document in told().values()} == set(DOCUMENTS)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_field_says_what_it_is(name: str) -> None:
    for title, component in schema_of(name)["$defs"].items():
        silent = [key for key, field in component["properties"].items() if "description" not in field]
        assert not silent or title == "RelationDocument", (title, silent)


def _addresses(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in _ADDRESSES and isinstance(item, str):
                yield item
            elif key != "relation":  # has a schema of another kind
                yield from _addresses(item)
    elif isinstance(value, list):
        for item in value:
            yield from _addresses(item)


@pytest.mark.parametrize("path", sorted(told()))
def test_every_address_leads_to_a_file_of_the_site_from_where_the_document_is(path: str) -> None:
    found = [address for address in _addresses(told()[path]) if "{" not in address]
    site = whole_site()
    for address in found:
        file, _, anchor = address.partition("#")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), file))
        assert target in site, address
        assert not anchor or f'id="{anchor}"' in site[target], address


def test_documents_are_ascii_and_still_say_everything() -> None:
    assert all(text.isascii() for path, text in whole_site().items() if path.endswith(".json"))
    shown = documents()[FLIGHTS]["versions"][0]
    assert shown["description"] == "Flights [that left](https://skies.example), é and 🛫."


@given(st.text() | st.dictionaries(st.text(), st.text()) | st.floats(allow_nan=False, allow_infinity=False))
def test_any_value_survives(value: Any) -> None:
    assert json.loads(as_json(value)) == value


@given(st.text(st.characters(categories=["Cs", "L"]), min_size=1))
def test_half_a_character_is_replaced_so_that_strict_readers_read_on(text: str) -> None:
    read = json.loads(as_json({"text": text}))["text"]
    assert read.encode() == text.encode("utf-8", "replace")


def test_two_renders_are_the_same_bytes() -> None:
    assert texts(site_pages(catalogue())) == whole_site()


def test_a_product_is_told_as_a_whole() -> None:
    document = documents()[FLIGHTS]
    assert [version["label"] for version in document["versions"]] == ["operations.flights.v2", "operations.flights.v1"]
    older = document["versions"][1]
    assert (older["status"], older["days_left"], older["successor"]) == ("deprecated", 16, 2)
    assert [column["name"] for column in older["columns"]] == ["flight_id", "carrier", "distance_km"]
    assert [guarantee["columns"] for guarantee in older["guarantees"]] == [["carrier", "flight_id"]]
    assert [consumer["project"] for consumer in older["consumers"]] == ["planning", "planning"]
    assert document["versions"][0]["relation"] == {"database": "skies", "schema": "prod", "identifier": "flights"}
    assert [release["kind"] for release in document["releases"]] == ["change", "first"]


def test_a_column_says_only_what_is_not_so_by_default() -> None:
    by_name = {column["name"]: column for column in documents()[FLIGHTS]["versions"][1]["columns"]}
    page = "../../../products/operations/flights/v1.html#c-flight_id"
    assert by_name["flight_id"] == {"name": "flight_id", "page": page, "type": "varchar"}


def test_files_of_models_and_digests_of_their_logic_stay_at_home() -> None:
    text = "".join(text for path, text in whole_site().items() if path.startswith("api/v1/") and "/schema/" not in path)
    assert "marts/" not in text
    assert "int_a" not in text


def test_a_deprecation_says_who_is_hit_and_where_to_go() -> None:
    document = documents()["api/v1/deprecations.json"]
    [version] = document["versions"]
    assert (version["label"], version["ends"], version["consumers"]) == (
        "operations.flights.v1",
        "2026-07-01",
        ["planning"],
    )
    assert version["migrate_to"] == "{{ ref('operations', 'flights', v=2) }}"
    assert [(column["label"], column["column"]) for column in document["columns"]] == [
        ("operations.flights.v1", "carrier")
    ]


def test_a_domain_tells_who_uses_it() -> None:
    domains = {domain["name"]: domain for domain in documents()["api/v1/domains.json"]["domains"]}
    assert domains["operations"]["used_by"] == ["planning"]
    assert domains["planning"]["uses"] == ["operations"]


def test_changes_are_the_newest_and_are_counted_all() -> None:
    [release, *_] = catalogue().releases
    many = replace(catalogue(), releases=(release,) * 501)
    document = json.loads(files(changes_document, of=many)["api/v1/changes.json"])
    assert (document["total"], len(document["releases"])) == (501, 500)


@settings(max_examples=30, deadline=None)
@given(st.text(min_size=1))
def test_a_product_of_any_name_has_a_document_at_a_safe_path(name: str) -> None:
    [(path, text)] = files(product_documents, of=named(name)).items()
    assert json.loads(text)["name"] == name
    assert path.isascii()
    assert len(Path(path).parts) == 4
