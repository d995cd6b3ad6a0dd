"""Published interfaces against real DuckDB files."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from mesh_tools.contracts.drift import DriftReport, find_drift
from mesh_tools.contracts.drift.duckdb_catalogue import DuckDBCatalogue
from mesh_tools.contracts.drift.reader import Place
from mesh_tools.errors import MeshError
from mesh_tools.model.interface import (
    Column,
    Guarantee,
    GuaranteeKind,
    Interface,
    Owner,
    Product,
    ProductVersion,
    Relation,
)

Found = list[tuple[str, str, tuple[str, ...]]]
"""Kind, severity and columns of each difference."""


def constraint(kind: GuaranteeKind, *columns: str, enforced: bool = True, **arguments: Any) -> Guarantee:
    return Guarantee(kind=kind, columns=columns, carrier="constraint", arguments=arguments, enforced=enforced)


def data_test(kind: GuaranteeKind, *columns: str) -> Guarantee:
    return Guarantee(kind=kind, columns=columns, carrier="test")


def interface(
    columns: str, *guarantees: Guarantee, contract: bool = True, materialized: str = "table", project: str = "shop"
) -> Interface:
    """With one product, ``orders``, whose columns are written ``name type; name type``."""
    pairs = [column.strip().partition(" ")[::2] for column in columns.split(";")]
    version = ProductVersion(
        semantic_version="1.0.0",
        path="orders.sql",
        contract=contract,
        materialized=materialized,
        columns=tuple(Column(name=name, data_type=data_type or None) for name, data_type in pairs),
        guarantees=guarantees,
    )
    return Interface(
        project=project,
        adapter="duckdb",
        owner=Owner(name="Shop team", channel="#shop"),
        products=(Product(name="orders", versions=(version,)),),
        relations={"orders": Relation(database=project, schema="main", identifier="orders")},
    )


@pytest.fixture
def drift(tmp_path: Path) -> Callable[[str, Interface], DriftReport]:
    """What differs between an interface and the file that some SQL makes."""

    def find(sql: str, promised: Interface) -> DriftReport:
        file = tmp_path / "shop.duckdb"
        with duckdb.connect(str(file)) as connection:
            connection.execute(sql)
        reader = DuckDBCatalogue({"shop": file})
        try:
            return find_drift([promised], reader)
        finally:
            reader.close()

    return find


CASES: dict[str, tuple[str, Interface, Found]] = {
    "as promised": (
        "create table orders (id int primary key, n decimal(9, 2))",
        interface("id integer; n numeric(9,2)", constraint("primary_key", "id")),
        [],
    ),
    "another case of names": (
        'create table Orders ("ID" int not null)',
        interface("id int", constraint("not_null", "Id")),
        [],
    ),
    "documented columns alone, in any order, without a contract": (
        "create table orders (b int not null, a int, c int unique)",
        interface("a int; b int", contract=False),
        [],
    ),
    "a missing column and a type, without a contract": (
        "create table orders (a text)",
        interface("a int; b int", contract=False),
        [("column-type", "breaking", ("a",)), ("column-missing", "breaking", ("b",))],
    ),
    "no type was promised": ("create table orders (a text)", interface("a"), []),
    "the order of a view is that of its query": (
        "create view orders as select 1 as b, 2 as a",
        interface("a int; b int", materialized="view"),
        [],
    ),
    "a table where a view was": (
        "create table orders (a int)",
        interface("a int", materialized="view"),
        [("relation-kind", "dangerous", ())],
    ),
    "an incremental model is a table": (
        "create table orders (a int)",
        interface("a int", materialized="incremental"),
        [],
    ),
    "a materialization of their own may be either": (
        "create view orders as select 1 as a",
        interface("a int", materialized="lake"),
        [],
    ),
    "order without the columns that are gone or new": (
        "create table orders (c int, x int, b int)",
        interface("a int; b int; c int"),
        [
            ("column-missing", "breaking", ("a",)),
            ("column-order", "dangerous", ("b", "c")),
            ("column-extra", "safe", ("x",)),
        ],
    ),
    "a wider type": ("create table orders (a bigint)", interface("a int"), [("column-type", "dangerous", ("a",))]),
    "a type that nobody knows": (
        "create table orders (a int)",
        interface("a spaceship"),
        [("column-type", "dangerous", ("a",))],
    ),
    "a field more inside": (
        "create table orders (a struct(x int, y int))",
        interface("a struct(x int)"),
        [("column-type", "safe", ("a",))],
    ),
    "fields in another order": (
        "create table orders (a struct(y int, x int))",
        interface("a struct(x int, y int)"),
        [("column-type", "dangerous", ("a",))],
    ),
    "the worst of several differences inside": (
        "create table orders (a struct(x bigint, y text)[])",
        interface("a struct(x int, y int, z int)[]"),
        [("column-type", "breaking", ("a",))],
    ),
    "a test keeps nulls out, not the table": (
        "create table orders (a int, b int not null)",
        interface("a int; b int", data_test("not_null", "a"), data_test("not_null", "b")),
        [],
    ),
    "a constraint that is declared only": (
        "create table orders (a int)",
        interface("a int", constraint("not_null", "a", enforced=False), constraint("unique", "a", enforced=False)),
        [],
    ),
    "a primary key lost its columns' not null": (
        "create table orders (a int)",
        interface("a int", constraint("primary_key", "a")),
        [("not-null-lost", "breaking", ("a",)), ("constraint-lost", "breaking", ("a",))],
    ),
    "a primary key is unique": (
        "create table orders (a int primary key)",
        interface("a int", constraint("unique", "a"), data_test("primary_key", "a")),
        [],
    ),
    "keys in another order of columns": (
        "create table orders (a int, b int, unique (b, a))",
        interface("a int; b int", constraint("unique", "a", "b")),
        [],
    ),
    "a key of other columns": (
        "create table orders (a int, b int, unique (a))",
        interface("a int; b int", constraint("unique", "a", "b")),
        [("constraint-lost", "breaking", ("a", "b")), ("constraint-extra", "safe", ("a",))],
    ),
    "checks in another spelling": (
        "create table orders (a int check (A>=0 and a not in (3)), s text check (s != 'X'))",
        interface(
            "a int; s text",
            constraint("check", expression="(a >= 0) AND a NOT IN (3)"),
            constraint("check", "s", expression="S<>'X'"),
        ),
        [],
    ),
    "a check against another text": (
        "create table orders (s text check (s <> 'x'))",
        interface("s text", constraint("check", expression="s <> 'X'")),
        [("constraint-lost", "breaking", ()), ("constraint-extra", "safe", ("s",))],
    ),
    "a check that the engine cannot parse": (
        "create table orders (s text)",
        interface("s text", constraint("check", expression="s <>")),
        [("constraint-lost", "breaking", ())],
    ),
    "a foreign key": (
        "create table p (k int primary key); create table orders (a int references p (k))",
        interface("a int", constraint("relationship", "a", to="shop.p", field=["k"])),
        [],
    ),
    "a foreign key that is gone": (
        "create table orders (a int)",
        interface("a int", constraint("relationship", "a", to="shop.p", field=["k"])),
        [("constraint-lost", "breaking", ("a",))],
    ),
    "another schema": (
        "create schema s; create table s.orders (a int)",
        interface("a int"),
        [("relation-absent", "breaking", ())],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_differs(name: str, drift: Callable[[str, Interface], DriftReport]) -> None:
    sql, promised, expected = CASES[name]
    report = drift(sql, promised)
    assert report.relations == 1
    order = ("breaking", "dangerous", "safe").index
    found = [(one.kind, one.severity, one.columns) for one in report.drifts]
    assert found == sorted(found, key=lambda one: order(one[1]))
    assert sorted(found) == sorted(expected)


def test_a_difference_names_its_producer(drift: Callable[[str, Interface], DriftReport]) -> None:
    (found,) = drift("create table orders (a bigint)", interface("a int")).drifts
    assert (found.label, found.relation, found.owner) == ("shop.orders", "shop.main.orders", "#shop")
    assert (found.promised, found.found) == ("INTEGER", "BIGINT")
    assert found.message == "column a is BIGINT instead of int: wider"


def test_many_files_are_read_at_once(tmp_path: Path) -> None:
    names = [f"shop_{number}" for number in range(5)]
    for name in names[1:]:
        with duckdb.connect(str(tmp_path / f"{name}.duckdb")) as connection:
            connection.execute("create table orders (a int)")
    reader = DuckDBCatalogue({name: tmp_path / f"{name}.duckdb" for name in names})
    found = reader.read([Place(name, "main", "orders") for name in names])
    reader.close()
    assert [place.database for place in found] == names[1:]


def test_a_file_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    reader = DuckDBCatalogue({"shop": tmp_path / "shop.duckdb"})
    report = find_drift([interface("a int")], reader)
    reader.close()
    assert [drift.kind for drift in report.drifts] == ["relation-absent"]


def test_nothing_published_is_nothing_to_read(tmp_path: Path) -> None:
    reader = DuckDBCatalogue({"shop": tmp_path / "shop.duckdb"})
    assert find_drift([], reader) == DriftReport(relations=0, drifts=())
    reader.close()


def test_a_damaged_file_is_one_clear_error(tmp_path: Path) -> None:
    file = tmp_path / "it's.duckdb"
    file.write_text("not a database", encoding="utf-8")
    with pytest.raises(MeshError, match=r"the database of shop cannot be read: .*not a valid DuckDB"):
        DuckDBCatalogue({"shop": file})


def test_without_duckdb_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MeshError) as caught:
        DuckDBCatalogue({})
    assert caught.value.hint == "pip install 'mesh-tools[duckdb]'"
