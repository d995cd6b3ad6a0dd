"""Each rule on before and after, as ``tests/cases/contracts/CHG*.yml`` and the example on its page have it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from mesh_tools.contracts.diff import diff
from mesh_tools.contracts.rules.pages import example_of
from mesh_tools.contracts.rules.registry import RULES
from mesh_tools.model.change import Change
from support.interfaces import interface_from

FOLDER = Path(__file__).parents[2] / "cases" / "contracts"
TODAY = date(2027, 1, 15)
FILES: dict[str, list[dict[str, Any]]] = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("CHG*.yml"))
}
CASES = [pytest.param(name, case, id=f"{name}: {case['says']}") for name, cases in FILES.items() for case in cases]


def changes(before: dict[str, Any] | None, after: dict[str, Any], today: date = TODAY) -> tuple[Change, ...]:
    old = None if before is None else interface_from(before)
    return diff(old, interface_from(after), today=today)


@pytest.mark.parametrize(("name", "case"), CASES)
def test_a_difference_is_judged(name: str, case: dict[str, Any]) -> None:
    found = changes(case["before"], case["after"], case.get("today", TODAY))
    assert [f"{change.rule} {change.cls} {change.bump}" for change in found] == case["changes"]
    assert name[:6] in RULES
    for field in ("columns", "old", "new", "message"):
        if field in case:
            only = next(change for change in found if change.rule == name[:6])
            value = getattr(only, field)
            assert (list(value) if field == "columns" else value) == case[field]


@pytest.mark.parametrize("identifier", RULES)
def test_each_rule_has_cases_in_which_it_speaks_and_in_which_it_does_not(identifier: str) -> None:
    cases = FILES[f"{identifier}-{RULES[identifier].name}"]
    speaks = [any(line.startswith(identifier) for line in case["changes"]) for case in cases]
    assert any(speaks)
    assert not all(speaks)


@pytest.mark.parametrize("identifier", RULES)
def test_the_example_on_a_page_is_judged_as_the_page_says(identifier: str) -> None:
    rule = RULES[identifier]
    before, after = example_of(rule)
    found = [change for change in changes(before, after) if change.rule == identifier]
    assert [(change.cls, change.bump, change.level) for change in found] == [(rule.cls, rule.bump, rule.level)]
