"""Data from generation to generation: what is kept, what is made anew, and when consumers see it."""

from __future__ import annotations

import json
from collections.abc import Callable

import duckdb
import pytest

from mesh_tools.build.events import ProductsPublished, ProjectFinished, ProjectStarted
from mesh_tools.build.runs import read_journal
from support.builds import PUBLIC, Told, build
from support.meshes import BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("storage")]

EVENTS = """
    {{ config(materialized='incremental') }}
    select {{ env_var('TEST_DAY') }} as day
    {% if is_incremental() %} where {{ env_var('TEST_DAY') }} > (select max(day) from {{ this }}) {% endif %}
    """
PRICES = """
    snapshots:
      - name: prices
        relation: ref('price')
        config: {strategy: check, unique_key: id, check_cols: [price]}
    """
HOOKS = """
    name: reader
    version: 1.0.0
    config-version: 2
    profile: reader
    on-run-end:
      - create table if not exists main.audit (n integer)
      - insert into main.audit values (1)
    """
PYTHON = """
    def model(dbt, session):
        import pandas

        dbt.config(materialized="table")
        level = dbt.ref("level").df()
        return pandas.DataFrame({"doubled": level["level"] * 2})
    """
PROJECTS = {
    "history": {
        "models/events.sql": EVENTS,
        "models/price.sql": "select 1 as id, {{ env_var('TEST_DAY') }} * 10 as price",
        "snapshots/prices.yml": PRICES,
    },
    "relics": {
        "models/price.sql": "select 1 as id, {{ env_var('TEST_DAY') }} * 10 as price",
        "snapshots/prices.yml": PRICES,
    },
    "kinds": {
        "seeds/level.csv": "level\n3\n",
        "models/doubled.py": PYTHON,
        "models/shown.sql": "select doubled + 1 as shown from {{ ref('doubled') }}",
        "models/kinds.yml": "models: [{name: shown, config: {access: public, materialized: view}}]\n",
    },
    "reader": {
        "models/read.sql": "{{ config(materialized='table') }} select shown from {{ ref('kinds', 'shown') }}",
        "dbt_project.yml": HOOKS,
    },
}


@pytest.fixture(scope="module")
def mesh(new_mesh: Callable[[str], BuiltMesh]) -> BuiltMesh:
    mesh = new_mesh(f"name: storeys\nprojects: [{', '.join(PROJECTS)}]\n")
    for name, files in PROJECTS.items():
        mesh.project(name, files, reads=("kinds",) if name == "reader" else ())
    return mesh


@pytest.fixture(scope="module")
def first_day(mesh: BuiltMesh) -> Told:
    told = build(mesh, "--workers", "2", "--start-workers", "fork", env={"TEST_DAY": "1"})
    assert told.run.ok, told.output
    return told


@pytest.fixture(scope="module")
def second_day(mesh: BuiltMesh, first_day: Told) -> Told:
    """Something else has changed, too, and each worker is a process of its own."""
    assert first_day.run.ok
    mesh.write("kinds/seeds/level.csv", "level\n4\n")
    (mesh.root / "relics" / "snapshots" / "prices.yml").unlink()
    told = build(mesh, "--workers", "2", "--start-workers", "spawn", env={"TEST_DAY": "2"})
    assert told.run.ok, told.output
    return told


def test_a_python_model_a_seed_and_a_view_are_built_in_forked_workers(first_day: Told) -> None:
    assert first_day.counts("kinds") == {"model": {"success": 2}, "seed": {"success": 1}}


def test_so_they_are_in_workers_that_are_started_anew(mesh: BuiltMesh, second_day: Told) -> None:
    assert second_day.counts("kinds") == {"model": {"success": 2}, "seed": {"success": 1}}
    assert mesh.connect().execute("from kinds.main.doubled").fetchall() == [(8,)]


def test_a_view_is_a_product_whose_data_is_compared(mesh: BuiltMesh, second_day: Told) -> None:
    assert second_day.reasons("reader") == ("the data of kinds.shown changed",)
    assert mesh.connect().execute("from reader.main.read").fetchall() == [(9,)]


def test_an_incremental_model_goes_on_from_the_generation_before(mesh: BuiltMesh, second_day: Told) -> None:
    assert second_day.reasons("history") == ("$TEST_DAY changed",)
    assert mesh.connect().execute("select day from history.main.events order by 1").fetchall() == [(1,), (2,)]


def test_a_snapshot_keeps_what_was(mesh: BuiltMesh, second_day: Told) -> None:
    assert second_day.run.ok
    rows = mesh.connect().execute("select price, dbt_valid_to is null from history.main.prices order by 1").fetchall()
    assert rows == [(10, False), (20, True)]


def test_so_does_a_table_that_a_hook_fills(mesh: BuiltMesh, second_day: Told) -> None:
    assert second_day.run.ok
    assert mesh.connect().execute("select count(*) from reader.main.audit").fetchall() == [(2,)]


def test_a_snapshot_that_was_removed_from_the_project_is_not_lost(mesh: BuiltMesh, second_day: Told) -> None:
    assert second_day.run.ok
    assert build(mesh, "relics", env={"TEST_DAY": "3"}).run.ok
    assert mesh.connect().execute("select price from relics.main.prices").fetchall() == [(10,)]


