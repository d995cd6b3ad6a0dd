"""A build does again only what has changed, and says what that was."""

from __future__ import annotations

import os
from collections.abc import Callable

import duckdb
import pytest

from support.builds import PUBLIC, Told, build
from support.meshes import BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("skips")]

SOURCE = """
    sources:
      - name: raw
        config: {external_location: "%s"}
        tables: [{name: numbers}]
    """
RELATION = """
    sources:
      - name: raw
        database: landing
        schema: main
        tables: [{name: numbers%s}]
    """
DATED = ", config: {loaded_at_field: loaded_at, freshness: {warn_after: {count: 1, period: hour}}}"
READS_SOURCE = "select n from {{ source('raw', 'numbers') }}"
# A profile of its own: mesh provides none, and the project attaches what it likes.
LANDING = """
    {name}:
      target: dev
      outputs:
        dev: {{type: duckdb, path: {name}.duckdb, attach: [{{path: ../landing.duckdb, read_only: true}}]}}
    """
MACROS = {
    "dbt_project.yml": "{name: shared, macro-paths: [.]}",
    "twice.sql": "{% macro twice(n) %}{{ n }} * 2{% endmacro %}",
}
PROJECTS: dict[str, dict[str, str]] = {
    "settled": {"models/one.sql": "select 1 as n", "models/one.yml": PUBLIC % "one"},
    "edited": {"models/one.sql": "select 1 as n"},
    "extended": {"models/one.sql": "select 1 as n"},
    "reduced": {"models/one.sql": "select 1 as n", "models/two.sql": "select 2 as n"},
    "macros_edited": {
        "models/one.sql": "select {{ shared.twice(2) }} as n",
        "packages.yml": "packages: [{local: ../shared}]\n",
    },
    "configured": {"models/one.sql": "select 1 as n"},
    "env_var_set": {"models/one.sql": "select {{ env_var('TEST_LEVEL', '1') }} as n"},
    "csv_read": {
        "models/one.sql": f"{{{{ config(materialized='table') }}}} {READS_SOURCE}",
        "models/raw.yml": SOURCE % "../data/csv/*.csv",
    },
    "csv_touched": {"models/one.sql": READS_SOURCE, "models/raw.yml": SOURCE % "../data/touched.csv"},
    "parquet_read": {"models/one.sql": READS_SOURCE, "models/raw.yml": SOURCE % "../data/numbers.parquet"},
    "dated": {
        "models/one.sql": f"{{{{ config(materialized='table') }}}} {READS_SOURCE}",
        "models/raw.yml": RELATION % DATED,
        "profiles.yml": LANDING.format(name="dated"),
    },
    "hooked": {
        "dbt_project.yml": """
            name: hooked
            profile: hooked
            on-run-start: ["attach if not exists '../landing.duckdb' as landing (read_only)"]
            """,
        "models/one.sql": f"{{{{ config(materialized='table') }}}} {READS_SOURCE}",
        "models/raw.yml": RELATION % DATED,
    },
    "undated": {
        "models/one.sql": READS_SOURCE,
        "models/raw.yml": RELATION % "",
        "profiles.yml": LANDING.format(name="undated"),
    },
    "file_reader": {"models/one.sql": "select n from read_csv('../data/touched.csv')"},
}
# Nothing can be known of what these read.
NEVER_SURE = {"undated", "file_reader"}
# Their sources tell when they were loaded.
ASKED = {"dated", "hooked"}
CSV = "n\n1\n2\n"


def land(mesh: BuiltMesh, n: int, day: int) -> None:
    """What somebody else's loader does."""
    with duckdb.connect(mesh.root / "landing.duckdb") as landing:
        landing.execute(f"create or replace table numbers as select {n} as n, timestamp '2026-01-0{day}' as loaded_at")


def write_parquet(mesh: BuiltMesh, n: int) -> None:
    duckdb.sql(f"copy (select {n} as n) to '{mesh.root}/data/numbers.parquet'")


@pytest.fixture(scope="module")
def mesh(new_mesh: Callable[[str], BuiltMesh]) -> BuiltMesh:
    """One project for each thing that can change, built once."""
    mesh = new_mesh(f"name: watchful\nprojects: [{', '.join(PROJECTS)}]\n")
    for name, text in MACROS.items():
        mesh.write(f"shared/{name}", text)
    for path in ("data/csv/a.csv", "data/touched.csv"):
        mesh.write(path, CSV)
    write_parquet(mesh, 1)
    land(mesh, n=1, day=1)
    for name, files in PROJECTS.items():
        mesh.project(name, files)
    told = build(mesh)
    assert set(told.statuses.values()) == {"success"}, told.output
    assert {told.reasons(name) for name in PROJECTS} == {("it was never built",)}
    return mesh


@pytest.fixture(scope="module")
def again(mesh: BuiltMesh) -> Told:
    """The next build, with nothing changed."""
    return build(mesh)


def test_what_has_not_changed_is_not_built(again: Told) -> None:
    expected = dict.fromkeys(PROJECTS, "unchanged") | dict.fromkeys(NEVER_SURE | ASKED, "success")
    assert again.statuses == expected
    assert again.project("settled").reason == "nothing that it is made of has changed"
    assert not (again.folder / "settled").exists(), "dbt was not started"


