"""SQL style, by sqlfluff and real dbt, on a mesh of two projects."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from support.lint_cases import DbtServer, make_mesh
from support.meshes import REPOSITORY, BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("lint sql")]

FILES = {
    "shop/models/orders.yml": (
        "models:\n  - name: orders\n    config: {access: public, contract: {enforced: true}}\n"
        "    columns: [{name: order_id, data_type: integer}]\n"
    ),
    "shop/models/orders.sql": "select 1 as order_id\n",
    "sales/models/report.sql": (
        "with orders as (\n\n    select * from {{ ref('shop', 'orders') }}\n\n)\n\nselect * from orders\n"
    ),
}
BAD = "SELECT order_id   from {{ ref('orders') }}\n"


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> BuiltMesh:
    """Two projects in a git repository, with the SQL style of the reference mesh."""
    root = tmp_path_factory.mktemp("styled")
    server = DbtServer()
    make_mesh(root, FILES, server)
    server.close()
    (root / ".sqlfluff").write_bytes((REPOSITORY / ".sqlfluff").read_bytes())
    (root / ".gitignore").write_text("target/\nlogs/\ndbt_packages/\n.mesh/\n", encoding="utf-8")
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@a", "commit", "-qm", "a"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    return BuiltMesh(root)


def lint_sql(mesh: BuiltMesh, *arguments: str) -> dict[str, Any]:
    done = mesh.run("mesh", "lint", "--sql", "--format", "json", *arguments, check=False)
    assert done.returncode in {0, 1}, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_nothing_is_looked_at_when_nothing_has_changed(mesh: BuiltMesh) -> None:
    done = mesh.run("mesh", "lint", "--sql")
    assert "there are no SQL files that changed since the last commit" in done.stderr


def test_all_projects_are_clean_their_foreign_refs_too(mesh: BuiltMesh) -> None:
    report = lint_sql(mesh, "--all")
    assert (report["findings"], report["projects"]) == ([], ["shop", "sales"])


def test_a_changed_file_is_looked_at_mended_and_clean(mesh: BuiltMesh) -> None:
    path = mesh.root / "shop" / "models" / "totals.sql"
    path.write_text(BAD, encoding="utf-8")
    report = lint_sql(mesh)
    assert report["projects"] == ["shop"]
    found = {(one["code"], one["file"], one["line"], one["column"]) for one in report["findings"]}
    assert {("CP01", "shop/models/totals.sql", 1, 1), ("LT01", "shop/models/totals.sql", 1, 16)} <= found
    assert {one["severity"] for one in report["findings"]} == {"warn"}

    assert lint_sql(mesh, "--fix")["findings"] == []
    assert path.read_text(encoding="utf-8") == "select order_id from {{ ref('orders') }}\n"


def test_a_policy_may_leave_a_rule_be(mesh: BuiltMesh) -> None:
    policy = mesh.root / "mesh.yml"
    before = policy.read_text(encoding="utf-8")
    ignore = "{code: CP01, path: models/loud.sql, reason: Copied from the vendor.}"
    policy.write_text(f"{before}lint: {{sql_severity: error, ignores: [{ignore}]}}\n", encoding="utf-8")
    path = mesh.root / "shop" / "models" / "loud.sql"
    path.write_text("SELECT order_id from {{ ref('orders') }}\n", encoding="utf-8")
    try:
        report = lint_sql(mesh, "shop")
    finally:
        policy.write_text(before, encoding="utf-8")
        path.unlink()
    assert {(one["code"], one["state"], one["severity"]) for one in report["findings"]} == {
        ("CP01", "suppressed", "error")
    }


def test_a_project_that_cannot_be_compiled_is_told_and_the_others_are_looked_at(mesh: BuiltMesh) -> None:
    path = mesh.root / "sales" / "models" / "broken.sql"
    path.write_text("select * from {{ ref('nowhere') }}\n", encoding="utf-8")
    try:
        report = lint_sql(mesh, "--all")
    finally:
        path.unlink()
    assert report["projects"] == ["shop", "sales"]
    assert {one["project"] for one in report["findings"] if one["severity"] == "error"} == {"sales"}
    assert not report["ok"]