def test_full_refresh_makes_incremental_models_anew_but_no_snapshot(mesh: BuiltMesh, second_day: Told) -> None:
    assert second_day.run.ok
    told = build(mesh, "history", "--full-refresh", env={"TEST_DAY": "2"})
    assert told.reasons("history") == ("--full-refresh was given",)
    data = mesh.connect()
    assert data.execute("select day from history.main.events").fetchall() == [(2,)]
    assert data.execute("select count(*) from history.main.prices").fetchall() == [(2,)]


# --- products first ------------------------------------------------------------------------------------------------

MAKER = {
    "models/product.sql": "select 1 as n",
    "models/product.yml": PUBLIC % "product",
    "models/private_a.sql": "select 1 as n",
    "models/private_b.sql": "select n from {{ ref('private_a') }}",
}
USER = {"models/used.sql": "{{ config(materialized='table') }} select n from {{ ref('maker', 'product') }}"}
REFUSES = (
    "models: [{name: private_b, columns: [{name: n, data_tests: [{accepted_values: {arguments: {values: [1]}}}]}]}]\n"
)


@pytest.fixture(scope="module")
def eager(new_mesh: Callable[[str], BuiltMesh]) -> BuiltMesh:
    mesh = new_mesh("name: eager\nprojects: [maker, user]\n")
    mesh.project("maker", MAKER)
    mesh.project("user", USER, reads=("maker",))
    return mesh


@pytest.fixture(scope="module")
def in_two(eager: BuiltMesh) -> Told:
    told = build(eager, "--workers", "2")
    assert told.run.ok, told.output
    return told


def order_of(told: Told) -> list[str]:
    """What the journal has, in turn: who began, published and finished."""
    kinds = {ProjectStarted: "begins", ProductsPublished: "publishes", ProjectFinished: "ends"}
    events = read_journal(told.folder).events
    return [
        f"{event.project} {kinds[type(event)]}"
        for event in events
        if isinstance(event, ProjectStarted | ProductsPublished | ProjectFinished)
    ]


def test_a_consumer_begins_when_products_are_there_while_the_rest_is_still_built(in_two: Told) -> None:
    order = order_of(in_two)
    assert order[:3] == ["maker begins", "maker publishes", "user begins"]
    assert order.index("user begins") < order.index("maker ends")


def test_all_of_the_project_is_there_in_the_end(eager: BuiltMesh, in_two: Told) -> None:
    assert in_two.counts("maker") == {"model": {"success": 3}}
    assert eager.connect().execute("select n from maker.main.private_b").fetchall() == [(1,)]
    assert build(eager).statuses == {"maker": "unchanged", "user": "unchanged"}


def test_what_was_published_early_is_no_generation_to_go_back_to(eager: BuiltMesh, in_two: Told) -> None:
    """Or the generation before the current would be that of the same build, without what is private."""
    kept = json.loads(eager.run("mesh", "rollback", "maker", "--list", "--format", "json").stdout)
    assert [(generation["run"], generation["current"]) for generation in kept] == [(in_two.run.id, True)]


@pytest.fixture(scope="module")
def rest_fails(eager: BuiltMesh, in_two: Told) -> Told:
    assert in_two.run.ok
    eager.write("maker/models/product.sql", "select 2 as n")
    eager.write("maker/models/private_a.sql", "select 2 as n")
    eager.write("maker/models/private.yml", REFUSES)
    return build(eager, "--workers", "2", code=1)


def test_what_is_wrong_with_the_rest_is_no_matter_of_consumers(eager: BuiltMesh, rest_fails: Told) -> None:
    assert rest_fails.statuses == {"maker": "failed", "user": "success"}
    data = eager.connect()
    assert data.execute("select n from maker.main.product").fetchall() == [(2,)]
    assert data.execute("select n from user.main.used").fetchall() == [(2,)]


def test_plain_dbt_still_has_the_rest_as_it_was_before_it_failed(eager: BuiltMesh, rest_fails: Told) -> None:
    """What consumers read holds the products alone; the copy in which plain dbt builds is left as it was."""
    assert not rest_fails.run.ok
    work = eager.root / ".mesh" / "data" / "dev" / "maker" / "work" / "maker.duckdb"
    with duckdb.connect(str(work), read_only=True) as data:
        assert data.execute("select n from main.private_b").fetchall() == [(1,)]


def test_the_next_build_builds_it_again(eager: BuiltMesh, rest_fails: Told) -> None:
    assert not rest_fails.run.ok
    eager.write("maker/models/private_a.sql", "select 1 as n")
    told = build(eager, "--workers", "2")
    assert told.statuses == {"maker": "success", "user": "unchanged"}
    # What was published early in the first build is gone, now that nobody reads it.
    kept = [path.name.split("-")[1] for path in sorted((eager.root / ".mesh/data/dev/maker").glob("gen-*"))]
    assert kept == ["2", "3", "6"]
    assert told.reasons("maker") == ("last time only a part was built: the products",)
