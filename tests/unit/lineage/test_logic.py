"""What changes the digests of a product, and what does not."""

from __future__ import annotations

import json

import msgspec
import pytest

from mesh_tools.lineage.inputs import inputs_of
from mesh_tools.lineage.logic import Composer, own_nodes
from mesh_tools.lineage.trace import trace
from mesh_tools.model.interface import Logic
from support.lineage_meshes import CompiledProject

STAGING = 'select id, miles * 1.6 as km, carrier from "ops"."raw"."raw"'
PRODUCT = """
with stg as (select * from "ops"."main"."stg"), named as (select id, km, carrier from stg where km > 0)
select carrier, sum(km) as km, count(*) as n from named group by carrier
"""


def logic(staging: str = STAGING, product: str = PRODUCT, private: str = "stg") -> Logic:
    ops = CompiledProject("ops")
    raw = ops.source("raw", ("id", "miles", "carrier"))
    ops.model(private, staging, raw)
    flights = ops.model("flights", product.replace('"stg"', f'"{private}"'), f"model.ops.{private}")
    models = trace(inputs_of([ops.manifest]))
    found = Composer(models, own_nodes(models, "ops")).logic(flights)
    assert found is not None
    return found


SAME = logic()


@pytest.mark.parametrize(
    "product",
    [
        PRODUCT.upper().replace('"OPS"."MAIN"."STG"', '"ops"."main"."stg"'),
        PRODUCT.replace("named", "renamed"),
        PRODUCT.replace("select carrier", "select -- whose\n  carrier").replace(",", "  ,\n"),
        PRODUCT.replace("group by carrier", "group by 1").replace("sum(km)", "(sum((km)))"),
        """with named as (select s.id, s.km, s.carrier from "ops"."main"."stg" as s where s.km > 0)
        select carrier, sum(km) as km, count(*) as n from named group by named.carrier""",
    ],
    ids=["case", "a CTE's name", "comments and blanks", "numbers and brackets", "aliases instead of an import CTE"],
)
def test_the_form_of_a_query_does_not_matter(product: str) -> None:
    assert logic(product=product) == SAME


def test_the_order_of_ctes_does_not_matter() -> None:
    one = "with a as (select * from {0}), b as (select id from {0} where km > 1) select a.id from a join b using (id)"
    two = "with b as (select id from {0} where km > 1), a as (select * from {0}) select a.id from a join b using (id)"
    table = '"ops"."main"."stg"'
    assert logic(product=one.format(table)) == logic(product=two.format(table))


def test_the_name_of_a_private_model_does_not_matter() -> None:
    assert logic(private="stg_of_another_name") == SAME


def test_a_private_model_that_hands_on_its_rows_does_not_matter() -> None:
    direct = PRODUCT.replace('select * from "ops"."main"."stg"', 'select id, km, carrier from "ops"."raw"."raw"')
    by_way_of_a_model = 'select id, km, carrier from "ops"."raw"."raw"'
    ops = CompiledProject("ops")
    raw = ops.source("raw", ("id", "km", "carrier"))
    flights = ops.model("flights", direct, raw)
    models = trace(inputs_of([ops.manifest]))
    assert Composer(models, own_nodes(models, "ops")).logic(flights) == logic(staging=by_way_of_a_model)


@pytest.mark.parametrize(
    ("old", "new", "columns", "rows"),
    [
        ("sum(km)", "avg(km)", {"km"}, False),
        ("km > 0", "km > 1", set(), True),
        ("count(*)", "count(distinct id)", {"n"}, False),
        ("group by carrier", "group by carrier having count(*) > 1", set(), True),
        ("where km > 0", "", set(), True),
    ],
)
def test_a_change_of_the_product_shows_where_it_is(old: str, new: str, columns: set[str], *, rows: bool) -> None:
    changed = logic(product=PRODUCT.replace(old, new))
    assert {name for name, digest in changed.columns.items() if SAME.columns[name] != digest} == columns
    assert (changed.rows != SAME.rows) == rows


def test_a_change_of_a_private_model_shows_in_the_columns_that_it_reaches() -> None:
    changed = logic(staging=STAGING.replace("1.6", "1.609"))
    assert {name for name, digest in changed.columns.items() if SAME.columns[name] != digest} == {"km"}
    assert changed.rows != SAME.rows  # km decides which rows there are


def test_a_filter_in_a_private_model_changes_the_rows() -> None:
    changed = logic(staging=f"{STAGING} where carrier is not null")
    assert changed.columns == SAME.columns
    assert changed.rows != SAME.rows


def test_a_private_model_that_cannot_be_traced_changes_all_that_rests_on_it() -> None:
    one, two = logic(staging="select columns(*) from t"), logic(staging="select columns(* ) + 1 from t")
    assert one.rows != two.rows
    assert one.columns["km"] != two.columns["km"]


def test_swapped_columns_of_a_self_join_are_another_logic() -> None:
    sql = 'select {0}.carrier from "ops"."main"."stg" a join "ops"."main"."stg" b on a.id = b.km'
    assert logic(product=sql.format("a")).columns != logic(product=sql.format("b")).columns


def test_logic_holds_no_names() -> None:
    text = json.dumps(msgspec.to_builtins(SAME))
    assert not [name for name in ("raw", "stg", "miles", "ops") if name in text]


def test_a_node_without_sql_has_no_logic() -> None:
    assert Composer({}, frozenset()).logic("source.ops.raw.raw") is None


def reading(key: str) -> Logic:
    """The logic of a product over the product ``key`` of another project, whose relation is always the same."""
    sales = CompiledProject("sales")
    columns = {name: {"name": name} for name in ("id", "amount")}
    stub = sales.model("orders", None, unique_id=key, columns=columns, relation_name='"shop"."main"."orders"')
    sql = 'select id, amount * 2 as amount from "shop"."main"."orders" where amount > 0'
    revenue = sales.model("revenue", sql, stub)
    models = trace(inputs_of([sales.manifest]))
    found = Composer(models, own_nodes(models, "sales")).logic(revenue)
    assert found is not None
    return found


def test_what_reads_a_product_stays_as_it_was_when_that_gets_versions_and_lives_on_as_the_first() -> None:
    assert reading("model.shop.orders.v1") == reading("model.shop.orders")
    assert reading("model.shop.orders.v2") != reading("model.shop.orders")
    assert reading("model.shop.v1") != reading("model.shop.orders")
