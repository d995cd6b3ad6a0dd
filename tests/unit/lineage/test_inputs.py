from __future__ import annotations

import pytest

from mesh_tools.artifacts.catalog import Catalog, CatalogColumn, CatalogTable
from mesh_tools.artifacts.reading import Metadata
from mesh_tools.errors import MeshError
from mesh_tools.lineage.inputs import TraceInput, inputs_of
from mesh_tools.lineage.names import column_key, parse_relation, warehouse_name
from mesh_tools.lineage.trace import trace
from support.lineage_meshes import CompiledProject


def by_key(*projects: CompiledProject) -> dict[str, TraceInput]:
    return {node.key: node for node in inputs_of(project.manifest for project in projects)}


def test_a_product_is_known_as_its_own_project_knows_it() -> None:
    producer, consumer = CompiledProject("ops"), CompiledProject("fleet")
    flights = producer.model("flights", "select 1 as id")
    consumer.stub("ops", "flights", ("id",))
    assert by_key(consumer, producer)[flights].sql == "select 1 as id"
    assert by_key(consumer)[flights].columns == ("id",)


def test_a_contract_tells_all_columns_and_yaml_tells_some() -> None:
    project = CompiledProject("ops")
    promised = project.model("promised", "select 1", columns=("b", "A"), contract=True)
    described = project.model("described", "select 1", columns=("b",))
    found = by_key(project)
    assert found[promised].columns == ("b", "a")
    assert (found[described].columns, found[described].otherwise, found[described].all_of_them) == (None, ("b",), False)


def test_a_catalog_tells_the_columns_of_what_has_no_sql() -> None:
    project = CompiledProject("ops")
    source = project.source("raw_flights")
    columns = {"b": CatalogColumn(name="b", type="int", index=2), "a": CatalogColumn(name="A", type="int", index=1)}
    catalog = Catalog(metadata=Metadata(), sources={source: CatalogTable(columns=columns)})
    (node,) = inputs_of([project.manifest], catalogs={"ops": catalog})
    assert (node.otherwise, node.all_of_them) == (("a", "b"), True)


def test_a_project_that_was_only_parsed_says_what_to_run() -> None:
    project = CompiledProject("ops")
    project.model("flights", None)
    with pytest.raises(MeshError, match="holds no compiled SQL"):
        inputs_of([project.manifest])


def test_models_without_sql_say_why() -> None:
    project = CompiledProject("ops")
    project.model("compiled", "select 1 as id")
    forgotten = project.model("forgotten", None)
    python = project.model("learned", "def model(dbt, session): ...", language="python")
    found = trace(inputs_of([project.manifest]))
    assert found[forgotten].reason == "it was not compiled"
    assert found[python].reason == "a Python model"
    assert {found[forgotten].method, found[python].method} == {"table"}


@pytest.mark.parametrize(
    ("relation", "sql"),
    [
        ("'landing/flights.parquet'", "select * from 'landing/flights.parquet'"),
        ("read_csv('f.csv', header = true)", "select * from read_csv('f.csv', header=true)"),
        ("read_parquet(['a.parquet', 'b.parquet'])", "select * from READ_PARQUET(['a.parquet', 'b.parquet']) as f"),
    ],
)
def test_sources_that_are_files_are_found(relation: str, sql: str) -> None:
    project = CompiledProject("ops")
    source = project.source("flights", ("id", "carrier"), relation)
    model = project.model("stg", f"with s as ({sql}) select id from s", source)
    lineage = trace(inputs_of([project.manifest]))[model]
    assert [(edge.node, edge.column) for edge in lineage.columns["id"]] == [(source, "id")]


def test_a_relation_that_is_none_of_the_refs_is_not_taken_for_unused() -> None:
    project = CompiledProject("ops")
    flights = project.model("flights", "select 1 as id")
    model = project.model("report", "select id from elsewhere.flights_of_old", flights)
    lineage = trace(inputs_of([project.manifest]))[model]
    assert lineage.method == "table"
    assert "elsewhere.flights_of_old, which is none" in (lineage.reason or "")
    assert lineage.reads == (flights,)


