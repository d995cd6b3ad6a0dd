"""What the linter does with projects, findings and exit codes, whatever the rules are."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from support.lint_meshes import lint, write_mesh
from support.manifests import model, write_manifest

BARE = {"contract": {"enforced": False}, "config": {"materialized": "table"}}
"""A public model without a contract, which PUB001 finds."""


@pytest.fixture
def mesh(tmp_path: Path) -> Path:
    shop = [model("shop", "orders", {"id": "int"}, **BARE), model("shop", "items", {"id": "int"})]
    return write_mesh(tmp_path, {"shop": shop, "sales": [model("sales", "deals", {"id": "int"}, **BARE)]})


def test_findings_fail_and_a_clean_mesh_does_not(mesh: Path) -> None:
    assert lint(mesh, "--select", "PUB001").code == 1
    assert lint(mesh, "--select", "PUB001").codes == ["PUB001", "PUB001"]
    write_manifest(mesh / "shop", "shop", model("shop", "orders", {"id": "int"}))
    assert lint(mesh, "shop", "--select", "PUB001").code == 0


def test_of_projects_that_were_not_named_nothing_is_told(mesh: Path) -> None:
    said = lint(mesh, "sales", "--select", "PUB001")
    assert [finding["subject"] for finding in said.report["findings"]] == ["sales.deals"]
    assert said.report["projects"] == ["sales"]
    text = lint(mesh, "sales", "--select", "PUB001", "--report", "junit=junit.xml", form="text")
    assert text.out.splitlines()[-1].startswith("1 error in 1 project")
    assert "shop" not in (mesh / "junit.xml").read_text(encoding="utf-8")


def test_nothing_asked_has_an_exit_code_of_its_own(mesh: Path) -> None:
    assert lint(mesh, "--select", "SNP").code == 3


def test_an_unknown_code_is_refused_with_the_one_that_is_near(mesh: Path) -> None:
    said = lint(mesh, "--select", "PUB01")
    assert said.code == 2
    assert "did you mean" in said.err


@pytest.mark.parametrize("arguments", [("--select", "PUB01"), ("--ignore", "PUB01"), ("--preset", "strickt")])
def test_what_is_wrong_on_the_command_line_is_not_laid_to_a_file(mesh: Path, arguments: tuple[str, str]) -> None:
    said = lint(mesh, *arguments)
    assert said.code == 2
    assert "mesh.yml" not in said.err


@pytest.mark.parametrize(
    ("rules", "message", "line"),
    [
        ({"PUB0O1": "error"}, "there is no rule or family 'PUB0O1'", 6),
        ({"PUB001": "eror"}, "no severity", 6),
        ({"DIR002": {"allowed": 3}}, "allowed", 7),
        ({"PUB001": {"nonsense": 1}}, "has no options", 7),
        ({"NAM002": {"pattern": "(a"}}, "NAM002: '(a' is no regular expression: missing ), ", 7),
        ({"NAM001": {"patterns": {"models/*": "a", "models/b/*": "["}}}, "'[' is no regular expression", 9),
        ({"TST004": {"required": {"*_id": ["unique"]}}}, "'*_id' is no regular expression: nothing to repeat", 8),
        ({"NAM005": {"conventions": [{"name": "a)", "types": ["date"]}]}}, "'a)' is no regular expression", 8),
        ({"PII004": {"patterns": ["mail", "+"]}}, "'+' is no regular expression", 9),
        ({"MET004": {"types": ["modle"]}}, "MET004.types", 8),
    ],
)
def test_a_wrong_policy_is_refused_with_its_line(
    tmp_path: Path, rules: dict[str, object], message: str, line: int
) -> None:
    root = write_mesh(tmp_path, {"shop": [model("shop", "orders", {"id": "int"})]}, {"rules": rules})
    said = lint(root)
    assert said.code == 2
    assert message in said.err
    assert f"mesh.yml:{line}" in said.err


def test_a_broken_manifest_among_others_is_an_error_and_the_others_are_linted(mesh: Path) -> None:
    (mesh / "shop/target/manifest.json").write_text('{"metadata": {', encoding="utf-8")
    said = lint(mesh, "--select", "PUB001")
    assert said.code == 1
    assert sorted(said.codes) == ["LNT002", "PUB001"]


def test_a_foreign_manifest_among_others_is_an_error_and_the_others_are_linted(mesh: Path) -> None:
    (mesh / "shop/target/manifest.json").write_text('{"name": "an app", "start_url": "/"}', encoding="utf-8")
    assert sorted(lint(mesh, "--select", "PUB001").codes) == ["LNT002", "PUB001"]


def test_macros_that_cannot_be_read_are_not_checked(mesh: Path) -> None:
    path = mesh / "shop/target/manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    node = manifest["nodes"]["model.shop.orders"]
    node["depends_on"] = {**(node.get("depends_on") or {}), "macros": True}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    said = lint(mesh, "--select", "MAC001", "--select", "PUB001")
    assert said.codes == ["PUB001", "PUB001"]
    assert {(one["code"], *one["projects"]) for one in said.report["not_checked"]} == {("MAC001", "shop")}


def test_a_project_without_manifest_is_an_error(mesh: Path) -> None:
    (mesh / "shop/target/manifest.json").unlink()
    said = lint(mesh, "--select", "PUB001")
    assert sorted(said.codes) == ["LNT002", "PUB001"]


def test_when_nothing_can_be_read_the_linter_could_not_run(mesh: Path) -> None:
    for name in ("shop", "sales"):
        (mesh / name / "target/manifest.json").unlink()
    assert lint(mesh).code == 2


def test_a_baseline_holds_what_was_there_and_says_what_is_gone(mesh: Path) -> None:
    assert lint(mesh, "--select", "PUB001", "--write-baseline", form="text").code == 0
    path = mesh / "lint-baseline.json"
    written = path.read_bytes()
    assert [entry["subject"] for entry in json.loads(written)["findings"]] == ["sales.deals", "shop.orders"]
    said = lint(mesh, "--select", "PUB001")
    assert (said.code, said.codes) == (0, [])

    lint(mesh, "--select", "PUB001", "--write-baseline", form="text")
    assert path.read_bytes() == written

    write_manifest(mesh / "shop", "shop", model("shop", "orders", {"id": "int"}))
    assert lint(mesh, "--select", "PUB001").codes == ["SUP002"]
    assert lint(mesh, "sales", "--select", "PUB001").codes == []
    assert lint(mesh, "--select", "PUB002").codes.count("SUP002") == 0


def test_a_narrow_run_leaves_the_rest_of_the_baseline(mesh: Path) -> None:
    lint(mesh, "--select", "PUB001", "--write-baseline", form="text")
    lint(mesh, "sales", "--select", "PUB001", "--write-baseline", form="text")
    found = json.loads((mesh / "lint-baseline.json").read_bytes())["findings"]
    assert [entry["subject"] for entry in found] == ["sales.deals", "shop.orders"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{\n  "version": 1,\n<<<<<<< HEAD\n', "lint-baseline.json:3"),
        ('{\n  "version": 1,\n  "findings": [\n    {"code": 3}\n  ]\n}', "lint-baseline.json:4"),
    ],
)
def test_a_broken_baseline_is_refused_with_its_line(mesh: Path, text: str, place: str) -> None:
    (mesh / "lint-baseline.json").write_text(text, encoding="utf-8")
    said = lint(mesh)
    assert said.code == 2
    assert place in said.err


def test_what_was_there_at_the_base_does_not_fail(mesh: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    base = tmp_path_factory.mktemp("base")
    write_manifest(base / "deep/down/shop", "shop", model("shop", "orders", {"id": "int"}, **BARE))
    said = lint(mesh, "--select", "PUB001", "--base", str(base))
    assert said.code == 1
    assert {finding["subject"]: finding["state"] for finding in said.report["findings"]} == {
        "sales.deals": "new",
        "shop.orders": "known",
    }


def test_a_base_that_is_not_there_is_refused(mesh: Path) -> None:
    said = lint(mesh, "--base", "nothing-of-the-kind")
    assert said.code == 2
    assert lint(mesh, "--base", "registry:dev").code == 2


def test_an_artifact_of_none_of_the_projects_is_refused(mesh: Path) -> None:
    path = mesh / "catalog.json"
    path.write_text('{"metadata": {}, "nodes": {"model.other.x": {}}, "sources": {}}', encoding="utf-8")
    said = lint(mesh, "--catalog", "catalog.json")
    assert said.code == 2
    assert "none of the projects" in said.err


def test_an_expired_suppression_is_told_and_does_not_count(tmp_path: Path) -> None:
    yesterday = (datetime.now(tz=timezone.utc).date() - timedelta(days=2)).isoformat()
    ignores = [{"code": "PUB001", "reason": "soon", "until": yesterday}]
    shop = [model("shop", "orders", {"id": "int"}, **BARE)]
    root = write_mesh(tmp_path, {"shop": shop}, {"ignores": ignores})
    assert sorted(lint(root, "--select", "PUB001").codes) == ["PUB001", "SUP001"]


def test_a_suppression_until_no_date_is_told_so(tmp_path: Path) -> None:
    ignore = {"code": "PUB001", "reason": "soon", "until": "tomorrow"}
    shop = [model("shop", "orders", {"id": "int"}, **BARE, meta={"mesh": {"ignore": [ignore]}})]
    said = lint(write_mesh(tmp_path, {"shop": shop}), "--select", "PUB001")
    assert sorted(said.codes) == ["PUB001", "SUP001"]
    assert "ends on 'tomorrow', which is no date" in said.out
    said = lint(write_mesh(tmp_path, {"shop": shop}, {"ignores": [ignore]}))
    assert (said.code, "mesh.yml:" in said.err) == (2, True)


@pytest.mark.parametrize("until", ["2999-12-31", date(2999, 12, 31)])
def test_the_last_day_of_a_suppression_needs_no_quotes(tmp_path: Path, until: object) -> None:
    ignores = [{"code": "PUB001", "reason": "soon", "until": until}]
    shop = [model("shop", "orders", {"id": "int"}, **BARE)]
    said = lint(write_mesh(tmp_path, {"shop": shop}, {"ignores": ignores}), "--select", "PUB001")
    assert [finding["suppression"]["until"] for finding in said.report["findings"]] == ["2999-12-31"]


@pytest.mark.parametrize(
    "settings",
    [
        {"projects": {"shp": {"rules": {"PUB001": "error"}}}},
        {"ignores": [{"code": "PUB001", "reason": "soon", "project": "shp"}]},
    ],
)
def test_a_policy_for_a_project_that_is_not_there_is_refused(tmp_path: Path, settings: dict[str, object]) -> None:
    said = lint(write_mesh(tmp_path, {"shop": [model("shop", "orders", {"id": "int"})]}, settings))
    assert said.code == 2
    assert "no project 'shp' in this mesh" in said.err
    assert "mesh.yml:" in said.err
    assert "did you mean 'shop'" in said.err


def test_codes_may_be_given_with_commas(mesh: Path) -> None:
    assert lint(mesh, "--select", "PUB001,SNP").codes == ["PUB001", "PUB001"]
    assert lint(mesh, "--select", "PUB001,SNP", "--ignore", "SNP, PUB").code == 3


def test_a_manifest_that_is_not_there_is_called_after_its_folder(mesh: Path) -> None:
    missing = ("--manifest", "wholesale/target/manifest.json")
    said = lint(mesh, *missing, "--manifest", "shop/target/manifest.json", "--select", "PUB001")
    assert {(one["code"], one["project"]) for one in said.report["findings"]} == {
        ("LNT002", "wholesale"),
        ("PUB001", "shop"),
    }
    assert lint(mesh, *missing, "--env", "dev").code == 2


def test_a_suppressed_family_is_unused_only_if_all_of_it_was_asked(tmp_path: Path) -> None:
    ignores = [{"code": "PUB", "reason": "later"}]
    root = write_mesh(tmp_path, {"shop": [model("shop", "orders", {"id": "int"})]}, {"ignores": ignores})
    assert lint(root, "--select", "PUB001").codes == []


def test_manifests_alone_need_no_mesh(tmp_path: Path) -> None:
    manifest = write_manifest(tmp_path / "shop", "shop", model("shop", "orders", {"id": "int"}, **BARE))
    said = lint(tmp_path, "--manifest", str(manifest), "--select", "PUB001")
    assert (said.code, said.codes) == (1, ["PUB001"])
    nowhere = lint(tmp_path)
    assert nowhere.code == 2
    assert "`mesh lint --manifest target/manifest.json`" in nowhere.err
