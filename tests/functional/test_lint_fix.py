"""`mesh lint --fix` mends what is certain, in the files themselves, and leaves all else as it was."""

from __future__ import annotations

import os
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
DESCRIBED = ("orders.v1", "returns", "drafts")
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


def test_suppressions_that_nothing_needs_are_taken_out_of_the_policies(mesh: BuiltMesh) -> None:
    policy = (
        "# Ours.\nname: example\nprojects: [shop, sales]\nlint:\n  # What does not count.\n  ignores:\n"
        "    - {code: PUB001, project: sales, reason: no products}  # one\n"
        "    - {code: PUB001, subject: shop.returns, reason: soon}  # needed\n"
        "    - code: PUB001  # three\n      path: models/old/**\n      reason: gone\n"
        "  rules:\n    REF004: warn  # for now\n"
    )
    kept = "rules: {PUB001: error}  # as it is\n"
    own = f"ignores:\n  - {{code: PUB001, path: models/older/**, reason: gone}}  # ours\n{kept}"
    (mesh.root / "mesh.yml").write_text(policy, encoding="utf-8")
    (mesh.root / "shop" / "lint.yml").write_text(own, encoding="utf-8")
    mesh.run("mesh", "lint", "--fix", *RULES, check=False)
    lines = policy.splitlines(keepends=True)
    assert (mesh.root / "mesh.yml").read_text(encoding="utf-8") == "".join(lines[:6] + lines[7:8] + lines[11:])
    assert (mesh.root / "shop" / "lint.yml").read_text(encoding="utf-8") == kept


def test_what_dbt_installs_or_writes_or_lies_elsewhere_is_never_touched(mesh: BuiltMesh, tmp_path: Path) -> None:
    elsewhere = tmp_path.parent / f"{tmp_path.name}-elsewhere"
    elsewhere.mkdir()
    shop = mesh.root / "shop"
    manifest = shop / "target" / "manifest.json"
    for folder in (shop / "dbt_packages" / "old", shop / "target" / "run", shop / ".mesh" / "old", elsewhere):
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "returns.yml"
        file.write_text(ORDERS, encoding="utf-8")
        link = os.path.relpath(file, shop)
        parsed = manifest.read_text(encoding="utf-8")
        manifest.write_text(parsed.replace("shop://models/orders.yml", f"shop://{link}"), encoding="utf-8")
        done = mesh.run("mesh", "lint", "--fix", "--select", "PUB001", check=False)
        assert "not fixed: PUB001 shop.returns (" in done.stderr
        assert done.stderr.count("returns.yml is not a file of shop") == len(DESCRIBED)
        assert file.read_text(encoding="utf-8") == ORDERS
        manifest.write_text(parsed, encoding="utf-8")
    assert texts(mesh) == FILES


def test_a_file_that_is_a_link_to_elsewhere_is_never_touched(mesh: BuiltMesh, tmp_path: Path) -> None:
    theirs = tmp_path.parent / f"{tmp_path.name}-theirs.yml"
    file = mesh.root / "shop" / "models" / "orders.yml"
    file.rename(theirs)
    file.symlink_to(theirs)
    done = mesh.run("mesh", "lint", "--fix", "--select", "PUB001", check=False)
    assert "is not a file of shop" in done.stderr
    assert theirs.read_text(encoding="utf-8") == ORDERS
