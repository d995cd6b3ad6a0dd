"""`mesh lint --fix` mends what is certain, in the files themselves, and leaves all else as it was."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from support.lint_cases import DbtServer, lint, make_mesh
from support.meshes import BuiltMesh

pytestmark = pytest.mark.dbt

ORDERS = """\
# Kept by the shop.
models:
  - name: orders   # one row for each order
    config: {access: public}  # public since May
    latest_version: 1
    columns:
      - {name: order_id, data_type: integer}
    versions:
      - v: 1
  - name: returns
    config:
      access: public   # the others
    columns:
      - name: 'return_id'
        data_type: integer
  - name: drafts
    config:
      meta:
        mesh:
          ignore:
            - {code: PUB001, reason: Once it was public.}  # long ago
"""
REPORT = "-- By month.\nselect order_id\nfrom {{ ref('shop', 'orders') }} -- theirs\n"
FILES = {
    "shop/models/orders.yml": ORDERS,
    "shop/models/orders_v1.sql": "select 1 as order_id\n",
    "shop/models/returns.sql": "select 1 as return_id\n",
    "shop/models/drafts.sql": "select 1 as draft_id\n",
    "sales/models/report.sql": REPORT,
}
RULES = ("--select", "PUB001", "--select", "REF004")


@pytest.fixture
def mesh(tmp_path: Path) -> BuiltMesh:
    """A producer and a consumer, parsed, in a git repository."""
    server = DbtServer()
    make_mesh(tmp_path, FILES, server)
    server.close()
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return BuiltMesh(tmp_path)


def texts(mesh: BuiltMesh) -> dict[str, str]:
    return {path: (mesh.root / path).read_text(encoding="utf-8") for path in FILES}


def test_a_diff_changes_nothing_and_git_applies_it(mesh: BuiltMesh) -> None:
    done = mesh.run("mesh", "lint", "--diff", *RULES, check=False)
    assert done.returncode == 1
    assert texts(mesh) == FILES
    subprocess.run(["git", "apply", "-"], cwd=mesh.root, input=done.stdout, text=True, check=True)
    applied = texts(mesh)
    for path, text in FILES.items():
        (mesh.root / path).write_text(text, encoding="utf-8")
    mesh.run("mesh", "lint", "--fix", *RULES, check=False)
    assert texts(mesh) == applied


def test_a_fix_keeps_comments_and_layout_and_the_findings_are_gone_once_dbt_has_parsed(mesh: BuiltMesh) -> None:
    done = mesh.run("mesh", "lint", "--fix", *RULES, check=False)
    assert "dbt has to parse again" in done.stderr
    after = texts(mesh)
    assert after["sales/models/report.sql"] == REPORT.replace("'orders')", "'orders', v=1)")
    for comment in ("# Kept by the shop.", "# one row for each order", "# public since May", "# the others"):
        assert comment in after["shop/models/orders.yml"]
    assert "Once it was public" not in after["shop/models/orders.yml"]

    server = DbtServer()
    for project in ("shop", "sales"):
        server.run(mesh.root / project, ["--quiet", "parse"])
    server.close()
    assert lint(mesh.root, *RULES)["findings"] == []
    assert mesh.run("mesh", "lint", "--diff", *RULES).stdout == ""


def test_what_an_alias_shares_is_not_edited_and_told(mesh: BuiltMesh) -> None:
    path = mesh.root / "shop" / "models" / "orders.yml"
    shared = ORDERS.replace("    config:\n      access: public ", "    config: &shared\n      access: public ")
    shared = shared.partition("  - name: drafts\n")[0] + "  - name: drafts\n    config: *shared\n"
    path.write_text(shared, encoding="utf-8")
    done = mesh.run("mesh", "lint", "--fix", "--select", "PUB001", check=False)
    assert "not fixed: PUB001 shop.returns" in done.stderr
    assert (
        shared.partition("  - name: returns\n")[2]
        == path.read_text(encoding="utf-8").partition("  - name: returns\n")[2]
    )
