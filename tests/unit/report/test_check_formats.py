"""The formats of `mesh check`: what they say, how long they get, and that no name breaks out of them."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from mesh_tools.build.gates.values import GATES, Checkup, ImpactOf, Notice, Result, told, verdict_of
from mesh_tools.errors import Location, MeshError
from mesh_tools.model.change import Hit
from mesh_tools.report.check.formats import FORMATS
from mesh_tools.report.lint.markdown import LIMIT
from support.lint_reports import finding
from support.meshes import REPOSITORY

SARIF = json.loads((REPOSITORY / "tests" / "cases" / "lint" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
REFUSED = told(
    "sync",
    "sales",
    MeshError(
        "supply has no product 'oders'", where=Location("sales/models/a.sql", 3, 15), hint="did you mean 'orders'?"
    ),
)
HOSTILE = "</details>\n::error::x\x1b[31m@all `|` <img src=x>\u202e"


def checkup(**changes: object) -> Checkup:
    """Of supply, which is good, and sales, whose refs do not resolve."""
    good = tuple(Result(gate=gate, project="supply", verdict="ok", seconds=0.1, summary="fine") for gate in GATES)
    bad = (
        Result(gate="sync", project="sales", verdict="failed", summary="refused", findings=(REFUSED,)),
        *(Result(gate=gate, project="sales", verdict="skipped", summary="not asked") for gate in GATES[1:]),
    )
    hit = Hit(project="sales", node="report", effect="breaking", method="bind", detail="no column", owner="s@x.example")
    impact = ImpactOf(
        project="supply",
        product="supply.orders",
        subject="supply.orders.id",
        rule="CHG003",
        message="column id was removed",
        effective="breaking",
        hits=(hit,),
    )
    values = {
        "mesh": "m",
        "environment": "dev",
        "base": "origin/main",
        "roles": {"supply": "changed", "sales": "consumer"},
        "results": (*good, *bad),
        "impact": (impact,),
        "notify": (Notice(owner="s@x.example", nodes=("sales.report",)),),
        "not_checked": ("PII005 by the linter: needs compiled SQL",),
        "seconds": 1.5,
    }
    return Checkup(**{**values, **changes})  # type: ignore[arg-type]


def test_text_has_a_line_for_each_project_then_what_failed_and_whom_to_tell() -> None:
    text = FORMATS["text"](checkup())
    assert text.splitlines()[0].split() == ["project", *GATES]
    assert text.splitlines()[2].split() == ["sales", "consumer", "failed", "0.0", "s", "-", "-", "-", "-"]
    assert "error[SYNC]: sales: supply has no product 'oders'\n  --> sales/models/a.sql:3:15\n" in text
    assert "sales.report breaks: no column" in text
    assert "to tell: s@x.example: sales.report" in text
    assert "not checked: PII005" in text
    assert text.splitlines()[-1] == (
        "2 projects checked (1 changed since origin/main), in 1.5 s; failed: sync of sales"
    )


def test_changes_of_many_columns_that_hit_the_same_consumers_are_told_once() -> None:
    one = checkup().impact[0]
    more = ImpactOf(**{name: getattr(one, name) for name in one.__struct_fields__} | {"subject": "supply.orders.at"})
    text = FORMATS["text"](checkup(impact=(one, more)))
    assert text.count("CHG003") == 1
    assert "supply.orders: CHG003 column id was removed; so 1 more of its columns" in text


def test_the_document_has_what_its_page_says() -> None:
    document = json.loads(FORMATS["json"](checkup()))
    page = (REPOSITORY / "docs" / "check.md").read_text(encoding="utf-8").partition("## JSON")[2]
    assert all(f"`{key}`" in page for key in document)
    assert document["ok"] is False
    assert [one["verdict"] for one in document["gates"]].count("skipped") == 4
    assert document["findings"][0]["gate"] == "sync"
    assert document["findings"][0]["line"] == 3
    assert document["impact"][0]["hits"][0]["owner"] == "s@x.example"


def test_markdown_gives_the_verdict_first_and_folds_the_rest() -> None:
    text = FORMATS["markdown"](checkup())
    lines = text.splitlines()
    assert lines[:2] == ["<!-- mesh check -->", "### mesh check: failed"]
    assert "| sales (consumer) | **failed** 0.0 s | - | - | - | - |" in lines
    assert text.count("<details") == text.count("</details>") == 3
    assert "### mesh check: passed" in FORMATS["markdown"](checkup(results=checkup().results[:5]))


@pytest.mark.parametrize("number", [100, 5_000])
def test_markdown_is_never_longer_than_a_comment_may_be(number: int) -> None:
    many = tuple(finding(subject=f"shop.orders_{position}", message="is wrong " * 30) for position in range(number))
    results = tuple(
        Result(gate="lint", project=f"project_{position}", verdict="failed", findings=many[position : position + 50])
        for position in range(number)
    )
    roles = {result.project: "changed" for result in results}
    text = FORMATS["markdown"](checkup(results=results, roles=roles, not_checked=("x" * 400,) * number))
    assert len(text) <= LIMIT
    assert "more project" in text
    assert "more: `mesh check` shows them all" in text


@pytest.mark.parametrize("name", FORMATS)
def test_hostile_names_and_messages_stay_text(name: str) -> None:
    """Of other teams' projects: they neither steer a terminal, nor end a line, a tag or a table."""
    bad = told("parse", HOSTILE, MeshError(HOSTILE, hint=HOSTILE, where=Location(HOSTILE, 1)))
    hit = Hit(project=HOSTILE, node=HOSTILE, effect="unknown", method="none", detail=HOSTILE, through=HOSTILE)
    impact = ImpactOf(
        project=HOSTILE,
        product=HOSTILE,
        subject=HOSTILE,
        rule="CHG001",
        message=HOSTILE,
        effective="breaking",
        hits=(hit,),
    )
    result = Result(gate="parse", project=HOSTILE, verdict="failed", summary=HOSTILE, findings=(bad,))
    text = FORMATS[name](
        checkup(
            mesh=HOSTILE,
            base=HOSTILE,
            roles={HOSTILE: "changed"},
            results=(result,),
            impact=(impact,),
            notify=(Notice(owner=HOSTILE, nodes=(HOSTILE,)),),
            not_checked=(HOSTILE,),
        )
    )
    assert "\x1b" not in text
    assert "\u202e" not in text
    if name == "github":
        assert [line.partition(" ")[0] for line in text.splitlines()] == ["::error", "mesh", "mesh"]
    if name == "markdown":
        # What is in inline code is no tag.
        assert text.splitlines().count("</details>") == text.count("<details")
        assert "<img" not in re.sub(r"(`+).*?\1", "", text.replace("\\`", "").replace("\\<", ""))


