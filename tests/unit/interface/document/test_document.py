"""Interface documents: fingerprint, canonical order, JSON and YAML both ways, errors, JSON Schema."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mesh_tools.errors import Location, MeshError
from mesh_tools.interface.document import (
    MAX_BYTES,
    NewerDocumentError,
    fingerprint,
    from_json,
    from_yaml,
    json_schema,
    sealed,
    to_json,
    to_yaml,
)
from mesh_tools.model.interface import (
    SCHEMA_VERSION,
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
    Version,
)

FLIGHTS_V2 = ProductVersion(
    v=2,
    semantic_version="2.1.0",
    path="marts/flights_v2.sql",
    description="One row per flight.\n\nCancelled flights: no departure time.",
    contract=True,
    materialized="table",
    grain=("flight_id",),
    columns=(
        Column(name="flight_id", data_type="varchar", nullable=False, tags=("key",)),
        Column(name="distance_km", data_type="decimal(18,2)", unit="km", meta={"since": "2024-01-01", "rank": 1}),
    ),
    guarantees=(
        Guarantee(kind="unique", columns=("flight_id", "carrier"), carrier="test"),
        Guarantee(kind="not_null", columns=("flight_id",), carrier="constraint"),
        Guarantee(kind="accepted_values", columns=("a",), arguments={"values": ["x", "y"]}, carrier="test"),
    ),
    freshness=Freshness(count=1, period="day"),
    tags=("core", "daily"),
)
FLIGHTS = Product(name="flights", latest=2, group="ops", allowed_consumers=("sales", "weather"), versions=(FLIGHTS_V2,))
AIRPORTS = Product(name="airports", versions=(ProductVersion(semantic_version="1.0.0", path="airports.sql"),))
FLEET = sealed(
    Interface(
        project="fleet",
        domain="fleet",
        owner=Owner(email="fleet@example.com"),
        adapter="duckdb",
        dbt_version="1.11.2",
        mesh_version="0.1.0",
        groups=(Group(name="ops", owner=Owner(channel="#ops")), Group(name="crew")),
        products=(FLIGHTS, AIRPORTS),
        consumptions=(Consumption(project="weather", product="hourly", columns=("b", "a"), by=("stg_weather",)),),
        environment="prod",
        published_at="2026-01-02T03:04:05+00:00",
        relations={"flights.v2": Relation(schema="fleet", identifier="flights_v2")},
        withheld={"0123456789abcdef": "private"},
    )
)


def with_version(**changes: Any) -> Interface:
    """FLEET with another second version of flights."""
    return replace(FLEET, products=(AIRPORTS, replace(FLIGHTS, versions=(replace(FLIGHTS_V2, **changes),))))


def with_v(v: Version) -> Interface:
    return sealed(replace(FLEET, products=(replace(FLIGHTS, latest=v, versions=(replace(FLIGHTS_V2, v=v),)),)))


# --- hypothesis: any interface -------------------------------------------------------------------------------------

AWKWARD = st.sampled_from(
    [
        *("no", "y", "null", "~", "", " ", "1.10", "010", "1e5", "0x1F", "0o7", "1_000", "12:30:45", "2026-01-01"),
        *("{{ ref('x') }}", "{% raw %}", "# no comment", "a: b", "a #b", "- a", "? a", "&a", "*a", "!a", "|", ">"),
        *("a\nb\n", " a\nb", "a \nb", "a\n\n  b\n\nc", "a\n\n", "\n", "a\tb", "\ta\nb", "a\r\nb", "\x00\x1b", "\x85"),
        *("\u2028", "\ufeff", "\u202ereversed", "a\u200db", "Flüge 🛫\nnach Köln", "'\"\\", "<<", "=", ".inf", "---"),
        "x" * 1100,
    ]
)
TEXT = AWKWARD | st.text(max_size=20)
NAMES = st.lists(TEXT, max_size=3).map(tuple)
VERSIONS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False) | TEXT
SCALARS = st.none() | st.booleans() | VERSIONS
META = st.dictionaries(
    TEXT,
    st.recursive(
        SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=6
    ),
    max_size=3,
)
OWNERS = st.builds(Owner, name=st.none() | TEXT, email=st.none() | TEXT)
COLUMNS = st.builds(
    Column,
    name=TEXT,
    data_type=st.none() | TEXT,
    nullable=st.booleans(),
    description=TEXT,
    classification=st.sampled_from([None, "pii", "public"]),
    timezone=st.none() | TEXT,
    closed=st.booleans(),
    policies=NAMES,
    tags=NAMES,
    meta=META,
)
GUARANTEES = st.builds(
    Guarantee,
    kind=st.sampled_from(["unique", "accepted_values", "relationship", "custom"]),
    columns=NAMES,
    arguments=META | st.fixed_dictionaries({"values": st.lists(SCALARS, max_size=3)}),
    carrier=st.sampled_from(["constraint", "test"]),
    enforced=st.booleans(),
)
PRODUCT_VERSIONS = st.builds(
    ProductVersion,
    v=st.none() | VERSIONS,
    semantic_version=TEXT,
    path=TEXT,
    description=TEXT,
    contract=st.booleans(),
    grain=NAMES,
    columns=st.lists(COLUMNS, max_size=2).map(tuple),
    guarantees=st.lists(GUARANTEES, max_size=3).map(tuple),
    freshness=st.none() | st.builds(Freshness, count=st.integers(0, 9), period=st.sampled_from(["day", "hour"])),
    scope=st.none() | TEXT,
    physical=META,
    logic=st.none()
    | st.builds(Logic, method=TEXT, rows=st.none() | TEXT, columns=st.dictionaries(TEXT, TEXT, max_size=2)),
    tags=NAMES,
    meta=META,
)
PRODUCTS = st.builds(
    Product,
    name=TEXT,
    latest=st.none() | VERSIONS,
    owner=OWNERS,
    allowed_consumers=st.none() | NAMES,
    versions=st.lists(PRODUCT_VERSIONS, min_size=1, max_size=2, unique_by=lambda version: str(version.v)).map(tuple),
)
CONSUMPTIONS = st.builds(
    Consumption,
    project=TEXT,
    product=TEXT,
    v=st.none() | VERSIONS,
    pinned=st.booleans(),
    columns=st.none() | NAMES,
    indirect=NAMES,
    hazards=st.lists(st.sampled_from(["star", "positional"]), max_size=3).map(tuple),
    by=NAMES,
)
ACKNOWLEDGEMENTS = st.builds(Acknowledgement, change=TEXT, rule=TEXT, subject=TEXT, reason=TEXT, until=TEXT)
INTERFACES = st.builds(
    Interface,
    project=TEXT,
    domain=st.none() | TEXT,
    owner=OWNERS,
    groups=st.lists(st.builds(Group, name=TEXT, owner=OWNERS, description=TEXT), max_size=2).map(tuple),
    products=st.lists(PRODUCTS, max_size=2, unique_by=lambda product: product.name).map(tuple),
    consumptions=st.lists(CONSUMPTIONS, max_size=2).map(tuple),
    acknowledgements=st.lists(ACKNOWLEDGEMENTS, max_size=2).map(tuple),
    environment=st.none() | TEXT,
    published_at=st.none() | TEXT,
    relations=st.dictionaries(TEXT, st.builds(Relation, schema=st.none() | TEXT, identifier=TEXT), max_size=2),
    withheld=st.dictionaries(TEXT, st.sampled_from(["private", "protected"]), max_size=2),
)
any_interface = settings(max_examples=200, deadline=None)


@any_interface
@given(INTERFACES)
def test_json_reads_back_as_the_same_value_and_writes_the_same_bytes(interface: Interface) -> None:
    for original in (interface, sealed(interface)):
        data = to_json(original)
        again = from_json(data, "r.json")
        assert again == original
        assert repr(again) == repr(from_json(to_json(again), "r.json"))
        assert to_json(again) == data


@any_interface
@given(INTERFACES)
def test_yaml_reads_back_as_the_promise_without_what_belongs_to_an_environment(interface: Interface) -> None:
    for original in (interface, sealed(interface)):
        text = to_yaml(original)
        again = from_yaml(text, "interface.yml")
        assert again == replace(original, environment=None, published_at=None, relations={}, withheld={})
        assert to_yaml(again) == text


@any_interface
@given(INTERFACES)
def test_other_yaml_readers_see_the_same_document(interface: Interface) -> None:
    """PyYAML's C and Python readers, which follow YAML 1.1, read what the registry's JSON holds."""
    promise = replace(interface, environment=None, published_at=None, relations={}, withheld={})
    expected = json.loads(to_json(promise))
    text = to_yaml(interface)
    assert yaml.load(text, Loader=yaml.SafeLoader) == expected
    assert yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) == expected  # noqa: S506 - as above


@any_interface
@given(INTERFACES)
@example(FLEET)
def test_sealing_is_idempotent_and_keeps_the_fingerprint(interface: Interface) -> None:
    once = sealed(interface)
    assert sealed(once) == once
    assert once.fingerprint == fingerprint(interface) == fingerprint(once)


@any_interface
@given(INTERFACES)
def test_every_written_document_fits_the_json_schema(interface: Interface) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(to_json(interface)))


# --- fingerprint ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "same",
    [
        replace(FLEET, schema_version="1.0", dbt_version="1.10.0", mesh_version="9"),
        replace(FLEET, fingerprint="", environment="dev", published_at=None, relations={}, withheld={}),
        replace(FLEET, consumptions=()),
        replace(FLEET, products=FLEET.products[::-1], groups=FLEET.groups[::-1]),
        replace(FLEET, products=(AIRPORTS, replace(FLIGHTS, allowed_consumers=("weather", "sales")))),
        with_version(semantic_version="7.0.0", path="elsewhere.sql"),
        with_version(guarantees=FLIGHTS_V2.guarantees[::-1], tags=("daily", "core")),
        with_version(guarantees=(*FLIGHTS_V2.guarantees, FLIGHTS_V2.guarantees[0])),
        with_version(
            guarantees=(
                Guarantee(kind="unique", columns=("carrier", "flight_id"), carrier="test"),
                Guarantee(kind="not_null", columns=("flight_id",), carrier="constraint"),
                Guarantee(kind="accepted_values", columns=("a",), arguments={"values": ["y", "x"]}, carrier="test"),
            )
        ),
        with_version(v="2"),
    ],
)
def test_fingerprint_ignores_what_is_no_promise_and_order_without_meaning(same: Interface) -> None:
    assert fingerprint(same) == FLEET.fingerprint


@pytest.mark.parametrize(
    "other",
    [
        replace(FLEET, project="fleet2"),
        replace(FLEET, owner=Owner(email="other@example.com")),
        replace(FLEET, products=(AIRPORTS,)),
        replace(FLEET, groups=()),
        with_version(description="Else."),
        with_version(columns=FLIGHTS_V2.columns[::-1]),
        with_version(columns=(replace(FLIGHTS_V2.columns[0], nullable=True), FLIGHTS_V2.columns[1])),
        with_version(guarantees=()),
        with_version(deprecation_date="2027-01-01"),
        with_version(meta={"a": 1}),
        with_version(v=3),
        with_version(v=2.0),
        replace(FLEET, products=(AIRPORTS, replace(FLIGHTS, allowed_consumers=()))),
        replace(FLEET, products=(AIRPORTS, replace(FLIGHTS, allowed_consumers=None))),
    ],
)
def test_fingerprint_tells_promises_apart(other: Interface) -> None:
    assert fingerprint(other) != FLEET.fingerprint


def test_fingerprint_is_the_same_forever() -> None:
    """A change of this value makes every published interface look damaged: never change it, add a schema version."""
    assert FLEET.fingerprint == "a71c159bed02591e544fa707ffcd29532d091a117064addbc3969560ce5f9a29"


def test_fingerprint_does_not_depend_on_hash_seed_or_locale() -> None:
    code = (
        "import sys; from mesh_tools.interface.document import from_json, fingerprint;"
        "print(fingerprint(from_json(sys.stdin.buffer.read(), 'stdin')))"
    )
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", code],
            input=to_json(FLEET),
            env={**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C"},
            capture_output=True,
            check=True,
        )
        assert run.stdout.decode().strip() == FLEET.fingerprint


def test_sealing_writes_this_schema_version() -> None:
    """What a newer minor version added is lost when it is read here, so the rewritten document is of this version."""
    assert sealed(replace(FLEET, schema_version="1.7")).schema_version == SCHEMA_VERSION


# --- spelling ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("v", [2, "2", 2.0, "2.0", 1.1, "v1", 10**18])
def test_a_version_keeps_its_type(v: Version) -> None:
    for again in (from_json(to_json(with_v(v)), "r"), from_yaml(to_yaml(with_v(v)), "y")):
        found = again.products[0].versions[0].v
        assert (found, type(found)) == (v, type(v))


def test_yaml_is_a_readable_diff() -> None:
    assert to_yaml(FLEET) == EXPECTED_YAML.replace("FINGERPRINT", FLEET.fingerprint)


EXPECTED_YAML = """\
# What this project promises to other projects. Written by mesh: edits by hand are refused.
# To change it, change the dbt project, then run `mesh contract accept PROJECT`.
schema_version: "1.2"
project: fleet
domain: fleet
owner:
  email: fleet@example.com
