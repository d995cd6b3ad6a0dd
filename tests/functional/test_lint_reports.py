"""What users see of the linter by the command line, over projects that dbt parsed: reports, scores, rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from mesh_tools.report.lint.json import json_schema as report_schema
from mesh_tools.report.lint.scorecard import json_schema as scorecard_schema
from support.lint_cases import DbtServer, make_mesh
from support.meshes import REPOSITORY, BuiltMesh

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("lint reports")]

FILES = {
    "mesh.yml": "lint: {preset: none, rules: {PUB001: error, REF004: warn}}\n",
    "shop/models/orders.yml": """\
models:
  - name: orders
    description: One order.
    config: {access: public}
    versions: [{v: 1}]
    columns: [{name: order_id, data_type: integer}]
""",
    "shop/models/orders_v1.sql": "select 1 as order_id\n",
    "sales/models/report.sql": "select * from {{ ref('shop', 'orders') }}\n",
    "sales/models/quiet.yml": """\
models:
  - name: quiet
    config: {access: public, meta: {mesh: {ignore: [{code: PUB001, reason: on trial}]}}}
""",
    "sales/models/quiet.sql": "select 1 as id\n",
}


@pytest.fixture(scope="module")
def mesh_root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A mesh of two projects with an error, a warning, and a suppressed error, below the root of a repository."""
    server = DbtServer()
    repository = tmp_path_factory.mktemp("repository")
    (repository / ".git").mkdir()
    make_mesh(repository / "meshes", FILES, server)
    yield repository / "meshes"
    server.close()


def mesh(folder: Path, *arguments: str) -> tuple[int, str, str]:
    done = BuiltMesh(folder).run("mesh", *arguments, check=False)
    return done.returncode, done.stdout, done.stderr


def printed(folder: Path, *arguments: str) -> str:
    code, out, errors = mesh(folder, *arguments)
    assert code == 1, f"{out}\n{errors}"
    return out


def parsed(folder: Path, *arguments: str) -> Any:
    return json.loads(printed(folder, *arguments))


def test_text_shows_the_lines_at_fault(mesh_root: Path) -> None:
    lines = printed(mesh_root, "lint").splitlines()
    ref_help, contract_help = (line for line in lines if "= help: " in line)
    assert lines == [
        "sales",
        "  sales/models/report.sql",
        "    1:18 warn[REF004] sales.report -> shop.orders.v1 follows the latest version, now v1  [fixable with --fix]",
        "      1 | select * from {{ ref('shop', 'orders') }}",
        "        |                  ^^^",
        ref_help,
        "",
        "shop",
        "  shop/models/orders.yml",
        "    5:16 error[PUB001] shop.orders.v1 is public, but enforces no contract  [fixable with --fix]",
        "      5 |     versions: [{v: 1}]",
        "        |                ^",
        contract_help,
        "",
        "1 error, 1 warning in 2 projects; 1 suppressed; 2 fixable with --fix",
    ]