def test_a_relation_that_is_named_without_a_ref_is_found_among_the_nodes() -> None:
    project = CompiledProject("ops")
    flights = project.model("flights", "select 1 as id")
    model = project.model("report", 'select id from "ops"."main"."flights"')
    assert trace(inputs_of([project.manifest]))[model].reads == (flights,)


def test_an_ephemeral_model_is_part_of_its_readers() -> None:
    project = CompiledProject("ops")
    source = project.source("raw", ("id",))
    ephemeral = project.model(
        "e", 'select id from "ops"."raw"."raw"', source, config={"materialized": "ephemeral"}, relation_name=None
    )
    sql = 'with __dbt__cte__e as (select id from "ops"."raw"."raw") select id from __dbt__cte__e'
    model = project.model("report", sql, ephemeral)
    assert trace(inputs_of([project.manifest]))[model].reads == (source,)


@pytest.mark.parametrize(
    ("text", "dialect", "name"),
    [
        ('"Db"."Main"."Orders"', "duckdb", ("db", "main", "orders")),
        ("`proj.ds.orders`", "bigquery", ("proj", "ds", "orders")),
        ("`my-proj`.`ds`.`orders`", "bigquery", ("my-proj", "ds", "orders")),
        ("DB.S.ORDERS", "snowflake", ("db", "s", "orders")),
        ("[dbo].[orders]", "tsql", ("dbo", "orders")),
        ('"a.b"."c"', "postgres", ("a.b", "c")),
        ("read_csv('x.csv')", "duckdb", ("()", "read_csv('x.csv')")),
    ],
)
def test_relation_names(text: str, dialect: str, name: tuple[str, ...]) -> None:
    assert parse_relation(text, dialect) == name


@pytest.mark.parametrize(
    ("name", "dialect", "quoted", "key"),
    [
        ("ID", "duckdb", True, "id"),
        ("ID", "postgres", False, "id"),
        ("ID", "postgres", True, "ID"),
        ("id", "snowflake", False, "id"),
        ("ID", "snowflake", True, "id"),
        ("id", "snowflake", True, '"id"'),
        ("MixedCase", "snowflake", True, "MixedCase"),
        ("Id", "bigquery", True, "id"),
        ("Id", "clickhouse", False, "Id"),
    ],
)
def test_column_names_are_folded_as_the_warehouse_does(name: str, dialect: str, *, quoted: bool, key: str) -> None:
    assert column_key(name, dialect, quoted=quoted) == key


@pytest.mark.parametrize(("key", "name"), [("id", "ID"), ('"id"', "id"), ("MixedCase", "MixedCase")])
def test_a_key_leads_back_to_the_name_in_the_warehouse(key: str, name: str) -> None:
    assert warehouse_name(key, "snowflake") == name


def test_a_snapshot_has_the_columns_that_dbt_adds() -> None:
    project = CompiledProject("ops")
    source = project.source("raw", ("id", "changed_at"))
    snapshot = project.model(
        "history",
        'select id, changed_at from "ops"."raw"."raw"',
        source,
        unique_id="snapshot.ops.history",
        resource_type="snapshot",
        config={
            "unique_key": "id",
            "updated_at": "changed_at",
            "snapshot_meta_column_names": {"dbt_valid_to": "valid_to"},
        },
    )
    reader = project.model("reader", 'select * from "ops"."main"."history" where valid_to is null', snapshot)
    found = trace(inputs_of([project.manifest]))
    added = ["dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "valid_to"]
    assert list(found[reader].columns) == ["id", "changed_at", *added]
    assert [(edge.column, edge.kind) for edge in found[snapshot].columns["valid_to"]] == [
        ("id", "transform"),
        ("changed_at", "transform"),
    ]


def test_a_model_may_read_itself() -> None:
    project = CompiledProject("ops")
    source = project.source("raw", ("id", "at"))
    sql = 'select id, at from "ops"."raw"."raw" where at > (select max(at) from "ops"."main"."grown")'
    grown = project.model("grown", sql, source)
    found = trace(inputs_of([project.manifest]))[grown]
    assert found.reads == (source, grown)
    assert [edge.node for edge in found.columns["id"]] == [source]