def test_junit_has_a_test_for_each_gate_of_each_project() -> None:
    root = ET.fromstring(FORMATS["junit"](checkup()))  # noqa: S314 - it was written just now
    assert {key: root.get(key) for key in ("tests", "failures", "skipped")} == {
        "tests": "10",
        "failures": "1",
        "skipped": "4",
    }
    failure = root.find("./testsuite[@name='sales']/testcase[@name='sync']/failure")
    assert failure is not None
    assert "supply has no product 'oders'" in (failure.text or "")


def test_sarif_is_valid_and_says_which_command_it_is_of() -> None:
    document = json.loads(FORMATS["sarif"](checkup()))
    jsonschema.Draft4Validator(SARIF).validate(document)
    run = document["runs"][0]
    assert run["automationDetails"]["id"] == "mesh check/m"
    assert run["results"][0]["ruleId"] == "SYNC"
    assert run["results"][0]["message"]["text"].startswith("sales: supply has no product 'oders'")


def test_gitlab_lists_the_findings_of_all_gates() -> None:
    (issue,) = json.loads(FORMATS["gitlab"](checkup()))
    assert issue["location"] == {"path": "sales/models/a.sql", "lines": {"begin": 3}}
    assert issue["severity"] == "major"


def test_nothing_to_check_is_good() -> None:
    nothing = checkup(roles={}, results=(), impact=(), notify=(), not_checked=())
    assert nothing.ok
    assert FORMATS["text"](nothing) == "nothing to check: no project changed since origin/main\n"


def test_warnings_fail_nothing() -> None:
    assert verdict_of((told("sync", "a", MeshError("x"), "warn"),)) == "ok"
    assert verdict_of((REFUSED,)) == "failed"
