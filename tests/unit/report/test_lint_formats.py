"""The formats of the linter's report: what they say, and that no name or message can break out of them."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given
from rich.cells import cell_len, set_cell_size
from rich.console import Console

from mesh_tools.errors import Location
from mesh_tools.lint.outcome import NotChecked
from mesh_tools.model.finding import Suppression
from mesh_tools.report.lint.formats import FORMATS
from mesh_tools.report.lint.json import json_schema
from mesh_tools.report.lint.markdown import LIMIT
from mesh_tools.report.lint.report import Report
from mesh_tools.report.lint.text import print_report
from support.lint_reports import FOLDER, HOSTILE, REPORTS, finding, report
from support.meshes import REPOSITORY

# As the npm package @microsoft/jest-sarif 1.0.0-beta.0 has it (MIT), and SchemaStore (Apache-2.0).
SARIF = json.loads((REPOSITORY / "tests" / "cases" / "lint" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
SARIF_VALIDATOR = jsonschema.Draft4Validator(SARIF)
JSON_VALIDATOR = jsonschema.Draft202012Validator(json_schema())
NOT_SHOWN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

TWO = report(
    finding(),
    finding(code="REF004", name="ref-without-version", severity="warn", subject="shop.a -> b.c", where=None),
    not_checked=(NotChecked(code="CMP005", need="a catalog", projects=("shop",)),),
    asked={"shop": frozenset({"PUB001", "REF004", "PUB002"})},
)


def sarif(of: Report) -> dict[str, Any]:
    document = json.loads(FORMATS["sarif"](of))
    SARIF_VALIDATOR.validate(document)
    return document["runs"][0]  # type: ignore[no-any-return]


# Every format, of any texts


@pytest.mark.parametrize("name", FORMATS)
@given(of=REPORTS)
def test_nothing_that_hides_or_acts_on_a_terminal_is_printed(name: str, of: Report) -> None:
    printed = FORMATS[name](of)
    assert printed.endswith("\n")
    shown = printed.replace("\u200b", "") if name == "markdown" else printed
    assert NOT_SHOWN.search(shown) is None
    printed.encode()


@given(of=REPORTS)
def test_sarif_is_valid(of: Report) -> None:
    run = sarif(of)
    assert len(run["results"]) == len(of.findings)
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


@given(of=REPORTS)
def test_json_is_as_its_schema_says(of: Report) -> None:
    JSON_VALIDATOR.validate(json.loads(FORMATS["json"](of)))


@given(of=REPORTS)
def test_each_line_for_github_is_one_command_or_plain(of: Report) -> None:
    lines = FORMATS["github"](of).splitlines()
    commands = [line for line in lines if re.match(r"::(error|warning|notice) [^:]*::", line)]
    assert len(commands) == len(of.new)
    assert [line for line in lines if line not in commands and not line.startswith("mesh lint: ")] == []


@given(of=REPORTS)
def test_gitlab_has_a_fingerprint_of_its_own_for_each_issue(of: Report) -> None:
    issues = json.loads(FORMATS["gitlab"](of))
    assert len(issues) == len({issue["fingerprint"] for issue in issues}) == len(of.new)
    assert all(issue["location"]["lines"]["begin"] >= 1 and issue["location"]["path"] for issue in issues)


@given(of=REPORTS)
def test_junit_is_well_formed_and_counts_right(of: Report) -> None:
    root = ET.fromstring(FORMATS["junit"](of))  # noqa: S314 - our own
    assert int(root.get("failures", "")) == len(root.findall(".//failure")) == sum(map(of.fails, of.new))
    assert int(root.get("tests", "")) == len(root.findall(".//testcase"))
    assert int(root.get("skipped", "")) == len(root.findall(".//skipped"))


@given(of=REPORTS)
def test_markdown_holds_no_html_and_no_mention_of_a_project(of: Report) -> None:
    text = FORMATS["markdown"](of)
    assert len(text) <= LIMIT
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
    assert set(re.findall(r"(?<!\\)</?\w+", outside)) <= {"<details", "<summary", "</summary", "</details"}
    assert re.search(r"(?<!&)[@#]\w", outside) is None
    assert re.search(r"(?<!\\)!?\[[^\]]*\]\(", outside) is None
    begins = re.compile(r"$|- |\| |\|-|### |</?details>|and \d|\d+ |no findings")
    assert [line for line in text.splitlines() if not begins.match(line)] == []


# What each says


def test_json_has_all_states_and_counts() -> None:
    suppression = Suppression(source="policy", reason="old")
    of = report(
        finding(), finding(key="2", state="known"), finding(key="3", state="suppressed", suppression=suppression)
    )
    document = json.loads(FORMATS["json"](of))
    assert document["counts"] == {"error": 1, "warn": 0, "info": 0, "known": 1, "suppressed": 1}
    assert [one["state"] for one in document["findings"]] == ["new", "known", "suppressed"]
    assert document["findings"][0]["file"] == "shop/models/orders.yml"
    assert document["findings"][2]["suppression"] == {"source": "policy", "reason": "old"}
    assert document["ok"] is False


def test_paths_for_other_programs_are_relative_to_the_root_of_the_repository() -> None:
    of = report(finding(), finding(where=Location("/elsewhere/a b.yml", 1)), finding(where=Location("../x/c.yml")))
    found = [result["locations"][0]["physicalLocation"]["artifactLocation"] for result in sarif(of)["results"]]
    assert [one["uri"] for one in found] == ["sub/shop/models/orders.yml", "file:///elsewhere/a%20b.yml", "x/c.yml"]
    assert ["uriBaseId" in one for one in found] == [True, False, True]
    assert json.loads(FORMATS["gitlab"](of))[0]["location"] == {
        "path": "sub/shop/models/orders.yml",
        "lines": {"begin": 3},
    }
    assert "file=sub/shop/models/orders.yml,line=3,col=5" in FORMATS["github"](of)


def test_sarif_has_the_place_the_rule_and_who_answers_for_it() -> None:
    run = sarif(report(finding(), finding(state="suppressed", suppression=Suppression(source="inline", reason="old"))))
    first, second = run["results"]
    assert first["level"] == "error"
    assert first["locations"][0]["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 5}
    assert first["partialFingerprints"]["meshLint/v1"] == finding().fingerprint
    assert first["properties"]["domain"] == "shop"
    assert first["suppressions"] == []
    assert second["suppressions"] == [{"kind": "inSource", "justification": "old"}]
    assert "baselineState" not in first
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["id"] == "PUB001"
    assert rule["shortDescription"]["text"] == "A public model enforces no contract."
    assert "**To do:**" in rule["help"]["markdown"]


def test_sarif_tells_what_is_new_against_a_base() -> None:
    run = sarif(report(finding(), finding(state="known"), base="origin/main"))
    assert [result["baselineState"] for result in run["results"]] == ["new", "unchanged"]


def test_sarif_tells_what_was_not_checked() -> None:
    (notification,) = sarif(TWO)["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"] == "CMP005 was not checked: it needs a catalog"


def test_github_shows_the_most_severe_first_and_escapes() -> None:
    of = report(
        finding(severity="info"), finding(message="100%\nmore", subject="a:b,c", where=Location("a,b:c.yml", 1))
    )
    first, second, last = FORMATS["github"](of).splitlines()
    assert first == (
        "::error file=sub/a%2Cb%3Ac.yml,line=1,title=PUB001 public-model-without-contract::"
        "a:b,c 100%25 more%0Ahelp: set `contract: {enforced: true}`"
    )
    assert second.startswith("::notice ")
    assert last == "mesh lint: 1 error, 1 info in 1 project"


def test_junit_fails_for_what_fails_the_run_alone() -> None:
    root = ET.fromstring(FORMATS["junit"](TWO))  # noqa: S314 - our own
    (suite,) = root
    states = {case.get("name", "").split()[0]: [child.tag for child in case] for case in suite}
    assert states == {"PUB001": ["failure"], "REF004": ["system-out"], "PUB002": [], "CMP005": ["skipped"]}
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "1", "1")


def test_markdown_has_a_row_for_each_domain_the_worst_first() -> None:
    of = report(finding(domain="calm", severity="info"), finding(domain="wild"), finding(domain="wild", state="known"))
    rows = [line for line in FORMATS["markdown"](of).splitlines() if line.startswith("| ")]
    assert rows[1:] == ["| wild | 1 | 0 | 0 | 1 | 0 |", "| calm | 0 | 0 | 1 | 0 | 0 |"]


def test_markdown_of_a_large_mesh_is_cut_and_says_so() -> None:
    found = [finding(domain=f"d{number % 300}", subject=f"shop.orders_{number}") for number in range(5000)]
    text = FORMATS["markdown"](report(*found))
    assert LIMIT // 2 < len(text) <= LIMIT
    hidden = int(re.findall(r"and (\d+) more: this comment is full", text)[0])
    assert hidden + text.count("**error**") == 5000
    assert "| and 200 more domains |" in text


def test_clean_is_clean_in_every_format() -> None:
    for name, render in FORMATS.items():
        printed = render(report())
        assert "error" not in printed.lower() or name in {"json", "junit", "markdown"}
    assert FORMATS["text"](report()) == "no findings in 1 project\n"
    assert FORMATS["gitlab"](report()) == "[]\n"


# Text


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "a.yml").write_text("models:\n  - name: orders\n\tx: y\n", encoding="utf-8")
    return tmp_path


def text(folder: Path, *found: Any, **changes: Any) -> str:
    return FORMATS["text"](report(*found, folder=folder, root=folder, **changes))


def test_text_shows_the_line_with_the_word_marked(project: Path) -> None:
    assert text(project, finding(where=Location("a.yml", 2, 5), fixable=True)).splitlines() == [
        "shop",
        "  a.yml",
        "    2:5 error[PUB001] shop.orders is public, but enforces no contract  [fixable with --fix]",
        "      2 |   - name: orders",
        "        |     ^^^^",
        "      = help: set `contract: {enforced: true}`",
        "",
        "1 error in 1 project; 1 fixable with --fix",
    ]


def test_text_shows_lines_and_help_of_a_rule_only_so_often(project: Path) -> None:
    found = [finding(where=Location("a.yml", 2, 5), subject=f"shop.orders_{number}") for number in range(50)]
    lines = text(project, *found).splitlines()
    assert sum("error[PUB001]" in line for line in lines) == 50
    assert sum("= help:" in line for line in lines) == 1
    assert sum("^^^^" in line for line in lines) == 3


def test_text_tells_a_need_once_with_all_its_rules(project: Path) -> None:
    needs = [NotChecked(code=code, need="a catalog", projects=("shop",)) for code in ("CMP005", "DOC010")]
    some = NotChecked(code="RUN001", need="run results", projects=("shop",))
    printed = text(project, not_checked=(*needs, some), projects=("shop", "crm"))
    assert printed.splitlines() == [
        "not checked of shop: CMP005, DOC010: needs a catalog",
        "not checked of shop: RUN001: needs run results",
        "no findings in 2 projects",
    ]


def test_text_puts_the_mark_below_the_word_whatever_is_before_it(tmp_path: Path) -> None:
    line = "名前\t\x1b[31m: " + "x" * 200 + " orders"
    (tmp_path / "a.yml").write_text(line, encoding="utf-8")
    for column, marked in ((line.index("orders") + 1, "orders"), (1, "名前"), (4, "\\x1b"), (5, "[")):
        lines = text(tmp_path, finding(where=Location("a.yml", 1, column))).splitlines()[3:5]
        shown, mark = (part.partition("| ")[2] for part in lines)
        before = shown.partition(marked)[0]
        assert set_cell_size(shown, mark.index("^")) == before
        assert mark.count("^") == cell_len(marked)
        assert cell_len(shown) <= 320
        assert shown.isprintable()


@pytest.mark.parametrize(
    "where", [None, Location("missing.yml", 3), Location("a.yml", 99, 1), Location("a.yml", 2, 99)]
)
def test_text_needs_no_line(project: Path, where: Location | None) -> None:
    assert "error[PUB001] shop.orders" in text(project, finding(where=where))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_project_cannot_add_lines_to_the_text(project: Path, hostile: str) -> None:
    calm = text(project, finding(subject="x", message="y", domain="d", hint="h", where=Location("f")))
    wild = text(
        project, finding(subject=hostile, message=hostile, domain=hostile, hint=hostile, where=Location(hostile))
    )
    assert len(wild.splitlines()) == len(calm.splitlines())


def test_colour_is_for_terminals(project: Path) -> None:
    stream = io.StringIO()
    print_report(Console(file=stream, force_terminal=True, width=200), report(finding(), folder=project))
    assert "\x1b[" in stream.getvalue()
    assert "\x1b[" not in text(project, finding())


def test_known_findings_are_counted_not_shown() -> None:
    assert FORMATS["text"](report(finding(state="known"), folder=FOLDER)) == "no findings in 1 project; 1 known\n"
