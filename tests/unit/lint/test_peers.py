"""The table of other linters' checks is whole, and names rules that there are."""

from __future__ import annotations

import re

import pytest
import yaml

from mesh_tools.lint.registry import built_in
from support.meshes import REPOSITORY

PEERS: dict[str, list[str]] = yaml.safe_load(
    (REPOSITORY / "tests" / "cases" / "lint" / "peers.yml").read_text(encoding="utf-8")
)
PAGE = (REPOSITORY / "docs" / "linters.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| `([\w-]+)`[^|]*\| (.+) \|$", re.MULTILINE)
_CODE = re.compile(r"\[([A-Z]{3}\d{3})\]")


def rows(linter: str) -> list[tuple[str, str]]:
    section = PAGE.partition(f"\n## {linter}\n")[2].partition("\n## ")[0]
    return _ROW.findall(section)


@pytest.mark.parametrize("linter", PEERS)
def test_each_check_of_a_linter_stands_there_once(linter: str) -> None:
    assert sorted(check for check, _ in rows(linter)) == sorted(PEERS[linter])
    assert f"| {linter} | {len(PEERS[linter])} |" in PAGE


@pytest.mark.parametrize("linter", PEERS)
def test_each_check_has_a_rule_or_a_reason(linter: str) -> None:
    for check, here in rows(linter):
        assert _CODE.search(here) or here.startswith(("not here: ", "rules in SQL")), check


@pytest.mark.parametrize("code", sorted(set(_CODE.findall(PAGE))))
def test_each_code_is_a_rule(code: str) -> None:
    assert code in built_in()
