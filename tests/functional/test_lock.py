"""mesh.lock on disk: written by `mesh sync`, kept by `mesh sync --locked`. Nothing here needs dbt."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from mesh_tools.interface.document import sealed
from mesh_tools.model.interface import Column, Consumption, Interface, Product, ProductVersion
from support.meshes import BuiltMesh

NewMesh = Callable[[str], BuiltMesh]
MESH = "name: m\nprojects: [sales]\nenvironments: {dev: {}, prod: {}}\n"
COLUMNS = (Column(name="id", data_type="integer"), Column(name="state", data_type="varchar"))


def shop(*columns: Column, environment: str = "dev") -> Interface:
    versions = (ProductVersion(v=1, semantic_version="1.0.0", path="orders_v1.sql", columns=columns, contract=True),)
    orders = Product(name="orders", latest=1, versions=versions)
    unused = Product(name="items", versions=(replace(versions[0], v=None, path="items.sql"),))
    return sealed(Interface(project="shop", adapter="duckdb", environment=environment, products=(orders, unused)))


@pytest.fixture
def mesh(new_mesh: NewMesh) -> BuiltMesh:
    """A project that uses a product of another repository."""
    mesh = new_mesh(MESH)
    mesh.project("sales", {"models/sold.sql": "select id from {{ ref('shop', 'orders', v=1) }}"}, reads=("shop",))
    mesh.publish(shop(*COLUMNS))
    return mesh


def sync(mesh: BuiltMesh, *options: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = mesh.run("mesh", "sync", *options, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done


def test_a_sync_writes_the_lock_once_and_says_so(mesh: BuiltMesh) -> None:
    assert "  mesh.lock was written: look at it, and commit it\n" in sync(mesh).stdout
    lock = mesh.root / "sales" / "mesh.lock"
    assert "product: orders" in lock.read_text()
    assert "items" not in lock.read_text()
    before = lock.stat().st_mtime_ns
    assert "mesh.lock" not in sync(mesh).stdout
    assert lock.stat().st_mtime_ns == before


def test_a_change_upstream_is_told_with_its_class_and_refused_when_locked(mesh: BuiltMesh) -> None:
    sync(mesh)
    files = {path: path.read_bytes() for path in (mesh.root / "sales").rglob("*") if path.is_file()}
    mesh.publish(shop(COLUMNS[0]))
    refused = sync(mesh, "--locked", code=1).stdout.splitlines()
    assert refused[0].split() == ["sales", "refused"]
    at = refused.index("error: what sales uses is not what mesh.lock has")
    assert refused[at + 1] == "  shop.orders.v1 changed within 1.0.0"
    assert refused[at + 2] == "    shop.orders.v1: column state is gone (breaking; a product used here)"
    assert {path: path.read_bytes() for path in files} == files
    told = json.loads(sync(mesh, "--format", "json").stdout)["projects"][0]
    assert told["lock_written"]
    changes = told["upstreams"][0]["changes"]
    assert [(c["product"], c["cls"], c["used"]) for c in changes] == [
        ("orders", "breaking", True),
        ("items", "breaking", False),
    ]
    sync(mesh, "--locked")


def test_the_models_that_used_a_column_are_named(mesh: BuiltMesh) -> None:
    """As the project published them last."""
    sync(mesh)
    uses = [("state", "sold"), ("id", "counted")]
    consumptions = tuple(
        Consumption(project="shop", product="orders", v=1, columns=(column,), by=(model,)) for column, model in uses
    )
    mesh.publish(sealed(Interface(project="sales", environment="dev", consumptions=consumptions)), shop(COLUMNS[0]))
    lines = sync(mesh, "--locked", code=1).stdout.splitlines()
    assert "    shop.orders.v1: column state is gone (breaking; used by sold)" in lines
    lines = sync(mesh).stdout.splitlines()
    assert "  shop.orders.v1: column state is gone (breaking; used by sold)" in lines
    assert "  shop.items: column state is gone (breaking)" in lines


def test_what_was_locked_is_looked_up_in_the_registry_by_a_clone_that_never_synced(mesh: BuiltMesh) -> None:
    sync(mesh)
    mesh.publish(shop(COLUMNS[0]))
    for path in (mesh.root / "sales" / ".mesh").rglob("interface.*.json"):
        path.unlink()
    assert "column state is gone (breaking" in sync(mesh, "--locked", code=1).stdout


def test_without_a_lock_there_is_nothing_to_keep(mesh: BuiltMesh) -> None:
    lines = sync(mesh, "--locked", code=1).stdout.splitlines()
    assert "error: sales has no mesh.lock, so there is nothing to compare with" in lines
    assert "  hint: run `mesh sync` and commit mesh.lock" in lines
    assert {path.name for path in (mesh.root / "sales").iterdir()} == {
        "dbt_project.yml",
        "dependencies.yml",
        "models",
        "packages.yml",
    }


def test_a_merge_conflict_is_refused_with_its_line_and_mended_by_a_sync(mesh: BuiltMesh) -> None:
    sync(mesh)
    lock = mesh.root / "sales" / "mesh.lock"
    good = lock.read_text()
    lock.write_text(good.replace("upstreams:", "<<<<<<< HEAD\nupstreams:\n=======\n>>>>>>> other", 1))
    lines = sync(mesh, "--locked", code=1).stdout.splitlines()
    assert "error: mesh.lock cannot be read: there is an unresolved merge conflict in it" in lines
    assert "  --> sales/mesh.lock:5" in lines
    sync(mesh)
    assert lock.read_text() == good


def test_only_the_default_environment_writes_the_lock_and_any_is_compared(mesh: BuiltMesh) -> None:
    mesh.publish(shop(COLUMNS[0], environment="prod"))
    sync(mesh, "--env", "prod")
    assert not (mesh.root / "sales" / "mesh.lock").exists()
    sync(mesh)
    assert "shop.orders.v1 changed" in sync(mesh, "--env", "prod", "--locked", code=1).stdout


def test_a_project_that_is_refused_keeps_its_lock(mesh: BuiltMesh) -> None:
    sync(mesh)
    before = (mesh.root / "sales" / "mesh.lock").read_bytes()
    mesh.write("sales/models/wrong.sql", "select * from {{ ref('shop', 'nothing') }}")
    sync(mesh, code=1)
    assert (mesh.root / "sales" / "mesh.lock").read_bytes() == before


def test_a_project_that_uses_nothing_any_more_has_no_lock(mesh: BuiltMesh) -> None:
    sync(mesh)
    mesh.write("sales/models/sold.sql", "select 1 as id")
    assert "shop.orders.v1 is locked, and not used" in sync(mesh, "--locked", code=1).stdout
    sync(mesh)
    assert not (mesh.root / "sales" / "mesh.lock").exists()
    sync(mesh, "--locked")
