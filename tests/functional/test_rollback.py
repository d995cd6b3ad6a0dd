"""Going back to an earlier generation, and publishing what plain dbt has built."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from mesh_tools.interface.registry import open_registry
from support.builds import Told, build
from support.meshes import BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("rollback")]

SHOP_YML = """
    models:
      - name: orders
        config: {access: public, materialized: table}
        columns: [%s]
    """
BEFORE = {"models/orders.sql": "select 1 as n", "models/shop.yml": SHOP_YML % "{name: n, data_type: integer}"}
AFTER = {
    "models/orders.sql": "select 2 as n, 'new' as state",
    "models/shop.yml": SHOP_YML % "{name: n, data_type: integer}, {name: state, data_type: varchar}",
}
SALES = {"models/sold.sql": "{{ config(materialized='table') }} select n from {{ ref('shop', 'orders') }}"}


@pytest.fixture(scope="module")
def mesh(new_mesh: Callable[[str], BuiltMesh]) -> BuiltMesh:
    """Two generations of shop: one before a column was added, and one after."""
    mesh = new_mesh("name: twice\nprojects: [shop, sales]\n")
    mesh.project("shop", BEFORE)
    mesh.project("sales", SALES, reads=("shop",))
    assert build(mesh).run.ok
    for path, text in AFTER.items():
        mesh.write(f"shop/{path}", text)
    assert build(mesh, "shop").run.ok
    return mesh


def generations(mesh: BuiltMesh) -> list[tuple[str, bool]]:
    """Number of each generation of shop, and whether it is current."""
    listed = json.loads(mesh.run("mesh", "rollback", "shop", "--list", "--format", "json").stdout)
    return [(generation["id"].split("-")[1], generation["current"]) for generation in listed]


def columns(mesh: BuiltMesh) -> list[str]:
    """Of orders, as the registry has them."""
    published = open_registry(".mesh/registry", base=mesh.root).get("shop", "dev")
    assert published is not None
    (product,) = published.products
    return [column.name for column in product.versions[0].columns]


def orders(mesh: BuiltMesh) -> list[tuple[int, ...]]:
    """What consumers read."""
    return mesh.connect().execute("select n from shop.main.orders").fetchall()


def test_the_generations_that_are_kept_are_listed(mesh: BuiltMesh) -> None:
    assert generations(mesh) == [("2", True), ("1", False)]
    shown = mesh.run("mesh", "rollback", "shop", "--list").stdout.splitlines()
    assert shown[1].startswith("gen-2-")
    assert shown[1].endswith("current")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(["shop", "--to", "gen-7"], "error: shop has no generation 'gen-7'", id="unknown"),
        pytest.param(["shop", "--to", "2"], "is what consumers of shop read already", id="current"),
        pytest.param(["sales"], "error: no generation of sales before gen-1-", id="none before"),
        pytest.param(["shop", "--env", "prod"], "error: shop was never built in prod", id="never built"),
        pytest.param(["shop", "--env", "lake"], "error: the environment 'lake' keeps no generations", id="profile"),
    ],
)
def test_a_generation_that_is_not_there_is_one_error(mesh: BuiltMesh, arguments: list[str], expected: str) -> None:
    mesh.write(
        "other.yml",
        "name: twice\nprojects: [shop, sales]\nenvironments: {dev: {}, prod: {}, lake: {storage: profile}}\n",
    )
    done = mesh.run("mesh", "rollback", "--mesh-file", "other.yml", *arguments, check=False)
    assert done.returncode == 2
    assert expected in done.stderr.splitlines()[0]
    assert "hint: " in done.stderr or "--to" in arguments or "lake" in arguments
    assert generations(mesh) == [("2", True), ("1", False)]


@pytest.fixture(scope="module")
def rolled_back(mesh: BuiltMesh) -> str:
    return mesh.run("mesh", "rollback", "shop").stdout


def test_consumers_read_the_data_and_the_interface_of_the_generation_before(mesh: BuiltMesh, rolled_back: str) -> None:
    assert rolled_back.startswith("shop: consumers read gen-1-")
    assert orders(mesh) == [(1,)]
    assert columns(mesh) == ["n"]
    assert generations(mesh) == [("2", False), ("1", True)]


@pytest.fixture(scope="module")
def forwards(mesh: BuiltMesh, rolled_back: str) -> Told:
    assert rolled_back
    told = build(mesh)
    assert told.run.ok, told.output
    return told


def test_the_next_build_builds_what_the_files_say(mesh: BuiltMesh, forwards: Told) -> None:
    """The files are not those of the generation that was gone back to."""
    assert forwards.reasons("shop") == ("models/orders.sql changed", "models/shop.yml changed")
    assert orders(mesh) == [(2,)]
    assert columns(mesh) == ["n", "state"]
    assert generations(mesh) == [("3", True), ("2", False), ("1", False)]


def test_and_consumers_with_the_data_that_they_read(mesh: BuiltMesh, forwards: Told) -> None:
    assert "the data of shop.orders changed" in forwards.reasons("sales")
    assert mesh.connect().execute("select n from sales.main.sold").fetchall() == [(2,)]


def test_a_generation_is_chosen_by_its_number(mesh: BuiltMesh, forwards: Told) -> None:
    """The one chosen was built from the files as they are, so that only what reads it is built again."""
    assert forwards.run.ok
    mesh.run("mesh", "rollback", "shop", "--to", "1")
    assert orders(mesh) == [(1,)]
    mesh.run("mesh", "rollback", "shop", "--to", "3")
    assert orders(mesh) == [(2,)]
    assert build(mesh).statuses == {"shop": "unchanged", "sales": "unchanged"}


# --- plain dbt -----------------------------------------------------------------------------------------------------


def test_plain_dbt_reads_the_same_upstream_data_as_mesh_build(mesh: BuiltMesh, forwards: Told) -> None:
    assert forwards.run.ok
    shown = mesh.run(
        "dbt", "show", "--inline", "select n from {{ ref('shop', 'orders') }}", "--output", "json", folder="sales"
    )
    assert '"n": 2' in shown.stdout


def test_what_plain_dbt_has_built_is_seen_once_it_is_published(mesh: BuiltMesh, forwards: Told) -> None:
    assert forwards.run.ok
    mesh.write("shop/models/orders.sql", "select 4 as n, 'plain' as state")
    mesh.run("dbt", "build", folder="shop")
    assert orders(mesh) == [(2,)]
    done = mesh.run("mesh", "publish", "shop")
    assert done.stdout.startswith("shop: 1 product published to .mesh/registry, dev (unchanged), data as gen-4-")
    assert orders(mesh) == [(4,)]
    (sales,) = json.loads(mesh.run("mesh", "plan", "--format", "json", "sales").stdout)["jobs"]
    assert (sales["action"], sales["reasons"]) == ("build", ["the data of shop.orders changed"])
