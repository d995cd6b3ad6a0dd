"""Real dbt sees a new version beside the present one, and nothing else that is new."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import msgspec
import pytest

from mesh_tools.artifacts.manifest import read_manifest
from mesh_tools.contracts.diff import diff
from mesh_tools.interface.extract import interface_of
from mesh_tools.model.interface import Interface, Product, ProductVersion
from support.meshes import REPOSITORY, BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("new version")]

RELEASE = date(2026, 11, 22)
END = "2027-02-20"
SHOP = {
    "models/marts/orders.sql": "select 1 as order_id, 10.5::double as amount",
    "models/marts/totals.sql": "select sum(amount) as total from {{ ref('orders') }}",
    "models/marts/deep/loads.sql": """
        {{ config(materialized='incremental', alias='all_loads', access='public', unique_key='load_id') }}
        select 1 as load_id
        """,
    "models/marts/scores.py": """
        def model(dbt, session):
            dbt.config(materialized="table")
            return session.sql("select 1 as score")
        """,
    "models/marts/stock.sql": "select 1 as item, 'a' as kind",
    "models/marts/stock_v2.sql": "select 1 as item",
    "models/marts/shop.yml": """
        # What the shop promises.
        models:
          - name: orders
            description: "{{ 'One row for each order.' }}"
            config:
              access: public
              materialized: table
              contract: {enforced: true}
              tags: [core]
              meta:
                team: sales
                mesh:  # promised
                  grain: [order_id]
                  freshness: {count: 1, period: day}
                  renamed_from: [sales_orders]
            constraints:
              - {type: primary_key, columns: [order_id]}
            data_tests:
              - unique:
                  arguments: {column_name: order_id}
            columns:
              - name: order_id  # key
                data_type: integer
                data_tests: [not_null]
              - {name: amount, data_type: double, config: {meta: {mesh: {unit: EUR}}}}

          - name: loads
            columns: [{name: load_id, data_tests: [{unique: {config: {severity: warn}}}]}]
          - {name: scores, deprecation_date: 2027-06-30, config: {access: public, meta: {mesh: {tier: gold}}}}
          - name: stock
            config: {access: public}
            columns: [{name: item}, {name: kind}]
            versions:
              - v: 2
                columns: [{include: all, exclude: [kind]}]
              - v: 1
                defined_in: stock
        unit_tests:
          - name: totals_add_up
            model: totals
            given: [{input: ref('orders'), rows: [{amount: 2}, {amount: 3}]}]
            expect: {rows: [{total: 5}]}
        """,
}
COMMAND = ("mesh", "contract", "new-version")
PRODUCTS = ("orders", "loads", "scores", "stock")


def dbt(*commands: tuple[str | Path, ...]) -> None:
    """Run commands of dbt, each in the folder that it begins with."""
    for folder, *arguments in commands:
        BuiltMesh(Path(folder)).run("dbt", *map(str, arguments), "--quiet")


def scaffold(mesh: BuiltMesh, product: str) -> str:
    return mesh.run(*COMMAND, product, "--date", RELEASE.isoformat()).stdout


def interface_at(folder: Path) -> Interface:
    return interface_of(read_manifest(folder / "target" / "manifest.json"))


@pytest.fixture(scope="module")
def meshes(new_mesh: Callable[[str], BuiltMesh]) -> tuple[BuiltMesh, BuiltMesh]:
    """A mesh with a shop and the fleet of the reference mesh, as it was, and with new versions of its products."""
    before = new_mesh("name: m\nprojects: [shop, sales, fleet]\n")
    before.project("shop", SHOP)
    before.project("sales", {"models/revenue.sql": "select amount from {{ ref('shop', 'orders') }}"}, reads=("shop",))
    ignored = shutil.ignore_patterns("target", "logs", "dbt_packages", "profiles.yml", "package-lock.yml")
    shutil.copytree(REPOSITORY / "projects" / "fleet", before.root / "fleet", ignore=ignored)
    before.write("fleet/packages.yml", "packages: [{local: ../macros}]\n")
    shutil.copytree(REPOSITORY / "macros", before.root / "fleet" / "dbt_packages" / "mesh_macros", ignore=ignored)
    for project in ("shop", "fleet"):
        output = f"{{dev: {{type: duckdb, path: {project}.duckdb}}}}"
        before.write(f"{project}/profiles.yml", f"{project}: {{target: dev, outputs: {output}}}\n")
    after = new_mesh("")
    shutil.copytree(before.root, after.root, dirs_exist_ok=True)
    for product in PRODUCTS:
        scaffold(after, f"shop.{product}")
    scaffold(after, "aircraft")
    dbt(
        *((mesh.root / project, "parse") for mesh in (before, after) for project in ("shop", "fleet")),
        (after.root / "shop", "build"),
    )
    return before, after


def _products(before: BuiltMesh, after: BuiltMesh) -> list[tuple[Product, Product]]:
    pairs = []
    for project in ("shop", "fleet"):
        old, new = interface_at(before.root / project), interface_at(after.root / project)
        pairs += [(product, new.product(product.name)) for product in old.products]
    return [(old, new) for old, new in pairs if new is not None and len(new.versions) > len(old.versions)]


def _promise(version: ProductVersion) -> ProductVersion:
    """What a consumer sees, whichever version it is of."""
    return msgspec.structs.replace(version, v=None, semantic_version="", path="", deprecation_date=None)


def test_the_present_version_and_its_copy_promise_what_was_promised_before(
    meshes: tuple[BuiltMesh, BuiltMesh],
) -> None:
    pairs = _products(*meshes)
    assert {old.name for old, _ in pairs} == {*PRODUCTS, "aircraft"}
    for old, new in pairs:
        present = new.latest_version
        assert _promise(present) == _promise(old.latest_version), old.name
        assert _promise(new.versions[-1]) == _promise(old.latest_version), old.name
        assert (present.path, present.semantic_version) == (
            old.latest_version.path,
            old.latest_version.semantic_version,
        )
        assert present.deprecation_date == old.latest_version.deprecation_date or END
        assert new.versions[-1].deprecation_date is None


def test_the_relations_stay_where_they_were(meshes: tuple[BuiltMesh, BuiltMesh]) -> None:
    for project in ("shop", "fleet"):
        old, new = (interface_at(mesh.root / project) for mesh in meshes)
        moved = {name: old.relations[name] for name in old.relations if name in new.relations}
        assert moved == {name: new.relations[name] for name in moved}
        for product in old.products:
            if not product.is_versioned and new.product(product.name) != product:
                assert new.relation(product.name, 1) == old.relation(product.name, None)
    connection = duckdb.connect(str(meshes[1].root / "shop" / "shop.duckdb"), read_only=True)
    built = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
    assert {"orders", "orders_v2", "all_loads", "all_loads_v2", "scores", "scores_v2"} <= built


def test_consumers_see_safe_changes_alone(meshes: tuple[BuiltMesh, BuiltMesh]) -> None:
    for project in ("shop", "fleet"):
        old, new = (interface_at(mesh.root / project) for mesh in meshes)
        changes = diff(old, new, today=RELEASE)
        assert {change.cls for change in changes} == {"safe"}
        assert {"version-added", "versions-introduced", "deprecation-set"} >= {change.name for change in changes}


def test_dbt_2_sees_the_same_products(meshes: tuple[BuiltMesh, BuiltMesh], tmp_path: Path) -> None:
    mesh = meshes[1]
    mesh.run("dbt-core-experimental-parser", "parse", "--target-path", str(tmp_path), folder="shop")
    one, two = interface_at(mesh.root / "shop"), interface_of(read_manifest(tmp_path / "manifest.json"))
    for name in set(PRODUCTS) - {"scores"}:  # 2.0 alpha 4 does not read the configuration of Python models
        product = one.product(name)
        assert product is not None
        assert product == two.product(name)
        for version in product.versions:
            assert one.relation(name, version.v) == two.relation(name, version.v)


def test_the_report_says_what_was_done_and_what_to_do(meshes: tuple[BuiltMesh, BuiltMesh]) -> None:
    before, _ = meshes
    done = before.run(*COMMAND, "orders", "--date", RELEASE.isoformat(), "--dry-run")
    assert "+++ b/shop/models/marts/orders_v2.sql\n" in done.stdout
    assert "-      meta:\n" in done.stdout
    assert not (before.root / "shop/models/marts/orders_v2.sql").exists(), "nothing is written"
    report = json.loads(before.run(*COMMAND, "orders", "--latest", "--dry-run", "--format", "json").stdout)
    assert (report["v"], report["base"], report["latest"], report["written"]) == (2, 1, 2, False)
    assert [file["path"] for file in report["files"]] == [
        "shop/models/marts/orders_v2.sql",
        "shop/models/marts/shop.yml",
    ]
    ends = f"version 1 ends on {END}; a ref without a version means version 1"
    how = "(a column that differs: exclude it, and write it anew)"
    text = scaffold(before, "orders")
    assert text.splitlines() == [
        "shop.orders: version 2 beside version 1",
        "  shop/models/marts/orders_v2.sql: a copy of version 1",
        f"  shop/models/marts/shop.yml: what was there is version 1; {ends}",
        "3 refs without a version:",
        "  shop/models/marts/shop.yml:41:21  ref('orders')",
        "  shop/models/marts/totals.sql:1:37  ref('orders')",
        "  sales/models/revenue.sql:1:23  ref('shop', 'orders')",
        "  they go to version 2 unasked when it becomes latest_version; to stay: ref('orders', v=1)",
        "next:",
        f"  1. change shop/models/marts/orders_v2.sql, and version 2 in shop/models/marts/shop.yml {how}",
        "  2. mesh build --select shop",
        "  3. mesh contract accept shop",
        "  4. mesh impact shop.orders.v1    says who uses it: tell them of the date",
        f"  5. before {END}, once consumers can take it: latest_version: 2",
    ]


def test_a_second_time_there_is_nothing_to_scaffold(meshes: tuple[BuiltMesh, BuiltMesh]) -> None:
    done = meshes[1].run(*COMMAND, "shop.orders", check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: shop.orders has a version 2 already\n")
