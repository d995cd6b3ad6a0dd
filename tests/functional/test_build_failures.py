"""What a failure stops, and what goes on: consumers never see data that a test has refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.builds import Told, build, build_text
from support.meshes import BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("failures")]

TABLE = "{{ config(materialized='table') }} "
SHOP = {
    "models/orders.sql": "select 1 as order_id",
    "models/customers.sql": "select 7 as customer_id",
    "models/shop.yml": """
        models:
          - name: orders
            config: {access: public, materialized: table}
            columns: [{name: order_id, data_tests: [not_null]}]
          - name: customers
            config: {access: public, materialized: table}
        """,
}
PROJECTS = {
    "shop": SHOP,
    "sales": {"models/sold.sql": f"{TABLE} select * from {{{{ ref('shop', 'orders') }}}}"},
    "crm": {"models/people.sql": f"{TABLE} select * from {{{{ ref('shop', 'customers') }}}}"},
    "board": {"models/chart.sql": f"{TABLE} select * from {{{{ ref('sales', 'sold') }}}}"},
    "weather": {"models/days.sql": f"{TABLE} select 1 as day"},
}
READS = {"sales": ("shop",), "crm": ("shop",), "board": ("sales",)}


@pytest.fixture(scope="module")
def mesh(new_mesh: Callable[[str], BuiltMesh]) -> BuiltMesh:
    mesh = new_mesh(f"name: fragile\nprojects: [{', '.join(PROJECTS)}]\n")
    for name, files in PROJECTS.items():
        mesh.project(name, files, reads=READS.get(name, ()))
    mesh.write("sales/models/sales.yml", "models: [{name: sold, config: {access: public}}]\n")
    return mesh


@pytest.fixture(scope="module")
def failed_at_first(mesh: BuiltMesh) -> Told:
    """Nothing was ever built, and orders are refused."""
    mesh.write("shop/models/orders.sql", "select null::integer as order_id")
    return build_text(mesh, code=1)


def test_without_an_earlier_generation_every_consumer_is_skipped(failed_at_first: Told, mesh: BuiltMesh) -> None:
    assert failed_at_first.statuses == {
        "shop": "failed",
        "sales": "skipped",
        "crm": "skipped",
        "board": "skipped",
        "weather": "success",
    }
    assert failed_at_first.project("crm").reason == "shop was not built"
    assert failed_at_first.project("board").reason == "sales was not built"
    assert not (mesh.root / ".mesh/data/dev/shop/current").exists()


@pytest.fixture(scope="module")
def built(mesh: BuiltMesh, failed_at_first: Told) -> Told:
    assert not failed_at_first.run.ok
    mesh.write("shop/models/orders.sql", SHOP["models/orders.sql"])
    return build(mesh)


def test_what_failed_or_was_skipped_is_built_once_it_can_be(built: Told) -> None:
    assert built.statuses == dict.fromkeys(READS | {"shop": ()}, "success") | {"weather": "unchanged"}


@pytest.fixture(scope="module")
def broken(mesh: BuiltMesh, built: Told) -> Told:
    """Both products of shop change, and a test refuses the one; elsewhere a model fails."""
    assert built.run.ok
    mesh.write("shop/models/orders.sql", "select null::integer as order_id")
    mesh.write("shop/models/customers.sql", "select 8 as customer_id")
    mesh.write("weather/models/days.sql", f"{TABLE} select 'wrong'::integer as day")
    mesh.write("crm/models/people.sql", f"{TABLE} select customer_id, 'new' as state from {{{{ ref('customers') }}}}")
    return build_text(mesh, code=1)


def test_a_failure_stops_consumers_of_that_product_alone(broken: Told) -> None:
    assert broken.statuses == {
        "shop": "failed",
        "sales": "skipped",
        "crm": "success",
        "board": "skipped",
        "weather": "failed",
    }
    assert broken.project("sales").reason == "shop.orders was not built"
    assert broken.project("board").reason == "sales was not built"
    assert "sales was skipped: shop.orders was not built" in broken.output


def test_the_last_good_generation_stays_what_everybody_reads(mesh: BuiltMesh, broken: Told) -> None:
    """Customers passed, and are what they were before: the data of a project is published together or not at all."""
    assert not broken.run.ok
    data = mesh.connect()
    assert data.execute("select order_id from shop.main.orders").fetchall() == [(1,)]
    assert data.execute("select customer_id from shop.main.customers").fetchall() == [(7,)]
    assert data.execute("select order_id from board.main.chart").fetchall() == [(1,)]
    assert data.execute("select customer_id, state from crm.main.people").fetchall() == [(7, "new")]
    assert data.execute("select day from weather.main.days").fetchall() == [(1,)]


def test_the_summary_names_a_test_its_file_and_the_command_to_look_closer(broken: Told) -> None:
    assert "shop: test not_null_orders_order_id fail\n  --> shop/models/shop.yml\n" in broken.output
    assert "  look closer: cd shop && dbt build --select not_null_orders_order_id\n" in broken.output
    assert f"  dbt's output: .mesh/runs/{broken.run.id}/shop/dbt.log\n" in broken.output


def test_the_summary_names_a_model_its_file_and_dbts_message(broken: Told) -> None:
    assert "weather: model days error\n  --> weather/models/days.sql\n" in broken.output
    assert "Could not convert string 'wrong' to INT32" in broken.output
    assert "  look closer: cd weather && dbt build --select days\n" in broken.output


@pytest.fixture(scope="module")
def tried_again(mesh: BuiltMesh, broken: Told) -> Told:
    """No file of shop was touched since; and there is something behind it that could be built."""
    assert not broken.run.ok
    mesh.write("crm/models/people.sql", PROJECTS["crm"]["models/people.sql"])
    return build(mesh, "--fail-fast", "--workers", "1", code=1)


def test_a_project_that_failed_is_built_again_although_its_files_are_the_same(broken: Told, tried_again: Told) -> None:
    assert tried_again.project("shop").status == "failed"
    assert tried_again.reasons("shop") == broken.reasons("shop")


def test_fail_fast_stops_everything_else(tried_again: Told) -> None:
    reasons = {name: tried_again.project(name).reason for name in tried_again.statuses if name != "shop"}
    assert reasons == dict.fromkeys(("sales", "crm", "board", "weather"), "shop failed, and --fail-fast was given")


def test_a_project_whose_files_are_again_those_of_its_last_good_build_is_not_built(
    mesh: BuiltMesh, tried_again: Told
) -> None:
    assert not tried_again.run.ok
    for path in ("models/orders.sql", "models/customers.sql"):
        mesh.write(f"shop/{path}", SHOP[path])
    assert build(mesh, "shop").statuses == {"shop": "unchanged"}
