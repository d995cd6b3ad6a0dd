"""The shadow warehouse binds what anybody wrote, and lets it reach nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_tools.contracts.consumers.reader import Place
from mesh_tools.contracts.consumers.shadow import ANY_TYPE, CannotBindError, NotCheckedError, ShadowWarehouse

ORDERS = Place("shop", "main", "orders")


@pytest.fixture
def warehouse() -> ShadowWarehouse:
    warehouse = ShadowWarehouse()
    warehouse.put([ORDERS], (("id", "INTEGER"), ('odd "name"', "STRUCT(a INTEGER, b VARCHAR[])")))
    return warehouse


def test_a_query_is_described_and_not_run(warehouse: ShadowWarehouse) -> None:
    assert warehouse.describe("select id + 1 as next from shop.main.orders -- done") == (("next", "INTEGER"),)
    assert warehouse.describe("select error('never run') as e from range(1000000000000)") == (("e", "INTEGER"),)


def test_a_type_that_is_not_known_fits_everywhere(warehouse: ShadowWarehouse) -> None:
    warehouse.put([Place("shop", "main", "raw")], (("a", ANY_TYPE), ("b", "DATE")))
    assert warehouse.describe("select upper(a) as u, a + 1 as n, a = b as e from shop.main.raw") == (
        ("u", "VARCHAR"),
        ("n", "INTEGER"),
        ("e", "BOOLEAN"),
    )
    assert warehouse.describe_vague("select a as c, b from shop.main.raw") == (("c", ANY_TYPE), ("b", "DATE"))


def test_nested_types_and_odd_names_are_kept(warehouse: ShadowWarehouse) -> None:
    assert warehouse.describe('select "odd ""name"""[\'b\'] as b from shop.main.orders') == (("b", "VARCHAR[]"),)


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("select 1); drop table shop.main.orders; (select 2", "it is more than one statement"),
        ("drop table shop.main.orders", "Parser Error"),
        ("select * from read_csv('/etc/hostname')", "Permission Error"),
        ("select * from 'https://example.com/a.parquet'", "Permission Error"),
        ("copy shop.main.orders to 'out.csv'", "Parser Error"),
        ("select nobody", "Binder Error"),
        ("", "Parser Error"),
        ("select '\ud800'", "'utf-8' codec can't encode"),
    ],
)
def test_what_is_no_query_over_relations_is_refused(warehouse: ShadowWarehouse, sql: str, says: str) -> None:
    with pytest.raises(CannotBindError, match=says):
        warehouse.describe(sql)
    assert warehouse.describe("from shop.main.orders")[0] == ("id", "INTEGER")


def test_a_relation_without_columns_is_none(warehouse: ShadowWarehouse) -> None:
    warehouse.put([ORDERS], None)
    with pytest.raises(CannotBindError, match="orders does not exist"):
        warehouse.describe("from shop.main.orders")


def test_databases_of_any_name_can_be_there() -> None:
    warehouse = ShadowWarehouse()
    for number, name in enumerate(("memory", "Shop Of", 'a"b', "select")):
        place = Place(name, "schema", "t")
        warehouse.put([place], ((f"c{number}", "DATE"),))
        written = ".".join('"' + part.replace('"', '""') + '"' for part in (name, "schema", "t"))
        assert warehouse.describe(f"from {written}") == ((f"c{number}", "DATE"),)


def test_a_relation_that_cannot_be_there_is_left_out(warehouse: ShadowWarehouse) -> None:
    warehouse.put([Place("main", "s", "t")], (("id", "INTEGER"),))  # a reserved name
    warehouse.put([ORDERS], (("id", "INTEGER"), ("ID", "DATE")))
    for relation in ("main.s.t", "shop.main.orders"):
        with pytest.raises(CannotBindError):
            warehouse.describe(f"from {relation}")


WORDS = ["select", "*", "from", "shop.main.orders", "(", ")", "id", "'", '"', "with", "as", "values", "pivot", ";"]


@given(sql=st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
@settings(max_examples=150, deadline=None)
def test_any_text_is_bound_or_refused(sql: str) -> None:
    assert "\n" not in told(sql)


def told(sql: str) -> str:
    try:
        SHARED.describe(sql)
    except CannotBindError as error:
        return str(error)
    return ""


SHARED = ShadowWarehouse()


def test_without_duckdb_nothing_is_checked_and_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(NotCheckedError, match=r"mesh-tools\[duckdb\]"):
        ShadowWarehouse()


def test_no_file_is_written(warehouse: ShadowWarehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    warehouse.put([Place("other", "s", "t")], (("id", "INTEGER"),))
    warehouse.describe("from other.s.t")
    assert list(tmp_path.iterdir()) == []
