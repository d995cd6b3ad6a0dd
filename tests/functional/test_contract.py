"""A product is changed in a real mesh, parsed by dbt: what would break is refused, by name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

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


def test_a_mesh_that_nobody_has_touched_is_as_promised(mesh: BuiltMesh) -> None:
    done = mesh.run("mesh", "contract", "check", "--base", "main")
    assert done.stdout.splitlines()[-1] == "2 projects checked: all as promised"


def test_a_column_that_a_consumer_uses_cannot_be_lost(mesh: BuiltMesh) -> None:
    mesh.write("shop/models/orders.sql", ORDERS.replace("as amount", "as total"))
    mesh.write("shop/models/orders.yml", YAML.replace("amount", "total"))
    mesh.run("dbt", "parse", "--quiet", folder="shop")
    done = mesh.run("mesh", "contract", "accept", "shop", check=False)
    assert done.returncode == 1
    assert "sales.revenue breaks" in done.stdout
    assert "nothing was written" in done.stdout
    done = mesh.run("mesh", "contract", "check", "--base", "main", check=False)
    assert done.returncode == 1
    assert "error: sales.revenue does not fit any more" in done.stdout
