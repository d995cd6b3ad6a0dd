"""`mesh check` of a small mesh in git, as CI runs it: a fresh clone has neither data nor registry, and gets none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from support.meshes import BuiltMesh
from support.repositories import commit, repository

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("check")]

MESH = """
name: trade
projects: [domains/*]
lint: {preset: none, rules: {PUB001: error}}
"""
ORDERS = "select 1 as order_id, 10.5 as amount, 'open' as state"
ORDERS_YML = """
models:
  - name: orders
    config: {access: public, materialized: table, contract: {enforced: true}}
    columns:
      - {name: order_id, data_type: integer}
      - {name: amount, data_type: "decimal(3, 1)"}
      - {name: state, data_type: varchar}
"""
REPORT = "select order_id, amount from {{ ref('supply', 'orders') }}"


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> BuiltMesh:
    """Supply, whose orders sales reports on; and staff, alone. Accepted, locked, committed; then cloned."""
    mesh = BuiltMesh(repository(tmp_path_factory.mktemp("trade")))
    mesh.write("mesh.yml", MESH)
    mesh.write(".gitignore", ".mesh/\ntarget/\nlogs/\ndbt_packages/\nprofiles.yml\npackage-lock.yml\n")
    mesh.project("supply", {"models/orders.sql": ORDERS, "models/orders.yml": ORDERS_YML}, folder="domains/supply")
    mesh.project("sales", {"models/report.sql": REPORT}, reads=("supply",), folder="domains/sales")
    mesh.project("staff", {"models/people.sql": "select 1 as person_id"}, folder="domains/staff")
    mesh.run("mesh", "build")
    mesh.run("mesh", "contract", "accept", "--all")
    mesh.run("mesh", "sync")
    for written in mesh.root.rglob(".mesh"):
        rmtree(written)
    commit(mesh.root)
    return mesh


@pytest.fixture
def edit(mesh: BuiltMesh) -> Any:
    """Writes a file, and puts it back in the end."""
    before: dict[Path, bytes | None] = {}

    def write(path: str, text: str) -> None:
        file = mesh.root / path
        before.setdefault(file, file.read_bytes() if file.is_file() else None)
        mesh.write(path, text)

    yield write
    for file, data in before.items():
        file.unlink() if data is None else file.write_bytes(data)


Edit = Callable[[str, str], None]


def check(mesh: BuiltMesh, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = mesh.run("mesh", "check", "--format", "json", *arguments, check=False)
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    assert done.returncode == code, done.stdout + done.stderr
    return {**json.loads(done.stdout), "progress": done.stderr.splitlines()}


def verdicts(told: dict[str, Any], project: str) -> dict[str, str]:
    return {one["gate"]: one["verdict"] for one in told["gates"] if one["project"] == project}


def messages(told: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["gate"], one["project"], one["message"].splitlines()[0]) for one in told["findings"]]


GOOD = dict.fromkeys(("sync", "parse", "lint", "contract", "impact"), "ok")


def test_a_fresh_clone_is_good_and_is_parsed_once(mesh: BuiltMesh) -> None:
    """Also where files get new ages, as in a clone with a cache."""
    told = check(mesh)
    assert all(verdicts(told, project) == GOOD for project in ("supply", "sales", "staff"))
    assert {one["role"] for one in told["projects"]} == {"other"}
    assert len(told["progress"]) == 3
    for file in mesh.root.rglob("*.sql"):
        file.touch()
    assert check(mesh)["progress"] == []
    assert not list(mesh.root.rglob("*.duckdb"))


def test_a_ref_that_does_not_resolve_stops_its_project_alone(mesh: BuiltMesh, edit: Edit) -> None:
    edit("domains/sales/models/late.sql", "select * from {{ ref('supply', 'oders') }}")
    told = check(mesh, code=1)
    assert verdicts(told, "sales") == {**dict.fromkeys(GOOD, "skipped"), "sync": "failed"}
    assert verdicts(told, "supply") == verdicts(told, "staff") == GOOD
    assert messages(told) == [("sync", "sales", "supply has no product 'oders'")]
    assert told["findings"][0]["line"] == 1


def test_what_dbt_cannot_parse_is_told_with_its_file(mesh: BuiltMesh, edit: Edit) -> None:
    edit("domains/staff/models/people.sql", "select * from {{ ref('nobody') }}")
    told = check(mesh, code=1)
    assert verdicts(told, "staff") == {**dict.fromkeys(GOOD, "skipped"), "sync": "ok", "parse": "failed"}
    assert verdicts(told, "sales") == GOOD
    assert told["findings"][0]["file"] == "domains/staff/models/people.sql"


def test_a_finding_of_the_linter_fails_its_project(mesh: BuiltMesh, edit: Edit) -> None:
    edit("domains/staff/models/people.yml", "models: [{name: people, config: {access: public}}]\n")
    told = check(mesh, code=1)
    assert verdicts(told, "staff")["lint"] == "failed"
    assert ("PUB001", "domains/staff/models/people.yml") in {(one["code"], one["file"]) for one in told["findings"]}


def test_a_broken_promise_is_told_with_who_is_hit(mesh: BuiltMesh, edit: Edit) -> None:
    """The consumer was never built: its SQL, compiled by the check, is bound to what is proposed."""
    edit("domains/supply/models/orders.sql", ORDERS.replace("amount", "total"))
    edit("domains/supply/models/orders.yml", ORDERS_YML.replace("amount", "total"))
    told = check(mesh, code=1)
    assert [one["project"] for one in told["projects"]] == ["supply", "sales", "staff"]
    assert [one["role"] for one in told["projects"]] == ["changed", "consumer", "other"]
    assert verdicts(told, "supply")["contract"] == "failed"
    (renamed,) = [one for one in told["impact"] if one["rule"] == "CHG004"]
    assert renamed["effective"] == "breaking"
    assert ("sales", "report", "breaking") in {(one["project"], one["node"], one["effect"]) for one in renamed["hits"]}
    broken = next(one for one in told["findings"] if one["code"] == "CHG004")
    assert broken["file"] == "domains/supply/models/orders.yml"
    assert broken["line"] is not None


def test_a_new_product_and_its_first_use_may_come_in_one_change(mesh: BuiltMesh, edit: Edit) -> None:
    """Refs resolve by what upstream promises now; what is missing is that somebody accepts it."""
    edit("domains/supply/models/parts.sql", "select 1 as part_id")
    edit(
        "domains/supply/models/parts.yml",
        """
        models:
          - name: parts
            config: {access: public, contract: {enforced: true}}
            columns: [{name: part_id, data_type: integer}]
        """,
    )
    edit("domains/sales/models/use.sql", "select part_id from {{ ref('supply', 'parts') }}")
    told = check(mesh, code=1)
    assert verdicts(told, "sales")["sync"] == verdicts(told, "sales")["parse"] == "ok"
    assert verdicts(told, "supply")["contract"] == "failed"


def test_what_is_used_must_be_in_the_lock(mesh: BuiltMesh, edit: Edit) -> None:
    lock = (mesh.root / "domains/sales/mesh.lock").read_text(encoding="utf-8")
    fingerprint = next(line.split()[-1] for line in lock.splitlines() if "fingerprint:" in line)
    edit("domains/sales/mesh.lock", lock.replace(fingerprint, fingerprint[::-1]))
    told = check(mesh, code=1)
    assert verdicts(told, "sales") == {**GOOD, "sync": "failed"}
    assert "is not what mesh.lock has" in messages(told)[0][2]


def test_only_what_changed_and_what_reads_it(mesh: BuiltMesh, edit: Edit) -> None:
    edit("domains/supply/models/orders.sql", f"{ORDERS}\n-- reviewed")
    assert [one["project"] for one in check(mesh, "--changed")["projects"]] == ["supply", "sales"]
    assert [one["project"] for one in check(mesh, "--changed", "sales")["projects"]] == ["sales"]
    done = mesh.run("mesh", "check", "--changed", "staff")
    assert done.stdout == "nothing to check: no project changed since the last commit\n"


def test_a_model_that_asks_the_warehouse_is_only_parsed_and_that_is_said(mesh: BuiltMesh, edit: Edit) -> None:
    edit(
        "domains/staff/models/people.sql",
        "{% set names = run_query('select 1') if execute else [] %}select {{ names | length }} as person_id",
    )
    told = check(mesh)
    assert verdicts(told, "staff") == GOOD
    assert any(note.startswith("the SQL of staff is not known") for note in told["not_checked"])


def test_a_base_that_is_not_there_ends_the_check(mesh: BuiltMesh) -> None:
    done = mesh.run("mesh", "check", "--base", "origin/main", check=False)
    assert done.returncode == 2
    assert "git knows no 'origin/main' here" in done.stderr


def test_reports_go_to_files_too(mesh: BuiltMesh, tmp_path: Path) -> None:
    mesh.run("mesh", "check", "--report", f"markdown={tmp_path}/a.md", "--report", f"junit={tmp_path}/b.xml")
    assert "mesh check: passed" in (tmp_path / "a.md").read_text(encoding="utf-8")
    assert (tmp_path / "b.xml").read_text(encoding="utf-8").startswith("<?xml")
    done = mesh.run("mesh", "check", "--report", "html=x", check=False)
    assert done.returncode == 2
    assert "is not FORMAT=FILE" in done.stderr


def test_findings_that_were_at_the_base_fail_nothing(tmp_path: Path) -> None:
    """Where there was no mesh at the base, all count."""
    mesh = BuiltMesh(repository(tmp_path))
    mesh.write(".gitignore", ".mesh/\ntarget/\nlogs/\nprofiles.yml\n")
    before = commit(mesh.root)
    mesh.write("mesh.yml", "name: small\nprojects: [staff]\nlint: {preset: none, rules: {PUB001: error}}\n")
    mesh.project("staff", {"models/people.sql": "select 1 as person_id"})
    mesh.write("staff/models/people.yml", "models: [{name: people, config: {access: public}}]\n")
    commit(mesh.root)
    told = check(mesh, "--base", before, code=1)
    assert verdicts(told, "staff")["lint"] == "failed"
    assert any(note.startswith("which findings are new is not known, so all count") for note in told["not_checked"])
    assert verdicts(check(mesh, "--base", "HEAD", code=1), "staff") == {**GOOD, "contract": "failed"}
    mesh.write("mesh.yml", "name: small\nprojects: [staff]\nlint: {preset: none}\n")
    told = check(mesh, code=1)
    assert "policies: no rule of the linter was asked about anything" in told["not_checked"]


def test_projects_that_read_each_other_are_parsed_with_what_they_promise_now(tmp_path: Path) -> None:
    """Nothing of either was ever published, or accepted."""
    mesh = BuiltMesh(tmp_path)
    mesh.write("mesh.yml", "name: loop\nprojects: [east, west]\nlint: {preset: none, rules: {PUB001: error}}\n")
    product = "models: [{name: %s, config: {access: public, contract: {enforced: true}}, columns: [%s]}]\n"
    column = "{name: id, data_type: integer}"
    east = {"models/a.sql": "select 1 as id", "models/c.sql": "select id from {{ ref('west', 'b') }}"}
    west = {"models/b.sql": "select id from {{ ref('east', 'a') }}"}
    mesh.project("east", {**east, "models/a.yml": product % ("a", column)}, reads=("west",))
    mesh.project("west", {**west, "models/b.yml": product % ("b", column)}, reads=("east",))
    told = check(mesh, code=1)
    assert verdicts(told, "east") == verdicts(told, "west") == {**GOOD, "contract": "failed"}
    assert {message for _, _, message in messages(told)} == {"east has no interface.yml", "west has no interface.yml"}
