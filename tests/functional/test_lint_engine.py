"""`mesh lint --base` with a commit: its projects are parsed by dbt, once; only what is new since then fails."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mesh_tools.build.lint_base import check_out
from support.lint_cases import DbtServer, make_mesh
from support.lint_meshes import lint

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("lint engine")]

BARE = "select 1 as id\n"
PUBLIC = "models: [{name: orders, config: {access: public}}]\n"


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=someone", "-c", "user.email=someone@example.org")
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("mesh")
    server = DbtServer()
    try:
        files = {"models/orders.sql": BARE, "models/orders.yml": PUBLIC}
        make_mesh(root, files, server)
        (root / ".gitignore").write_text(".mesh/\ntarget/\nlogs/\n", encoding="utf-8")
        git(root, "init", "--quiet")
        git(root, "add", "--all")
        git(root, "commit", "--quiet", "--message", "before")
        more = PUBLIC.replace("orders", "items")
        make_mesh(root, {**files, "models/items.sql": BARE, "models/items.yml": more}, server)
    finally:
        server.close()
    return root


def test_only_what_is_new_since_a_commit_fails(mesh: Path) -> None:
    said = lint(mesh, "--select", "PUB001", "--base", "HEAD")
    assert said.code == 1
    states = {finding["subject"]: finding["state"] for finding in said.report["findings"]}
    assert states == {"shop.items": "new", "shop.orders": "known"}


def test_a_commit_is_parsed_once(mesh: Path) -> None:
    lint(mesh, "--select", "PUB001", "--base", "HEAD")
    assert "parsing" not in lint(mesh, "--select", "PUB001", "--base", "HEAD").err


def test_git_is_told_of_no_worktree(mesh: Path, tmp_path: Path) -> None:
    check_out(mesh, "HEAD", tmp_path / "there")
    assert (tmp_path / "there" / "shop" / "models" / "orders.sql").read_text(encoding="utf-8") == BARE
    listed = subprocess.run(
        ["git", "-C", str(mesh), "worktree", "list"], check=True, capture_output=True, text=True
    ).stdout
    assert len(listed.splitlines()) == 1


def test_a_ref_that_nobody_knows_is_refused(mesh: Path) -> None:
    said = lint(mesh, "--base", "nowhere")
    assert said.code == 2
    assert "git knows no 'nowhere' here" in said.err
