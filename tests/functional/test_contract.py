"""A product is changed in a real mesh: what would break is refused, and a new version breaks nobody."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mesh_tools.interface.registry import open_registry
from support.meshes import BuiltMesh
from support.repositories import commit, repository

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("contract")]

ORDERS = "select 1 as order_id, 10.5::decimal(18, 2) as amount, 'se' as country"
YAML = """
models:
  - name: orders
    description: One row for each order.
    config: {access: public, materialized: table, contract: {enforced: true}}
    columns:
      - {name: order_id, data_type: integer, constraints: [{type: not_null}]}
      - {name: amount, data_type: "decimal(18,2)"}
      - {name: country, data_type: varchar}
"""


@pytest.fixture(scope="module")
def mesh(new_mesh: Callable[[str], BuiltMesh]) -> BuiltMesh:
    """Built, accepted and committed, in this order; the tests go on from one another."""
    mesh = new_mesh("name: m\nprojects: [shop, sales]\n")
    mesh.project("shop", {"models/orders.sql": ORDERS, "models/orders.yml": YAML})
    sales = {"models/revenue.sql": "select sum(amount) as revenue from {{ ref('shop', 'orders') }}"}
    mesh.project("sales", sales, reads=("shop",))
    mesh.write(".gitignore", "target/\nlogs/\ndbt_packages/\n.mesh/\nprofiles.yml\npackage-lock.yml\n")
    repository(mesh.root)
    mesh.run("mesh", "build")
    done = mesh.run("mesh", "contract", "accept", "--all")
    assert "written: shop/interface.yml, sales/interface.yml" in done.stdout
    commit(mesh.root)
    return mesh


def parsed(mesh: BuiltMesh, sql: str, yaml: str) -> None:
    mesh.write("shop/models/orders.sql", sql)
    mesh.write("shop/models/orders.yml", yaml)
    mesh.run("dbt", "parse", "--quiet", folder="shop")


def test_a_mesh_that_nobody_has_touched_is_as_promised(mesh: BuiltMesh) -> None:
    done = mesh.run("mesh", "contract", "check", "--base", "main")
    assert done.stdout.splitlines()[-1] == "2 projects checked: all as promised"


def test_a_column_that_a_consumer_uses_cannot_be_lost(mesh: BuiltMesh) -> None:
    parsed(mesh, ORDERS.replace("as amount", "as total"), YAML.replace("amount", "total"))
    done = mesh.run("mesh", "contract", "accept", "shop", check=False)
    assert done.returncode == 1
    assert "sales.revenue breaks" in done.stdout
    assert "nothing was written" in done.stdout
    done = mesh.run("mesh", "contract", "check", "--base", "main", check=False)
    assert done.returncode == 1
    assert "error: sales.revenue does not fit any more" in done.stdout
    mesh.write("shop/models/orders.sql", ORDERS)
    mesh.write("shop/models/orders.yml", YAML)


def test_in_a_new_version_it_can(mesh: BuiltMesh) -> None:
    mesh.run("mesh", "contract", "new-version", "shop.orders")
    code = mesh.root / "shop" / "models" / "orders_v2.sql"
    code.write_text(code.read_text(encoding="utf-8").replace("as amount", "as total"), encoding="utf-8")
    described = mesh.root / "shop" / "models" / "orders.yml"
    before, mark, after = described.read_text(encoding="utf-8").partition("v: 2")
    assert mark
    versioned = after + "        columns:\n          - {include: all, exclude: [amount]}\n"
    versioned += '          - {name: total, data_type: "decimal(18,2)"}\n'
    described.write_text(before + mark + versioned, encoding="utf-8")
    mesh.run("mesh", "build")
    done = mesh.run("mesh", "contract", "accept", "shop")
    assert "written: shop/interface.yml" in done.stdout
    mesh.run("mesh", "contract", "check", "--base", "main")


def test_what_is_published_has_the_numbers_that_were_accepted(mesh: BuiltMesh) -> None:
    published = open_registry(".mesh/registry", base=mesh.root).get("shop", "dev")
    assert published is not None
    numbers = [version.semantic_version for version in published.products[0].versions]
    assert numbers[-1] == "2.0.0"
    text = (mesh.root / "shop" / "interface.yml").read_text(encoding="utf-8")
    assert all(f'semantic_version: "{number}"' in text for number in numbers)