def test_a_model_that_reads_a_file_by_itself_is_built_every_time(again: Told) -> None:
    (reason,) = again.reasons("file_reader")
    assert reason == "source in models/one.sql may have changed: it reads files that no source declares"


def test_a_source_without_freshness_is_built_every_time(again: Told) -> None:
    assert again.reasons("undated") == ("source raw.numbers may have changed: no freshness is declared for it",)


def test_freshness_is_asked_first_when_the_source_is_known(again: Told) -> None:
    """The first build shows which sources there are; the second asks dbt how fresh they are, before it builds."""
    assert {again.reasons(name) for name in ASKED} == {("the data of source raw.numbers changed",)}


def test_without_anything_to_build_dbt_is_never_started(mesh: BuiltMesh, again: Told) -> None:
    sure = [name for name in again.statuses if name not in NEVER_SURE | ASKED]
    told = build(mesh, *sure)
    assert told.statuses == dict.fromkeys(sure, "unchanged")
    assert told.run.setup == 0
    assert {path.name for path in told.folder.iterdir()} == {"run.json", "journal.jsonl"}


@pytest.fixture(scope="module")
def changed(mesh: BuiltMesh, again: Told) -> Told:
    """Each project but one has met a change; of two, only times are new."""
    assert again.run.ok
    mesh.write("edited/models/one.sql", "select 2 as n")
    mesh.write("extended/models/two.sql", "select 2 as n")
    (mesh.root / "reduced/models/two.sql").unlink()
    mesh.write("shared/twice.sql", "{% macro twice(n) %}2 * {{ n }}{% endmacro %}")
    with (mesh.root / "configured/dbt_project.yml").open("a") as file:
        file.write("models: {+materialized: table}\n")
    mesh.write("data/csv/b.csv", "n\n3\n")
    os.utime(mesh.root / "data/touched.csv")
    write_parquet(mesh, 2)
    land(mesh, n=2, day=1)  # other data, but not loaded later: that is what the source promises to tell
    return build(mesh, env={"TEST_LEVEL": "2"})


@pytest.mark.parametrize(
    ("project", "reason"),
    [
        ("edited", "models/one.sql changed"),
        ("extended", "models/two.sql is new"),
        ("reduced", "models/two.sql is gone"),
        ("macros_edited", "../shared: twice.sql changed"),
        ("configured", "dbt_project.yml changed"),
        ("env_var_set", "$TEST_LEVEL changed"),
        ("csv_read", "the data of source raw.numbers changed"),
        ("parquet_read", "the data of source raw.numbers changed"),
    ],
)
def test_a_change_is_built_and_named(changed: Told, project: str, reason: str) -> None:
    assert (changed.project(project).status, changed.reasons(project)) == ("success", (reason,))
    assert f"building {project} (" in changed.output
    assert f": {reason}\n" in changed.output


def test_a_file_that_was_only_touched_is_no_change(changed: Told) -> None:
    assert changed.project("csv_touched").status == "unchanged"


@pytest.mark.parametrize("project", sorted(ASKED))
def test_a_source_that_was_not_loaded_since_is_no_change(changed: Told, project: str) -> None:
    assert changed.project(project).status == "unchanged"
    assert (changed.folder / project / "freshness" / "sources.json").is_file(), "dbt was asked"


def test_to_ask_a_source_dbt_need_not_parse_the_whole_project_again(again: Told, changed: Told) -> None:
    """Although it is asked with another profile than the project is built with."""
    for told in (again, changed):
        log = (told.folder / "hooked" / "dbt.log").read_text()
        assert "Found 1 model" in log
        assert "profile has changed" not in log


def test_what_nothing_happened_to_is_not_built_beside_what_changed(changed: Told) -> None:
    assert changed.project("settled").status == "unchanged"


def test_a_build_brings_what_the_changed_files_say(mesh: BuiltMesh, changed: Told) -> None:
    assert changed.run.ok
    data = mesh.connect()
    assert data.execute("select n from edited.main.one").fetchall() == [(2,)]
    assert data.execute("select n from env_var_set.main.one").fetchall() == [(2,)]
    assert data.execute("select n from extended.main.two").fetchall() == [(2,)]
    assert data.execute("select sum(n) from csv_read.main.one").fetchall() == [(6,)]


@pytest.fixture(scope="module")
def asked(mesh: BuiltMesh, changed: Told) -> Told:
    """Of two projects, one has another profile and newer data now, and the other is built since it shall be."""
    assert changed.project("dated").status == "unchanged"
    land(mesh, n=3, day=2)
    mesh.write("dated/profiles.yml", LANDING.format(name="dated").replace("dated.duckdb", "elsewhere.duckdb"))
    return build(mesh, "dated", "settled", "--force")


def test_a_source_that_was_loaded_since_is_built(mesh: BuiltMesh, asked: Told) -> None:
    assert "the data of source raw.numbers changed" in asked.reasons("dated")
    with duckdb.connect(mesh.root / "dated/elsewhere.duckdb") as data:
        assert data.execute("select n from main.one").fetchall() == [(3,)]