@pytest.mark.parametrize("below", ["", "shop/models"])
def test_sarif_is_valid_and_its_paths_are_those_of_the_repository(mesh_root: Path, below: str) -> None:
    schema = json.loads((REPOSITORY / "tests/cases/lint/sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    document = parsed(mesh_root / below, "lint", "--format", "sarif")
    jsonschema.Draft4Validator(schema).validate(document)
    results = document["runs"][0]["results"]
    places = {
        result["ruleId"]: result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in results
        if not result["suppressions"]
    }
    assert places == {"PUB001": "meshes/shop/models/orders.yml", "REF004": "meshes/sales/models/report.sql"}
    (quiet,) = (result for result in results if result["suppressions"])
    assert quiet["suppressions"] == [{"kind": "inSource", "justification": "on trial"}]
    assert quiet["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "meshes/sales/models/quiet.yml"


def test_github_gitlab_junit_and_markdown_say_the_same(mesh_root: Path) -> None:
    github = printed(mesh_root, "lint", "--format", "github")
    assert "::error file=meshes/shop/models/orders.yml,line=5,col=16,title=PUB001 " in github
    assert "::warning file=meshes/sales/models/report.sql,line=1,col=18,title=REF004 " in github
    gitlab = parsed(mesh_root, "lint", "--format", "gitlab")
    assert {(issue["severity"], issue["location"]["path"]) for issue in gitlab} == {
        ("major", "meshes/shop/models/orders.yml"),
        ("minor", "meshes/sales/models/report.sql"),
    }
    suites = ET.fromstring(printed(mesh_root, "lint", "--format", "junit"))  # noqa: S314 - our own
    assert {suite.get("name"): suite.get("failures") for suite in suites} == {"shop": "1", "sales": "0"}
    markdown = printed(mesh_root, "lint", "--format", "markdown")
    assert "| shop | 1 | 0 | 0 | 0 | 0 |" in markdown
    assert "| sales | 0 | 1 | 0 | 0 | 1 |" in markdown


def test_a_run_can_write_other_reports_to_files(mesh_root: Path, tmp_path: Path) -> None:
    sarif, junit = tmp_path / "new" / "lint.sarif", tmp_path / "lint.xml"
    out = printed(mesh_root, "lint", "--report", f"sarif={sarif}", "--report", f"junit={junit}")
    assert out.splitlines()[-1].startswith("1 error, 1 warning")
    assert json.loads(sarif.read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert junit.read_text(encoding="utf-8").startswith("<?xml")
    for wrong in ("sarif", "pdf=x", "sarif="):
        code, _, errors = mesh(mesh_root, "lint", "--report", wrong)
        assert code == 2
        assert "is not FORMAT=FILE" in errors


def test_json_is_as_its_schema_says(mesh_root: Path) -> None:
    document = parsed(mesh_root, "lint", "--format", "json")
    jsonschema.Draft202012Validator(report_schema()).validate(document)
    assert document["counts"] == {"error": 1, "warn": 1, "info": 0, "known": 0, "suppressed": 1}
    assert document["mesh"] == "example"


def test_scores_say_what_is_missing_and_whole_runs_are_kept(mesh_root: Path) -> None:
    history = mesh_root / ".mesh" / "lint" / "history.jsonl"
    document = parsed(mesh_root, "lint", "--scorecard", "--format", "json")
    jsonschema.Draft202012Validator(scorecard_schema()).validate(document)
    cards = {scored["card"]["name"]: scored["card"] for scored in document["products"]}
    lost = {loss["part"]: loss["points"] for loss in cards["shop.orders.v1"]["losses"]}
    assert lost["contract"] == 12
    assert lost["findings"] == 10
    assert cards["sales.quiet"]["counts"] == {"error": 0, "warn": 0, "info": 0, "suppressed": 1}
    kept = history.read_text(encoding="utf-8").splitlines()
    mesh(mesh_root, "lint")
    mesh(mesh_root, "lint", "--select", "PUB")
    mesh(mesh_root, "lint", "shop")
    assert history.read_text(encoding="utf-8").splitlines() == kept
    text = printed(mesh_root, "lint", "--scorecard")
    assert "shop.orders.v1" in text
    assert "what would raise it most:" in text


def test_scores_are_text_or_json(mesh_root: Path) -> None:
    code, _, errors = mesh(mesh_root, "lint", "--scorecard", "--format", "sarif")
    assert code == 2
    assert "--scorecard is printed as text or json, not as sarif" in errors


def test_rules_show_what_is_in_force(mesh_root: Path) -> None:
    code, out, _ = mesh(mesh_root, "rules", "--select", "PUB")
    rows = {line.split()[0]: line.split()[-1] for line in out.splitlines() if line.startswith("PUB0")}
    assert code == 0
    assert rows["PUB001"] == "error"
    assert {state for rule, state in rows.items() if rule != "PUB001"} <= {"off"}
    assert "in example" in out


def test_rules_outside_a_mesh_are_those_of_the_default(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    code, out, _ = mesh(tmp_path, "rules")
    assert code == 0
    assert "by default" in out


@pytest.mark.parametrize("name", ["PUB001", "pub001", "public-model-without-contract"])
def test_a_rule_has_a_page(mesh_root: Path, name: str) -> None:
    code, out, _ = mesh(mesh_root, "rule", name)
    assert code == 0
    assert out.startswith("PUB001 public-model-without-contract  error\n")
    for title in ("Why:", "Bad:", "Good:", "To do:", "To suppress it:"):
        assert f"\n{title}\n" in out
    assert "in example: error" in out


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("rule", "PUB0001"), "there is no rule 'PUB0001'", "did you mean 'PUB001'?"),
        (("rule", "ref-without-versions"), "there is no rule", "did you mean 'ref-without-version'?"),
        (("rule", "zzz"), "there is no rule 'zzz'", "`mesh rules` lists them all"),
        (("rules", "--select", "PUBB"), "there is no rule or family 'PUBB'", "did you mean 'PUB'?"),
    ],
)
def test_a_rule_that_there_is_not(mesh_root: Path, arguments: tuple[str, ...], message: str, hint: str) -> None:
    code, _, errors = mesh(mesh_root, *arguments)
    assert code == 2
    assert message in errors
    assert hint in errors


def test_rules_for_programs_have_their_pages(mesh_root: Path) -> None:
    _, out, _ = mesh(mesh_root, "rules", "--format", "json")
    rules = {rule["code"]: rule for rule in json.loads(out)}
    assert rules["PUB001"]["active"]
    assert rules["PUB001"]["active_severity"] == "error"
    assert not rules["DOC001"]["active"]
    assert rules["DOC001"]["options"][0].keys() == {"name", "type", "default", "text", "value"}
    assert rules["PUB001"]["bad"]
