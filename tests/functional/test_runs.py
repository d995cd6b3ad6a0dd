"""`mesh runs` after real builds: what ran, what did not and why, and where the time went."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.builds import PUBLIC, build
from support.meshes import BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("runs")]

STOCK = {
    "models/items.sql": "select -1 as amount",
    "models/items.yml": PUBLIC % "items",
    "tests/no_negative_stock.sql": "select * from {{ ref('items') }} where amount < 0",
}


@pytest.fixture(scope="module")
def mesh(new_mesh: Callable[[str], BuiltMesh]) -> BuiltMesh:
    """One project was built before, one has a test that fails, one reads that one, and one reads what is good."""
    mesh = new_mesh("name: corner\nprojects: [shop, stock, sales, plans]\n")
    mesh.project("shop", {"models/orders.sql": "select 10.5 as amount", "models/orders.yml": PUBLIC % "orders"})
    mesh.project("stock", STOCK)
    mesh.project("sales", {"models/revenue.sql": "select * from {{ ref('shop', 'orders') }}"}, reads=("shop",))
    mesh.project("plans", {"models/wanted.sql": "select * from {{ ref('stock', 'items') }}"}, reads=("stock",))
    build(mesh, "--select", "shop")
    build(mesh, code=1)
    return mesh


def document(mesh: BuiltMesh, *arguments: str) -> Any:
    return json.loads(mesh.run("mesh", "runs", *arguments, "--format", "json").stdout)


def test_both_builds_are_listed_newest_first(mesh: BuiltMesh) -> None:
    newest, first = document(mesh)["runs"]
    assert (first["outcome"], first["built"], first["request"]) == ("success", 1, {"select": ["shop"]})
    assert newest["outcome"] == "failed"
    assert [newest[name] for name in ("built", "unchanged", "failed", "skipped")] == [1, 1, 1, 1]
    assert newest["seconds"] > 0


def test_the_last_run_says_what_became_of_each_project_and_why(mesh: BuiltMesh) -> None:
    shown = document(mesh, "show")
    assert {project["project"]: (project["status"], project["why"]) for project in shown["projects"]} == {
        "shop": ("unchanged", ["nothing that it is made of has changed"]),
        "stock": ("failed", ["it was never built"]),
        "sales": ("success", ["it was never built"]),
        "plans": ("skipped", ["stock was not built"]),
    }
    assert (shown["resume"], shown["problems"]) == ("mesh build --resume", [])


def test_the_time_of_a_project_is_accounted_for(mesh: BuiltMesh) -> None:
    shown = document(mesh, "show")
    (stock,) = [project for project in shown["projects"] if project["project"] == "stock"]
    assert stock["phases"].keys() >= {"parse", "run", "artifacts", "other"}
    assert sum(stock["phases"].values()) == pytest.approx(stock["seconds"], abs=0.01)
    assert shown["run"]["setup"] > 0
    assert shown["seconds"] >= stock["seconds"]


def test_people_see_the_failure_and_how_to_go_on(mesh: BuiltMesh) -> None:
    output = mesh.run("mesh", "runs", "show").stdout
    assert "stock: test no_negative_stock fail\n  --> stock/tests/no_negative_stock.sql\n" in output
    assert output.endswith("go on with it: mesh build --resume\n")


def test_an_earlier_run_is_found_by_the_beginning_of_its_id(mesh: BuiltMesh) -> None:
    _, first = document(mesh)["runs"]
    shown = document(mesh, "show", first["id"][:15])
    assert [node["unique_id"] for node in shown["nodes"]] == ["model.shop.orders"]


def test_the_slowest_models_are_those_of_all_runs(mesh: BuiltMesh) -> None:
    nodes = document(mesh, "slowest", "--kind", "model")["nodes"]
    assert {node["unique_id"] for node in nodes} == {"model.shop.orders", "model.stock.items", "model.sales.revenue"}
    assert [node["seconds"] for node in nodes] == sorted((node["seconds"] for node in nodes), reverse=True)


def test_a_journal_that_is_damaged_is_told_with_its_line(mesh: BuiltMesh) -> None:
    run = document(mesh)["runs"][0]["id"]
    journal = mesh.root / ".mesh" / "runs" / run / "journal.jsonl"
    first, _, rest = journal.read_text().partition("\n")
    whole = f"{first}\n{rest}"
    journal.write_text(f"{first}\nnot JSON\n{rest}")
    output = mesh.run("mesh", "runs", "show", run).stdout
    journal.write_text(whole)
    assert f"  --> {Path('.mesh/runs') / run / 'journal.jsonl'}:2\n" in output
    assert "stock    failed" in output
