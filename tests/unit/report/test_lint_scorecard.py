"""What `mesh lint --scorecard` prints."""

from __future__ import annotations

import io
import json
from datetime import datetime, timezone

import jsonschema
import pytest

from mesh_tools.lint.scorecard import DomainEntry, Entry, scorecard_of
from mesh_tools.report.console import console
from mesh_tools.report.lint.scorecard import as_json, json_schema, print_scorecard, scored, sparkline
from support.lint_reports import HOSTILE, finding
from support.scorecards import mesh, product

NOW = datetime(2026, 7, 10, 8, tzinfo=timezone.utc)
BEFORE = Entry(
    at="2026-07-09T08:00:00+00:00",
    score=80,
    domains={"shop": DomainEntry(score=95), "crm": DomainEntry(score=88)},
    products={"shop.orders": 78},
)
SCORES = scorecard_of(mesh({"shop": [product()], "crm": [product("leads", contract=False)]}), [finding()])


def text(*history: Entry) -> str:
    stream = io.StringIO()
    print_scorecard(console(stream), scored(SCORES, history, NOW, "abc"))
    return stream.getvalue()


def test_domains_come_first_the_lowest_score_on_top() -> None:
    lines = [line.split() for line in text(BEFORE).splitlines()]
    assert [line[0] for line in lines if line][:7] == [
        "domain",
        "crm",
        "shop",
        "product",
        "crm.leads",
        "shop.orders",
        "example:",
    ]


def test_a_row_says_score_badge_trend_findings_and_what_would_raise_it() -> None:
    rows = {line.split()[0]: " ".join(line.split()) for line in text(BEFORE).splitlines() if line.strip()}
    assert rows["shop"] == "shop 92 bronze ██ ↓3 1 0 0 0 +8.0 PUB001: lost by 1 of 1 product"
    assert rows["crm"] == "crm 90 gold ██ ↑2 0 0 0 0 +9.6 contract: lost by 1 of 1 product"
    assert rows["crm.leads"].startswith("crm.leads 88 silver new ")
    assert rows["shop.orders"].startswith("shop.orders 90 bronze ▇█ ↑12 ")


def test_the_mesh_has_its_own_score_and_advice() -> None:
    assert text(BEFORE).splitlines()[-4:] == [
        "example: 91 of 100, bronze  ▇█ ↑11",
        "what would raise it most:",
        "  +4.8  contract: lost by 1 of 2 products: enforce a contract",
        "  +4.0  PUB001: lost by 1 of 2 products: see `mesh rule PUB001`",
    ]


def test_without_history_everything_is_new() -> None:
    assert "↑" not in text()
    assert text().count(" new ") == 4


def test_json_is_as_its_schema_says() -> None:
    document = json.loads(as_json(scored(SCORES, [BEFORE], NOW, None)))
    jsonschema.Draft202012Validator(json_schema()).validate(document)
    assert document["mesh"]["trend"] == {"before": 80, "scores": [80, 91]}
    assert document["at"] == "2026-07-10T08:00:00+00:00"
    assert document["commit"] is None


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_name_cannot_add_lines_or_act_on_a_terminal(hostile: str) -> None:
    scores = scorecard_of(mesh({"shop": [product()]}, domains={"shop": hostile}), [finding(name=hostile, code="X")])
    stream = io.StringIO()
    print_scorecard(console(stream), scored(scores, (), NOW, None))
    lines = stream.getvalue().splitlines()
    assert len(lines) == 9
    assert all(line.isprintable() for line in lines)


def test_bars_go_from_0_to_100() -> None:
    assert sparkline((0, 12, 13, 50, 99, 100)) == "▁▁▂▅██"
