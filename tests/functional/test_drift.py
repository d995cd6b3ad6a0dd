"""`mesh drift`: whatever somebody alters in the warehouse behind the mesh's back is found, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from support.databases import open_elsewhere
from support.meshes import BuiltMesh

pytestmark = [pytest.mark.dbt]
together = pytest.mark.xdist_group("drift")

MESH = """
    name: shop
    projects: [shop, idle]
    environments:
      dev: {}
      empty: {}
      warehouse: {storage: profile}
    """

COLUMNS = {
    "id": "{name: id, data_type: integer, constraints: [{type: not_null}]}",
    "amount": "{name: amount, data_type: 'decimal(18, 2)'}",
    "status": "{name: status, data_type: text}",
}
KEYS = """
    [{type: primary_key, columns: [id]}, {type: unique, columns: [status]}, {type: check, expression: amount>=0}]
    """.strip()

ALTERED: dict[str, tuple[list[str], list[tuple[str, str, str | None, str | None]]]] = {
    "untouched": ([], []),
    "absent": (["drop table absent"], [("relation-absent", "breaking", "shop.main.absent", None)]),
    "viewed": (
        ["create table private_copy as from viewed", "drop table viewed", "create view viewed as from private_copy"],
        [("relation-kind", "dangerous", "table", "view"), ("not-null-lost", "breaking", "not null", None)],
    ),
    "missing": (["alter table missing drop column status"], [("column-missing", "breaking", "text", None)]),
    "extra": (["alter table extra add column note text"], [("column-extra", "safe", None, "VARCHAR")]),
    "retyped": (
        [
            "alter table retyped alter amount type decimal(5, 0)",
            "alter table retyped alter status type date using null",
        ],
        [
            ("column-type", "breaking", "DECIMAL(18,2)", "DECIMAL(5,0)"),
            ("column-type", "breaking", "VARCHAR", "DATE"),
        ],
    ),
    "rescaled": (
        ["alter table rescaled alter amount type decimal(18, 4)"],
        [("column-type", "dangerous", "DECIMAL(18,2)", "DECIMAL(18,4)")],
    ),
    "reordered": (
        [
            "alter table reordered rename to old",
            "create table reordered (id integer not null, status text, amount decimal(18, 2))",
        ],
        [("column-order", "dangerous", "id, amount, status", "id, status, amount")],
    ),
    "nullable": (
        ["alter table nullable alter id drop not null"],
        [("not-null-lost", "breaking", "not null", None)],
    ),
    "filled": (
        ["alter table filled alter amount set not null"],
        [("not-null-extra", "safe", None, "not null")],
    ),
    "keyed": (
        ["alter table keyed add primary key (id)"],
        [("constraint-extra", "safe", None, "primary key (id)")],
    ),
    "unkept": (
        ["create or replace table unkept as from unkept"],
        [
            ("constraint-lost", "breaking", "check (amount>=0)", None),
            ("constraint-lost", "breaking", "primary key (id)", None),
            ("constraint-lost", "breaking", "unique (status)", None),
            ("not-null-lost", "breaking", "not null", None),
        ],
    ),
}
"""What is done to each product, and what is found: kind, severity, promised, found."""


def models(names: list[str]) -> dict[str, str]:
    """Products that are all alike; ``unkept`` has keys and a check, too."""
    listed = "".join(
        f"""
  - name: {name}
    config: {{access: public, group: team, materialized: table, contract: {{enforced: true}}}}
    constraints: {KEYS if name == "unkept" else "[]"}
    columns:
{"".join(f"      - {column}{chr(10)}" for column in COLUMNS.values())}"""
        for name in names
    )
    group = "groups:\n  - name: team\n    owner: {name: Shop team, email: shop@example.com}\n"
    sql = "select 1 as id, 10.5::decimal(18, 2) as amount, 'new' as status"
    return {**{f"models/{name}.sql": sql for name in names}, "models/shop.yml": f"{group}models:{listed}"}


@pytest.fixture(scope="module")
def mesh(new_mesh: Callable[[str], BuiltMesh]) -> BuiltMesh:
    mesh = new_mesh(MESH)
    mesh.project("shop", models(list(ALTERED)))
    mesh.project("idle", {"models/nothing.sql": "select 1 as one"})
    mesh.run("mesh", "build", "--env", "dev", "--select", "shop")
    return mesh


@pytest.fixture
def database(mesh: BuiltMesh) -> Path:
    return mesh.root / ".mesh" / "data" / "dev" / "shop" / "current" / "shop.duckdb"


@together
def test_what_was_just_built_has_not_drifted(mesh: BuiltMesh) -> None:
    assert mesh.run("mesh", "drift", "--select", "shop").stdout == "12 relations in dev: no drift\n"


@together
def test_a_project_that_has_published_nothing_is_named(mesh: BuiltMesh) -> None:
    said = "idle was not looked at: nothing of it was published in dev\n12 relations in dev: no drift\n"
    assert mesh.run("mesh", "drift").stdout == said


@together
def test_an_environment_without_publications_is_an_error(mesh: BuiltMesh) -> None:
    done = mesh.run("mesh", "drift", "--env", "empty", check=False)
    assert done.returncode == 2
    assert "nothing was published in empty: shop, idle" in done.stderr


@together
def test_a_warehouse_that_mesh_does_not_store_cannot_be_read_yet(mesh: BuiltMesh) -> None:
    done = mesh.run("mesh", "drift", "--env", "warehouse", check=False)
    assert done.returncode == 2
    assert "cannot be read yet: it has `storage: profile`" in done.stderr
    assert "mesh.yml:6" in done.stderr


@together
def test_a_file_that_is_being_written_is_one_clear_error(mesh: BuiltMesh, database: Path) -> None:
    with open_elsewhere(database, "write"):
        done = mesh.run("mesh", "drift", check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: the database of shop is open for writing in another program\n")
    assert "shop.duckdb" in done.stderr


@together
def test_a_project_with_a_profile_of_its_own_was_not_looked_at(mesh: BuiltMesh) -> None:
    own = mesh.root / ".mesh" / "profiles" / "shop" / "profiles.yml"
    written = own.read_text(encoding="utf-8")
    own.write_text("shop: {outputs: {}}", encoding="utf-8")
    done = mesh.run("mesh", "drift", "--select", "shop", check=False)
    own.write_text(written, encoding="utf-8")
    assert (done.returncode, done.stdout) == (2, "shop was not looked at: it brings a profile of its own\n")


@pytest.fixture
def altered(database: Path) -> Iterator[None]:
    before = database.read_bytes()
    with duckdb.connect(str(database)) as connection:
        for statements, _ in ALTERED.values():
            for statement in statements:
                connection.execute(statement)
    yield
    database.write_bytes(before)


@together
@pytest.mark.usefixtures("altered")
def test_each_alteration_is_found_and_no_other(mesh: BuiltMesh) -> None:
    done = mesh.run("mesh", "drift", "--format", "json", check=False)
    assert done.returncode == 1
    found: dict[str, list[Any]] = {name: [] for name in ALTERED}
    for drift in json.loads(done.stdout)["drifts"]:
        assert (drift["project"], drift["owner"]) == ("shop", "shop@example.com")
        found[drift["product"]].append(tuple(drift.get(key) for key in ("kind", "severity", "promised", "found")))
    assert {name: sorted(drifts) for name, drifts in found.items()} == {
        name: sorted(expected) for name, (_, expected) in ALTERED.items()
    }


@together
@pytest.mark.usefixtures("altered")
def test_the_text_names_product_relation_owner_and_severity(mesh: BuiltMesh) -> None:
    done = mesh.run("mesh", "drift", check=False)
    assert done.returncode == 1
    head = "shop.absent (shop.main.absent, owner shop@example.com)\n  breaking   shop.main.absent is not there\n"
    assert done.stdout.startswith(head)
    assert done.stdout.endswith("12 relations in dev: 16 differences in 11 products\n")


@pytest.mark.xdist_group("reference")
def test_the_reference_mesh_has_not_drifted(reference_mesh: BuiltMesh) -> None:
    assert reference_mesh.run("mesh", "drift").stdout.endswith(": no drift\n")
