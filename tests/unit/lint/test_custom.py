"""Rules of packages and of the mesh's folder: what they can do, and how mistakes are told."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from support.lint_meshes import lint, write_mesh
from support.manifests import model

PYTHON = '''
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.subjects import Model

@rule("{code}", "{name}", tier="starter")
def check(model: Model) -> Found:
    """A model is there."""
    {body}
'''
YAML = """
rules:
  - code: ORG002
    name: staging-is-private
    each: model
    when: {access: public}
    require: {name: {not: {matches: "^stg_"}}}
    message: "is called {name}, and is public"
"""
SQL = """-- code: ORG003
-- name: wide-models
-- severity: error
select m.label as subject, 'has ' || count(*) || ' columns' as message
from columns c join models m on m.unique_id = c.model
group by m.label having count(*) > 1
"""


@pytest.fixture
def mesh(tmp_path: Path) -> Path:
    nodes = [model("shop", "stg_orders", {"id": "int", "amount": "int"}), model("shop", "items", {"id": "int"})]
    root = write_mesh(tmp_path, {"shop": nodes})
    (root / "lint").mkdir()
    return root


def write(root: Path, name: str, text: str) -> None:
    (root / "lint" / name).write_text(text, encoding="utf-8")


def python(code: str = "ORG001", name: str = "is-there", body: str = 'yield "is there"') -> str:
    return PYTHON.format(code=code, name=name, body=body)


def test_rules_in_python_yaml_and_sql_are_asked(mesh: Path) -> None:
    write(mesh, "own.py", python())
    write(mesh, "own.yml", YAML)
    write(mesh, "wide.sql", SQL)
    said = lint(mesh, "--select", "ORG")
    found = {(finding["code"], finding["subject"]): finding["message"] for finding in said.report["findings"]}
    assert found == {
        ("ORG001", "shop.items"): "is there",
        ("ORG001", "shop.stg_orders"): "is there",
        ("ORG002", "shop.stg_orders"): "is called stg_orders, and is public",
        ("ORG003", "shop.stg_orders"): "has 2 columns",
    }
    assert said.code == 1


def test_modules_of_the_folder_import_one_another(mesh: Path) -> None:
    write(mesh, "_common.py", "WORD = 'is there'\n")
    write(mesh, "own.py", "from ._common import WORD\n" + python(body="yield WORD"))
    assert lint(mesh, "--select", "ORG").codes == ["ORG001", "ORG001"]


def test_a_rule_that_crashes_is_a_finding_and_the_others_are_asked(mesh: Path) -> None:
    write(mesh, "own.py", python(body="yield str(1 / 0)"))
    write(mesh, "own.yml", YAML)
    said = lint(mesh, "--select", "ORG")
    assert sorted(said.codes) == ["LNT001", "ORG002"]
    crash = next(finding for finding in said.report["findings"] if finding["code"] == "LNT001")
    assert "ZeroDivisionError" in crash["message"]
    assert "own.py:8" in crash["message"]


def test_a_rule_that_ends_the_process_has_crashed(mesh: Path) -> None:
    write(mesh, "own.py", python(body="raise SystemExit(0)"))
    assert lint(mesh, "--select", "ORG").codes == ["LNT001"]


def test_a_query_that_fails_is_a_finding_with_its_line(mesh: Path) -> None:
    write(mesh, "wide.sql", SQL.replace("m.label as subject", "m.labell as subject"))
    write(mesh, "own.yml", YAML)
    said = lint(mesh, "--select", "ORG")
    assert sorted(said.codes) == ["LNT001", "ORG002"]
    crash = next(finding for finding in said.report["findings"] if finding["code"] == "LNT001")
    assert "labell" in crash["message"]
    assert "wide.sql:4" in crash["message"]


@pytest.mark.parametrize(
    "query",
    [
        "select content as subject, 'x' as message from read_text('/etc/hostname')",
        "copy models to 'stolen.csv'",
        "set enable_external_access = true",
        "drop table models",
        "select 1 as x",
    ],
)
def test_a_query_reads_the_mesh_and_nothing_else(mesh: Path, query: str) -> None:
    write(mesh, "bad.sql", f"-- code: ORG004\n-- name: bad\n{query}")
    assert lint(mesh, "--select", "ORG").codes == ["LNT001"]


@pytest.mark.parametrize(
    ("old", "new", "message", "line"),
    [
        ("access: public", "acess: public", "did you mean 'access'?", 6),
        ("matches:", "match:", "did you mean 'matches'?", 7),
        ('"^stg_"', '"("', "no regular expression", 7),
        ("each: model", "each: modle", "did you mean 'model'?", 5),
        ("{name}, and", "{nam}, and", "did you mean 'name'?", 8),
        ("require:", "requires:", "did you mean 'require'?", 7),
        ("ORG002", "ORG2", "is no code", 3),
    ],
)
def test_a_typo_in_a_yaml_rule_is_told_with_its_line(mesh: Path, old: str, new: str, message: str, line: int) -> None:
    assert old in YAML
    write(mesh, "own.yml", YAML.replace(old, new))
    said = lint(mesh)
    assert said.code == 2
    assert message in said.err
    assert f"own.yml:{line}" in said.err


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("def broken(:\n", "own.py:1"),
        ("\nimport nothing_of_the_kind\n", "own.py:2"),
        ("import sys\nsys.exit(0)\n", "own.py:2"),
        (python(code="ORG1"), "own.py:5"),
        (PYTHON.replace("model: Model", "model").format(code="ORG001", name="x", body="yield ''"), "own.py:5"),
    ],
)
def test_python_that_cannot_be_loaded_is_told_with_its_line(mesh: Path, text: str, place: str) -> None:
    write(mesh, "own.py", text)
    said = lint(mesh)
    assert said.code == 2
    assert place in said.err


@pytest.mark.parametrize("code", ["ORG001", "PUB001"])
def test_two_rules_of_one_code_are_both_named(mesh: Path, code: str) -> None:
    write(mesh, "one.py", python())
    write(mesh, "two.py", python(code=code, name="another"))
    said = lint(mesh)
    assert said.code == 2
    assert f"two rules have the code {code}" in said.err
    assert "another" in said.err


def install(folder: Path, value: str) -> None:
    info = folder / "org_rules-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: org-rules\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[mesh_tools.lint]\norg = {value}\n", encoding="utf-8")


def test_rules_of_an_installed_package_are_asked(
    mesh: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path_factory.mktemp("site")
    install(site, "org_rules_of_a_test")
    (site / "org_rules_of_a_test.py").write_text(python(), encoding="utf-8")
    monkeypatch.syspath_prepend(str(site))
    assert lint(mesh, "--select", "ORG").codes == ["ORG001", "ORG001"]
    sys.modules.pop("org_rules_of_a_test")


def test_a_package_that_cannot_be_imported_is_named(
    mesh: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path_factory.mktemp("site")
    install(site, "org_rules_that_are_gone")
    monkeypatch.syspath_prepend(str(site))
    said = lint(mesh)
    assert said.code == 2
    assert "'org-rules' cannot be imported" in said.err
    assert "No module named 'org_rules_that_are_gone'" in said.err
    text = (mesh / "mesh.yml").read_text(encoding="utf-8").replace("lint: {}", "lint: {plugins: false}")
    (mesh / "mesh.yml").write_text(text, encoding="utf-8")
    assert lint(mesh, "--select", "PUB001").code == 0


OPTIONAL = '''
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Catalog
from mesh_tools.lint.subjects import Model

@rule("ORG001", "told", tier="starter")
def check(model: Model, catalog: {annotation}) -> Found:
    """A model is there."""
    yield "is not in the catalog" if catalog is None else f"has {{len(catalog.nodes)}} companions"
'''


def test_a_rule_may_do_without_a_service(mesh: Path) -> None:
    write(mesh, "own.py", OPTIONAL.format(annotation="Catalog | None"))
    catalog = mesh / "shop" / "target" / "catalog.json"
    schema = "https://schemas.getdbt.com/dbt/catalog/v1.json"
    said = lint(mesh, "--select", "ORG001").report
    assert said["not_checked"] == []
    assert {finding["message"] for finding in said["findings"]} == {"is not in the catalog"}
    catalog.write_text(json.dumps({"metadata": {"dbt_schema_version": schema}, "nodes": {}}), encoding="utf-8")
    said = lint(mesh, "--select", "ORG001").report
    assert {finding["message"] for finding in said["findings"]} == {"has 0 companions"}
    catalog.write_text("no catalog", encoding="utf-8")
    said = lint(mesh, "--select", "ORG001").report
    assert {finding["message"] for finding in said["findings"]} == {"is not in the catalog"}


def test_a_service_is_needed_unless_the_rule_says_otherwise(mesh: Path) -> None:
    write(mesh, "own.py", OPTIONAL.format(annotation="Catalog"))
    said = lint(mesh, "--select", "ORG001").report
    assert said["findings"] == []
    assert [rule["code"] for rule in said["not_checked"]] == ["ORG001"]


@pytest.mark.parametrize("annotation", ["Catalog | Model", "Catalog | Model | None", "str | None"])
def test_what_is_neither_a_service_nor_none_is_refused(mesh: Path, annotation: str) -> None:
    write(mesh, "own.py", OPTIONAL.format(annotation=annotation))
    said = lint(mesh, "--select", "ORG001")
    assert said.code == 2
    assert "'catalog' is neither a service nor an option" in said.err