adapter: duckdb
dbt_version: "1.11.2"
mesh_version: "0.1.0"
fingerprint: FINGERPRINT
groups:
  - name: crew
  - name: ops
    owner:
      channel: "#ops"
products:
  - name: airports
    versions:
      - semantic_version: "1.0.0"
        path: airports.sql
  - name: flights
    latest: 2
    group: ops
    allowed_consumers:
      - sales
      - weather
    versions:
      - v: 2
        semantic_version: "2.1.0"
        path: marts/flights_v2.sql
        description: |-
          One row per flight.

          Cancelled flights: no departure time.
        contract: true
        materialized: table
        grain:
          - flight_id
        columns:
          - name: flight_id
            data_type: varchar
            nullable: false
            tags:
              - key
          - name: distance_km
            data_type: decimal(18,2)
            unit: km
            meta:
              rank: 1
              since: "2024-01-01"
        guarantees:
          - kind: accepted_values
            columns:
              - a
            arguments:
              values:
                - x
                - "y"
            carrier: test
          - kind: not_null
            columns:
              - flight_id
            carrier: constraint
          - kind: unique
            columns:
              - carrier
              - flight_id
            carrier: test
        freshness:
          count: 1
          period: day
        tags:
          - core
          - daily
consumptions:
  - project: weather
    product: hourly
    columns:
      - a
      - b
    by:
      - stg_weather
