"""Projects that read each other are built in waves, as long as their models form no cycle."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from support.meshes import BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("cycles")]

_MESH = """
name: circle
projects: [shop, stock]
"""
_SHOP = {
    "models/orders.sql": "select 1 as order_id, 5 as quantity",
    "models/reorders.sql": "select order_id, quantity + on_hand as total from {{ ref('levels') }}",
    "models/shop.yml": """
        models:
          - name: orders
            latest_version: 1
            config: {access: public, materialized: table}
            versions: [{v: 1, defined_in: orders}]
          - name: reorders
            config: {access: public, materialized: table}
            columns: [{name: total, data_tests: [not_null]}]
        unit_tests:
          - name: totals_add_up
            model: reorders
            given:
              - input: ref('stock', 'levels')
                rows: [{order_id: 7, quantity: 1, on_hand: 2}]
            expect: {rows: [{order_id: 7, total: 3}]}
        """,
}
_STOCK = {
    # As dbt 1.10 has it: the arguments of a guard come as one.
    "dbt_project.yml": """
        name: stock
        profile: stock
        flags: {require_generic_test_arguments_property: false}
        """,
    "models/levels.sql": "select order_id, quantity, 10 as on_hand from {{ ref('shop', 'orders', v=1) }}",
    "models/shortages.sql": "select total from {{ ref('shop', 'reorders') }} where total < 0",
    "models/stock.yml": """
        models:
          - name: levels
            config: {access: public, materialized: table}
        """,
}


@pytest.fixture(scope="module")
def circle(new_mesh: Callable[[str], BuiltMesh]) -> BuiltMesh:
    mesh = new_mesh(_MESH)
    mesh.project("shop", _SHOP, reads=("stock",))
    mesh.project("stock", _STOCK, reads=("shop",))
    return mesh


def test_a_cycle_of_projects_is_built_in_waves_from_nothing(circle: BuiltMesh) -> None:
    """Nothing was ever published, and still each model sees what it reads."""
    report = json.loads(circle.run("mesh", "build", "--format", "json").stdout)
    assert {project["project"]: project["status"] for project in report["projects"]} == {
        "shop": "success",
        "stock": "success",
    }
    counts = {project["project"]: project["counts"] for project in report["projects"]}
    assert counts["shop"]["model"] == counts["stock"]["model"] == {"success": 2}
    assert counts["shop"]["unit_test"] == {"pass": 1}
    assert circle.connect().execute("select total from shop.main.reorders").fetchall() == [(15,)]

    graph = json.loads(circle.run("mesh", "graph", "--format", "json").stdout)
    assert graph["project_cycles"] == [["shop", "stock", "shop"]]
    assert [wave["project"] for wave in graph["waves"]] == ["shop", "stock", "shop", "stock"]
    assert circle.run("mesh", "sync").returncode == 0

    # A cycle of models has no order at all.
    circle.write("shop/models/orders.sql", "select * from {{ ref('stock', 'levels') }}")
    refused = circle.run("mesh", "build", check=False)
    assert refused.returncode == 1
    path = "shop.orders.v1 -> stock.levels -> shop.orders.v1"
    assert f"read each other in a circle: {path}" in refused.stdout
    assert "Traceback" not in refused.stdout + refused.stderr


def test_projects_that_only_declare_each_other_are_built_whole(new_mesh: Callable[[str], BuiltMesh]) -> None:
    """Nothing of one reads the other, so there are no waves; still everything is built before it is published."""
    mesh = new_mesh("name: polite\nprojects: [shop, stock]\n")
    public = "models: [{name: orders, config: {access: public, materialized: table}}]\n"
    mesh.project("shop", {"models/orders.sql": "select 1 as id", "models/shop.yml": public}, reads=("stock",))
    mesh.project("stock", {"models/levels.sql": "select * from {{ ref('shop', 'orders') }}"}, reads=("shop",))
    report = json.loads(mesh.run("mesh", "build", "--format", "json").stdout)
    counts = {project["project"]: project.get("counts", {}).get("model") for project in report["projects"]}
    assert counts == {"shop": {"success": 1}, "stock": {"success": 1}}
    assert mesh.connect().execute("select id from shop.main.orders").fetchall() == [(1,)]


def test_a_cycle_of_which_one_project_is_another_builds_is_built_again(circle: BuiltMesh) -> None:
    """What they read of each other is no cause, as long as they were published together."""
    circle.write("shop/models/orders.sql", _SHOP["models/orders.sql"])
    circle.run("mesh", "build", "--force")
    assert "unchanged" in circle.run("mesh", "build").stdout
    circle.run("mesh", "rollback", "stock")
    output = circle.run("mesh", "build").stdout
    assert "shop and stock were not published together" in output
    assert "unchanged" in circle.run("mesh", "build").stdout
