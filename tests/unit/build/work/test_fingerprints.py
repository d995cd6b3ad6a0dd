"""Equal data has an equal fingerprint, and any other data another one."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from mesh_tools.build.work.fingerprints import ABSENT, UNREADABLE, fingerprints

_ROWS = "(values (1, 'a'), (2, 'b'), (3, null)) as t(id, name)"


def of(tmp_path: Path, *statements: str, name: str = "shop", schema: str = "main", table: str = "orders") -> str:
    """The fingerprint of a table of a new database that these statements make."""
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return fingerprints({name: str(path)}, {"key": (name, schema, table)})["key"]


@pytest.fixture
def plain(tmp_path: Path) -> str:
    return of(tmp_path, f"create table orders as select * from {_ROWS}")


@pytest.mark.parametrize(
    "statements",
    [
        [f"create table orders as select * from {_ROWS} order by id desc"],
        ["create table orders (id integer, name varchar)", f"insert into orders select * from {_ROWS}"],
        [f"create table Orders as select * from {_ROWS}"],
        [f"create table base as select * from {_ROWS}", "create view orders as select * from base"],
        [
            f"create table orders as select * from {_ROWS}",
            "insert into orders values (4, 'd')",
            "delete from orders where id = 4",
        ],
    ],
)
def test_the_same_data_made_in_another_way(tmp_path: Path, plain: str, statements: list[str]) -> None:
    assert of(tmp_path, *statements) == plain


@pytest.mark.parametrize(
    "select",
    [
        "select * from (values (1, 'a'), (2, 'b'), (3, 'c')) as t(id, name)",
        "select * from (values (1, 'a'), (2, 'b'), (3, '')) as t(id, name)",
        "select * from (values (1, 'b'), (2, 'a'), (3, null)) as t(id, name)",
        f"select * from {_ROWS} union all select 1, 'a'",
        f"select * from {_ROWS} union all select * from {_ROWS}",
        f"select * from {_ROWS} where id < 3",
        f"select * from {_ROWS} where false",
        f"select id, name as label from {_ROWS}",
        f"select name, id from {_ROWS}",
        f"select id::bigint as id, name from {_ROWS}",
        f"select *, null as more from {_ROWS}",
        f"select id from {_ROWS}",
    ],
)
def test_other_data(tmp_path: Path, plain: str, select: str) -> None:
    assert of(tmp_path, f"create table orders as {select}") not in {plain, ABSENT, UNREADABLE}


def test_twice_the_same_pair_of_rows_is_not_nothing(tmp_path: Path) -> None:
    """An exclusive or alone would not tell."""
    once = of(tmp_path, "create table orders as select 1 as id from range(2)")
    other = of(tmp_path, "create table orders as select 2 as id from range(2)")
    assert once != other


@pytest.mark.parametrize(
    "column",
    [
        "[1, 2]",
        "{'a': 1, 'b': [null]}",
        "map {'a': 1}",
        "'{\"a\": 1}'::json",
        "1.5::decimal(18, 3)",
        "now()",
        "'x'::blob",
    ],
)
def test_any_type_of_column_can_be_read(tmp_path: Path, column: str) -> None:
    statement = f"create table orders as select {column} as value"
    assert of(tmp_path, statement) not in {ABSENT, UNREADABLE}


def test_a_relation_that_is_not_there(tmp_path: Path) -> None:
    assert of(tmp_path, "create table others as select 1") == ABSENT
    assert of(tmp_path, "create schema a", "create table a.orders as select 1") == ABSENT


def test_a_view_over_what_is_not_attached_cannot_be_read(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.duckdb"
    statements = [
        f"attach '{elsewhere}' as elsewhere",
        "create table elsewhere.base as select 1 as id",
        "create view orders as select * from elsewhere.base",
    ]
    assert of(tmp_path, *statements) == UNREADABLE


def test_a_view_over_an_upstream_is_read_where_that_is_attached_too(tmp_path: Path) -> None:
    for name in ("stock", "shop"):
        with duckdb.connect(str(tmp_path / f"{name}.duckdb")) as connection:
            if name == "stock":
                connection.execute("create table base as select 1 as id")
            else:
                connection.execute(f"attach '{tmp_path / 'stock.duckdb'}' as stock (read_only)")
                connection.execute("create view orders as select * from stock.base")
    databases = {name: str(tmp_path / f"{name}.duckdb") for name in ("shop", "stock")}
    found = fingerprints(databases, {"orders": ("shop", "main", "orders"), "base": ("stock", "main", "base")})
    assert found["orders"] == found["base"]


def test_names_and_paths_with_quotes(tmp_path: Path) -> None:
    folder = tmp_path / "it's"
    folder.mkdir()
    name = 'a "mesh"; drop'
    statements = ['create schema "s""1"', 'create table "s""1"."t\'1" as select 1 as "c""; --"']
    assert of(folder, *statements, name=name, schema='s"1', table="t'1") not in {ABSENT, UNREADABLE}


def test_a_table_without_rows_differs_by_its_columns(tmp_path: Path) -> None:
    empty = [of(tmp_path, f"create table orders ({columns})") for columns in ("a integer", "b integer", "a bigint")]
    assert len(set(empty)) == 3


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(duckdb.Error):
        fingerprints({"shop": str(tmp_path / "none.duckdb")}, {"orders": ("shop", "main", "orders")})
    assert not list(tmp_path.iterdir())


def test_without_relations_a_database_that_dbt_has_not_opened_is_made(tmp_path: Path) -> None:
    """So that a project of macros alone has a generation, too."""
    path = tmp_path / "shop.duckdb"
    assert fingerprints({"shop": str(path)}, {}) == {}
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("select count(*) from information_schema.tables").fetchone() == (0,)