"""


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("no", '"no"'),
        ("Null", '"Null"'),
        ("1.10", '"1.10"'),
        ("2026-01-01", '"2026-01-01"'),
        ("1e5", '"1e5"'),
        ("{{ ref('x') }}", "\"{{ ref('x') }}\""),
        ("Where: here", '"Where: here"'),
        ("Flüge 🛫 nach Köln", "Flüge 🛫 nach Köln"),
        ("left\u202eright", '"left\\u202eright"'),
        ("a\x00\U000e0041", '"a\\0\\U000e0041"'),
        ("one\n\ntwo", "|-\n  one\n\n  two"),
        ("one\ntwo\n", "|\n  one\n  two"),
        ("trailing \nspace", '"trailing \\nspace"'),
        ("", '""'),
    ],
)
def test_yaml_spells_text_so_that_every_reader_agrees(text: str, written: str) -> None:
    assert f"\ndomain: {written}\n" in to_yaml(Interface(project="p", domain=text))


def test_json_is_indented_and_ends_with_a_newline() -> None:
    assert to_json(Interface(project="p", domain="ü")) == (
        '{\n  "schema_version": "1.2",\n  "project": "p",\n  "domain": "ü"\n}\n'.encode()
    )


def test_a_byte_order_mark_is_tolerated() -> None:
    assert from_json(b"\xef\xbb\xbf" + to_json(FLEET), "r") == FLEET
    assert from_yaml(b"\xef\xbb\xbf" + to_yaml(FLEET).encode(), "y").fingerprint == FLEET.fingerprint


@pytest.mark.parametrize("value", [float("nan"), date(2026, 1, 1), 2**64, {1: "x"}, "\ud800", {"\ud800": 1}])
def test_what_json_cannot_hold_is_refused_when_written(value: Any) -> None:
    interface = with_version(meta={"m": value})
    for write in (to_json, to_yaml, sealed):
        with pytest.raises(MeshError, match="cannot be part of an interface"):
            write(interface)


# --- errors --------------------------------------------------------------------------------------------------------

VERSION = '{"semantic_version": "1.0.0", "path": "a.sql", "columns": [{"name": "a"}, {"name": 5}]}'
WRONG_COLUMN = f'{{"schema_version": "1.0", "project": "p", "products": [{{"name": "a", "versions": [{VERSION}]}}]}}'


@pytest.mark.parametrize(
    ("data", "message", "line"),
    [
        (b"", "is empty", None),
        (b" \n", "is empty", None),
        (b"\xff\xfe{", "is not UTF-8", None),
        (to_json(FLEET)[:200], "is truncated", None),
        (b'{"project":\n "p",\n oops}', "is not JSON", 3),
        (b"<html>Sign in</html>", "is not JSON", 1),
        (b"[" * 100_000, "nests too deep|truncated|not an interface", None),
        (b"[]", "not an interface document", None),
        (b'{"metadata": {"dbt_schema_version": "v12"}}', "not an interface document", None),
        (b'{"project": "p"}', "`schema_version` of the interface document is missing", None),
        (b'{"project": "p", "schema_version": 1.0}', "`schema_version` .* is 1.0, not a text", None),
        (b'{"project": "p", "schema_version": "one"}', "`schema_version` .* is 'one'", None),
        (b'{"project": "p", "schema_version": "0.9"}', "has schema 0.9; this mesh reads 1.x", None),
        (b'{"schema_version": "1.0"}', "missing required field `project`", None),
        (WRONG_COLUMN.encode(), r"`products\[0\]\.versions\[0\]\.columns\[1\]\.name` .*: expected `str`", None),
        (b'{"project": "p", "schema_version": "1.0", "products": [{"name": "a", "versions": []}]}', "at least", None),
    ],
)  # fmt: skip
def test_a_json_document_that_is_wrong_is_one_error(data: bytes, message: str, line: int | None) -> None:
    with pytest.raises(MeshError, match=message) as caught:
        from_json(data, "registry/current.json")
    assert caught.value.where is not None
    assert (caught.value.where.path, caught.value.where.line) == ("registry/current.json", line)
    assert caught.value.hint


HEAD = "schema_version: '1.2'\nproject: p\n"


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("", "is empty", None),
        ("# nothing\n", "is empty", None),
        (b"project: \xff", "is not UTF-8", None),
        ("project: \ud800", "is not UTF-8", None),
        ("project: [p", "is not YAML", 1),
        (HEAD + "domain: a: b", "is not YAML", 3),
        (HEAD + "\n\x07", "is not YAML", 4),
        (HEAD + "<<<<<<< HEAD\ndomain: a\n=======\n", "unresolved merge conflict", 3),
        (HEAD + "domain: &a x\nadapter: *a\n", "anchors or aliases", 3),
        (HEAD + "domain: *a\n", "anchors or aliases", 3),
        (HEAD + "domain: !!python/name:os.system x\n", "tags", 3),
        (HEAD + "project: q\n", "has the key 'project' twice", 3),
        (HEAD + "? [a]\n: b\n", "key that is no text", 3),
        (HEAD + "---\nproject: q\n", "several YAML documents", 3),
        (HEAD + "domain: " + "[" * 70 + "]" * 70, "nests deeper than 64 levels", 3),
        (HEAD + "domain: 1" + "0" * 400 + ".0\n", "number that is too large", 3),
        ("- a\n", "not an interface document", None),
        ("version: 2\nmodels: []\n", "not an interface document", None),
        ("project: p\n", "`schema_version` of the interface document is missing", None),
        (HEAD + "products:\n  - name: a\n    versions:\n      - v: 1\n        path: 3\n", "versions.0..path", 7),
        (HEAD + "products:\n  - name: a\n    versions:\n      - v: 1\n", "missing required field", 6),
        (HEAD + "products:\n  - name: a\n    versions: []\n", "at least one version", 5),
    ],
)
def test_a_yaml_document_that_is_wrong_is_one_error_with_its_line(
    text: str | bytes, message: str, line: int | None
) -> None:
    with pytest.raises(MeshError, match=message) as caught:
        from_yaml(text, "projects/fleet/interface.yml")
    assert caught.value.where is not None
    assert (caught.value.where.path, caught.value.where.line) == ("projects/fleet/interface.yml", line)


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    levels = "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]\n" for n in range(30))
    with pytest.raises(MeshError, match="anchors or aliases"):
        from_yaml(f"a0: &a0 [x]\n{levels}", "interface.yml")


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: f"project: p\n{text}".encode()))
@settings(max_examples=300, deadline=None)
def test_no_bytes_end_in_another_error_than_ours(data: bytes) -> None:
    for read in (from_json, from_yaml):
        with pytest.raises(MeshError):
            read(data, "somewhere")


@given(st.integers(0, len(to_json(FLEET)) - 3))
def test_a_document_cut_anywhere_is_refused(end: int) -> None:
    with pytest.raises(MeshError):
        from_json(to_json(FLEET)[:end], "current.json")


def test_a_product_or_version_that_is_there_twice_is_refused() -> None:
    twice = Interface(project="p", products=(AIRPORTS, AIRPORTS))
    with pytest.raises(MeshError, match=r"`products\[1\]\.name` .*'airports' is there twice"):
        from_json(to_json(twice), "r")
    versions = (FLIGHTS_V2, replace(FLIGHTS_V2, v="2"))
    with pytest.raises(MeshError, match="a version is there twice"):
        from_json(to_json(Interface(project="p", products=(replace(FLIGHTS, versions=versions),))), "r")


def test_a_document_that_is_too_large_is_refused_unread() -> None:
    with pytest.raises(MeshError, match="larger than 64 MiB"):
        from_json(b" " * (MAX_BYTES + 1), "r")


def test_an_edit_by_hand_is_noticed() -> None:
    with pytest.raises(MeshError, match="changed by hand or damaged"):
        from_json(to_json(FLEET).replace(b"varchar", b"integer"), "r")
    with pytest.raises(MeshError, match="changed by hand or damaged") as caught:
        from_yaml(to_yaml(FLEET).replace("varchar", "integer"), "interface.yml")
    assert "mesh contract accept PROJECT" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("line", "typed", "place", "hint"),
    [
        ("  email:", "  e_mail:", "owner.e_mail", "did you mean 'email'?"),
        ("    latest:", "    lattest:", "products[1].lattest", "did you mean 'latest'?"),
        ("            unit:", "            slogan:", "products[1].versions[0].columns[1].slogan", "known keys: name,"),
    ],
)
def test_an_unknown_key_in_an_interface_yml_is_refused_with_its_line(
    line: str, typed: str, place: str, hint: str
) -> None:
    text = to_yaml(FLEET)
    number = next(n for n, written in enumerate(text.splitlines(), 1) if written.startswith(line))
    with pytest.raises(MeshError) as caught:
        from_yaml(text.replace(f"\n{line}", f"\n{typed}", 1), "interface.yml")
    assert caught.value.message == f"`{place}` of the interface document is wrong: there is no such key"
    assert caught.value.where == Location("interface.yml", number)
    assert hint in (caught.value.hint or "")
    assert "mesh contract accept PROJECT" in (caught.value.hint or "")


def test_a_newer_minor_version_may_have_keys_that_nobody_knows_yet() -> None:
    text = (
        to_yaml(FLEET)
        .replace('schema_version: "1.2"', 'schema_version: "1.7"')
        .replace("owner:", "slogan: x\nowner:", 1)
    )
    assert from_yaml(text, "interface.yml").products == FLEET.products


def test_names_in_a_mapping_are_no_keys() -> None:
    relations = {"orders": Relation(identifier="orders", grants={"select": ("everyone",)})}
    document = {
        "schema_version": "1.2",
        "project": "p",
        "relations": {"orders": {"identifier": "orders", "grants": {"select": ["everyone"]}}},
    }
    assert from_yaml(json.dumps(document), "interface.yml").relations == relations


def test_a_document_without_fingerprint_is_read() -> None:
    assert from_yaml(HEAD, "interface.yml") == Interface(project="p")


def test_a_newer_minor_version_is_read_without_its_new_fields_and_without_fingerprint_check() -> None:
    document = {**json.loads(to_json(FLEET)), "schema_version": "1.7", "slogan": "new", "fingerprint": "of 1.7"}
    again = from_json(json.dumps(document).encode(), "r")
    assert again == replace(FLEET, schema_version="1.7", fingerprint="of 1.7")


def test_a_newer_major_version_is_refused_whatever_else_it_holds() -> None:
    for read in (from_json, from_yaml):
        with pytest.raises(
            NewerDocumentError, match=r"written by a newer mesh \(schema 2\.0; this one reads 1\.x\)"
        ) as e:
            read(b'{"schema_version": "2.0", "project": {"name": "p"}}', "r")
        assert "upgrade" in (e.value.hint or "")


# --- JSON Schema ---------------------------------------------------------------------------------------------------

SCHEMA = json_schema()


def test_the_schema_is_a_valid_schema_without_addresses_of_its_own() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert "$id" not in json.dumps(SCHEMA)
    assert SCHEMA["title"]
    assert all(component["description"] for component in SCHEMA["$defs"].values())
    assert ":func:" not in json.dumps(SCHEMA)


def test_the_schema_accepts_the_yaml_document() -> None:
    jsonschema.validate(yaml.safe_load(to_yaml(FLEET)), SCHEMA)


@pytest.mark.parametrize(
    "document",
    [
        {"project": "p"},
        {"schema_version": "2.0", "project": "p"},
        {"schema_version": "1.0"},
        {"schema_version": "1.0", "project": 5},
        {"schema_version": "1.0", "project": "p", "products": [{"name": "a", "versions": []}]},
        {"schema_version": "1.0", "project": "p", "products": [{"name": "a", "versions": [{"v": 1}]}]},
        {"schema_version": "1.0", "project": "p", "withheld": {"x": "secret"}},
        json.loads(WRONG_COLUMN),
    ],
)
def test_the_schema_and_the_reader_refuse_the_same_documents(document: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)
    with pytest.raises(MeshError):
        from_json(json.dumps(document).encode(), "r")