def test_a_project_with_another_profile_of_its_own_is_built(asked: Told) -> None:
    assert "profiles.yml changed" in asked.reasons("dated")


def test_a_project_is_built_when_it_shall_be(asked: Told) -> None:
    assert asked.reasons("settled") == ("--force was given",)


def test_other_variables_build_everything_that_is_asked_for(mesh: BuiltMesh, asked: Told) -> None:
    assert asked.run.ok
    assert build(mesh, "settled", "--vars", "{level: 2}").reasons("settled") == ("--vars changed",)


# --- what comes from upstream --------------------------------------------------------------------------------------

ORDERS = "select 1 as order_id, 10 as amount union all select 2, 20"
UPSTREAM = {
    "shop": {
        "models/orders.sql": ORDERS,
        "models/customers.sql": "select 7 as customer_id",
        "models/shop.yml": "models: [{name: orders, config: {access: public, materialized: table}},"
        " {name: customers, config: {access: public, materialized: table}}]\n",
    },
    "sales": {
        "models/revenue.sql": "select sum(amount) as revenue from {{ ref('shop', 'orders') }}",
        "models/volume.sql": "select count(*) as orders from {{ ref('shop', 'orders') }}",
        "models/sales.yml": "models: [{name: revenue, config: {access: public, materialized: table}},"
        " {name: volume, config: {access: public, materialized: table}}]\n",
    },
    "crm": {"models/people.sql": "{{ config(materialized='table') }} select * from {{ ref('shop', 'customers') }}"},
    "board": {"models/chart.sql": "{{ config(materialized='table') }} select * from {{ ref('sales', 'revenue') }}"},
    "legacy": {
        "models/raw.yml": "sources: [{name: old, database: shop, schema: main, tables: [{name: orders}]}]\n",
        "models/counted.sql": "select count(*) as n from {{ source('old', 'orders') }}",
    },
    "staff": {"models/chart.sql": "{{ config(materialized='table') }} select * from {{ ref('sales', 'volume') }}"},
}
READS = {"sales": ("shop",), "crm": ("shop",), "legacy": ("shop",), "board": ("sales",), "staff": ("sales",)}


@pytest.fixture(scope="module")
def stream(new_mesh: Callable[[str], BuiltMesh]) -> BuiltMesh:
    mesh = new_mesh(f"name: stream\nprojects: [{', '.join(UPSTREAM)}]\n")
    for name, files in UPSTREAM.items():
        mesh.project(name, files, reads=READS.get(name, ()))
    told = build(mesh)
    assert told.run.ok, told.output
    return mesh


@pytest.fixture(scope="module")
def mended(stream: BuiltMesh) -> Told:
    """In one product a comment is new, in the other the data."""
    stream.write("shop/models/orders.sql", f"-- as it was\n{ORDERS}")
    stream.write("shop/models/customers.sql", "select 8 as customer_id")
    return build(stream)


def test_a_product_with_the_same_data_keeps_its_consumers_as_they_are(mended: Told) -> None:
    assert mended.reasons("shop") == ("models/customers.sql changed", "models/orders.sql changed")
    assert [mended.project(name).status for name in ("sales", "board", "staff")] == ["unchanged"] * 3


def test_a_source_that_another_project_builds_has_changed_when_that_was_built(mended: Told) -> None:
    """It is read past the products, so that nothing compares its data."""
    assert mended.reasons("legacy") == ("the data of source old.orders changed",)


def test_a_product_with_other_data_has_its_consumers_built(stream: BuiltMesh, mended: Told) -> None:
    assert mended.reasons("crm") == ("the data of shop.customers changed",)
    assert stream.connect().execute("select customer_id from crm.main.people").fetchall() == [(8,)]


def test_a_change_goes_on_only_as_far_as_data_changes(stream: BuiltMesh, mended: Told) -> None:
    """The revenue is another, the number of orders is not."""
    assert mended.run.ok
    stream.write("shop/models/orders.sql", ORDERS.replace("20", "30"))
    told = build(stream)
    expected = {"shop": "success", "crm": "unchanged", "sales": "success", "board": "success", "staff": "unchanged"}
    assert told.statuses == expected | {"legacy": "success"}
    assert told.reasons("sales") == ("the data of shop.orders changed",)
    assert told.reasons("board") == ("the data of sales.revenue changed",)
    assert stream.connect().execute("select revenue from board.main.chart").fetchall() == [(40,)]


# --- a project without data ------------------------------------------------------------------------------------------


def test_a_project_of_macros_alone_is_built_once(new_mesh: Callable[[str], BuiltMesh]) -> None:
    """Although dbt, which runs no node of it, makes no database."""
    mesh = new_mesh("name: m\nprojects: [helpers]\n")
    mesh.project("helpers", {"macros/one.sql": "{% macro one() %}1{% endmacro %}"})
    assert build(mesh).statuses == {"helpers": "success"}
    assert build(mesh).statuses == {"helpers": "unchanged"}
