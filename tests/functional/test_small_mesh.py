"""A day in a small mesh: start it, build it, break it, and what each command says about it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from mesh_tools.build.runs import ProjectRun, Run, RunHistory
from support.meshes import REPOSITORY, BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("small")]

SHOP = {
    "models/staging/stg_orders.sql": "select 1 as order_id, 10.5 as amount",
    "models/marts/orders.sql": "select order_id, amount::double as amount from {{ ref('stg_orders') }}",
    "models/marts/customers.sql": "select 7 as customer_id",
    "models/marts/shop.yml": """
        groups:
          - name: shop_team
            owner: {name: Shop team, email: shop@example.com}
        models:
          - name: stg_orders
            config: {access: private, group: shop_team}
          - name: orders
            description: One row for each order.
            config: {access: public, group: shop_team, materialized: table, contract: {enforced: true}}
            columns:
              - {name: order_id, data_type: integer, constraints: [{type: not_null}, {type: unique}]}
              - {name: amount, data_type: double}
          - name: customers
            config: {access: public, group: shop_team, materialized: table}
            columns:
              - {name: customer_id, data_type: integer}
        """,
}
SALES = {
    "models/revenue.sql": "select sum(amount) as revenue from {{ ref('shop', 'orders') }}",
    "models/revenue_report.sql": "select * from {{ ref('revenue') }}",
    "models/buyers.sql": "select * from {{ ref('customers') }}",
    "models/targets.sql": "{{ config(materialized='table') }} select 100 as target",
}
BROKEN = {"models/wrong.sql": "select *\nfrom {{ ref('nothing_like_it') }}\n"}


@dataclass(frozen=True)
class Told:
    """A mesh, and what the command said that changed it last."""

    mesh: BuiltMesh
    output: str
    run: Run

    def project(self, name: str) -> ProjectRun:
        found = self.run.project(name)
        assert found is not None
        return found

    def failures(self, name: str) -> dict[str, str]:
        return {failure.name: failure.message for failure in self.project(name).failures}


def build(mesh: BuiltMesh, *arguments: str, code: int) -> Told:
    done = mesh.run("mesh", "build", *arguments, check=False)
    output = done.stdout + done.stderr
    assert done.returncode == code, output
    assert "Traceback" not in output
    return Told(mesh, output, next(RunHistory(mesh.root / ".mesh").newest_first()))


@pytest.fixture(scope="module")
def built(new_mesh: Callable[[str], BuiltMesh]) -> Told:
    """Projects in several folders; one does not parse, and one reads it."""
    mesh = new_mesh("")
    mesh.project("shop", SHOP, folder="domains/shop")
    mesh.project("sales", SALES, reads=("shop",), folder="apps/deep/sales")
    mesh.project("broken", BROKEN, folder="domains/broken")
    mesh.project("late", {"models/late.sql": "select 1 as id"}, reads=("broken",), folder="apps/late")
    started = mesh.run("mesh", "init", "--name", "corner shop")
    assert "mesh.yml written; projects: apps/deep/sales, apps/late, domains/broken, domains/shop" in started.stdout
    with (mesh.root / "mesh.yml").open("a") as file:
        file.write("sync: {guards: columns}\n")
    return build(mesh, code=1)


def test_what_does_not_read_a_failed_project_is_built(built: Told) -> None:
    statuses = {project.project: project.status for project in built.run.projects}
    assert statuses == {"broken": "failed", "late": "skipped", "shop": "success", "sales": "success"}
    assert built.mesh.connect().execute("select revenue from sales.main.revenue_report").fetchall() == [(10.5,)]


def test_a_skipped_project_has_a_reason(built: Told) -> None:
    assert built.project("late").reason == "broken was not built"
    assert "late was skipped: broken was not built" in built.output


def test_a_project_that_does_not_parse_has_dbts_message_with_its_place(built: Told) -> None:
    assert "depends on a node named 'nothing_like_it' which was not found" in built.output
    assert "--> domains/broken/models/wrong.sql" in built.output
    assert "hint: dbt's whole output: .mesh/runs/" in built.output


def test_a_one_argument_ref_is_built_and_warned_of_with_the_fix(built: Told) -> None:
    assert built.mesh.connect().execute("from sales.main.buyers").fetchall() == [(7,)]
    for output in (built.output, built.mesh.run("mesh", "sync", "--select", "sales").stdout):
        assert "warning: ref('customers') has no project: it means shop's product only as long as" in output
        assert "--> apps/deep/sales/models/buyers.sql:1:18" in output
        assert "hint: write ref('shop', 'customers')" in output


def test_the_summary_lists_every_project(built: Told) -> None:
    table = [line.split() for line in built.output.splitlines()]
    assert ["shop", "success", "3", "ok"] in [line[:4] for line in table]
    assert ["late", "skipped"] in [line[:2] for line in table]


def test_dbts_artifacts_are_kept_for_each_run(built: Told) -> None:
    folder = built.mesh.root / ".mesh" / "runs" / built.run.id
    for project in ("shop", "sales"):
        names = {path.name for path in (folder / project).iterdir()}
        assert {"manifest.json", "run_results.json", "dbt.log"} <= names


def test_publishing_a_manifest_by_hand_is_the_same_as_building(built: Told) -> None:
    manifest = built.mesh.root / ".mesh" / "runs" / built.run.id / "shop" / "manifest.json"
    done = built.mesh.run("mesh", "publish", "shop", "--manifest", str(manifest))
    assert done.stdout == "shop: 2 products published to .mesh/registry, dev (unchanged)\n"


def test_sync_again_writes_nothing(built: Told) -> None:
    folder = built.mesh.root / "apps" / "deep" / "sales"
    built.mesh.run("mesh", "sync", "--select", "sales")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    done = built.mesh.run("mesh", "sync", "--select", "+sales", "--format", "json")
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()} == before
    (sales,) = [p for p in json.loads(done.stdout)["projects"] if p["project"] == "sales"]
    assert [(u["state"], u["written"], u["stubs"]) for u in sales["upstreams"]] == [
        ("unchanged", False, ["customers", "orders"])
    ]


@pytest.fixture(scope="module")
def clone(built: Told, tmp_path_factory: pytest.TempPathFactory) -> BuiltMesh:
    """A fresh clone, without a registry, of a repository in which the producer has committed its interface."""
    written = built.mesh.run("mesh", "contract", "accept", "shop")
    assert written.stdout == "shop  accepted for the first time\nwritten: domains/shop/interface.yml\n"
    root = tmp_path_factory.mktemp("clone") / "mesh"
    ignored = shutil.ignore_patterns(".mesh", "target", "logs", "dbt_packages", "profiles.yml", "package-lock.yml")
    shutil.copytree(built.mesh.root, root, ignore=ignored)
    return BuiltMesh(root)


def test_a_clone_without_a_registry_parses_from_the_committed_interface(clone: BuiltMesh) -> None:
    assert "from its interface.yml" in clone.run("mesh", "sync", "--select", "sales").stdout
    told = build(clone, "--select", "sales", code=1)
    assert told.project("sales").counts["model"] == {"skipped": 3, "success": 1}
    guard = told.failures("sales")["mesh_guard_shop_orders"]
    assert guard.startswith("shop.orders is not in the warehouse")
    assert "run `mesh build --env dev --select +shop`, then `mesh sync`" in told.output


@pytest.fixture(scope="module")
def guarded(built: Told) -> Told:
    """Upstream lost a column of one product, and the whole of another."""
    shop = built.mesh.root / ".mesh" / "data" / "dev" / "shop" / "current" / "shop.duckdb"
    with duckdb.connect(str(shop)) as connection:
        connection.execute("create or replace table main.orders as select 'one' as order_id")
        connection.execute("drop table main.customers")
    # Nobody but mesh writes a generation, so it must be told that something has changed.
    return build(built.mesh, "--select", "sales", "--force", code=1)


def test_a_guard_that_fails_skips_only_what_depends_on_it(guarded: Told) -> None:
    assert guarded.project("sales").counts["model"] == {"skipped": 3, "success": 1}
    assert set(guarded.failures("sales")) == {"mesh_guard_shop_customers", "mesh_guard_shop_orders"}


def test_the_summary_says_what_the_guards_found(guarded: Told) -> None:
    assert "shop.orders.order_id is VARCHAR, promised was INTEGER" in guarded.output
    assert "shop.orders has no column amount" in guarded.output
    assert "shop.customers is not in the warehouse" in guarded.output
    assert "_mesh_interface.yml" not in guarded.output, "no file of the user's"


def test_a_guard_of_existence_compares_no_columns(guarded: Told) -> None:
    mesh = guarded.mesh
    text = (mesh.root / "mesh.yml").read_text()
    mesh.write("mesh.yml", text.replace("guards: columns", "guards: exists"))
    mesh.write("apps/deep/sales/models/revenue.sql", "select order_id from {{ ref('shop', 'orders') }}")
    told = build(mesh, "--select", "sales", code=1)
    assert set(told.failures("sales")) == {"mesh_guard_shop_customers"}
    assert told.project("sales").counts["model"] == {"skipped": 1, "success": 3}


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str], subprocess.CompletedProcess[str]]:
    """Runs mesh where nothing is installed but what it requires itself."""
    required = ("click", "fsspec", "msgspec", "yaml", "rich", "rustworkx", "pygments", "markdown_it", "mdurl")
    installed = Path(sysconfig.get_path("platlib"))
    packages = tmp_path_factory.mktemp("packages")
    for name in required:
        (packages / name).symlink_to(installed / name)
    (packages / "mesh_tools").symlink_to(REPOSITORY / "mesh_tools")

    def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-S", "-m", "mesh_tools", *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(packages)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.parametrize("command", ["sync --select sales", "status", "interface shop", "schema mesh", "--version"])
def test_what_builds_nothing_works_where_dbt_is_not_installed(
    built: Told, bare_python: Callable[..., subprocess.CompletedProcess[str]], command: str
) -> None:
    done = bare_python(built.mesh.root, *command.split())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_build_says_that_dbt_is_not_installed(
    built: Told, bare_python: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    done = bare_python(built.mesh.root, "build")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: dbt is not installed beside mesh-tools",
        "  hint: pip install 'mesh-tools[duckdb]', or dbt-core with your warehouse's adapter",
    ]
