"""The pages of the rules are those of the code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mesh_tools.contracts.rules.pages import pages
from mesh_tools.contracts.rules.registry import COLUMN_RULES, INTERFACE_RULES, PRODUCT_RULES, RULES, VERSION_RULES
from mesh_tools.model.change import BUMPS, CLASSES
from support.meshes import REPOSITORY

FOLDER = REPOSITORY / "docs" / "changes"
ROWS = [f"CHG{row:03}" for row in range(1, 49)]


def test_the_committed_pages_are_those_of_the_code(tmp_path: Path) -> None:
    """`python -m mesh_tools.contracts.rules.pages docs/changes` writes them anew."""
    command = [sys.executable, "-m", "mesh_tools.contracts.rules.pages", str(tmp_path / "changes")]
    subprocess.run(command, check=True, capture_output=True)
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "changes").iterdir()}
    assert written == pages()
    assert written == {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}


def test_each_row_of_the_taxonomy_is_a_rule() -> None:
    assert list(RULES)[: len(ROWS)] == ROWS


def test_each_rule_is_asked() -> None:
    asked = {rule.id for rules in (INTERFACE_RULES, PRODUCT_RULES, VERSION_RULES) for rule in rules}
    asked |= {rule.id for rules in COLUMN_RULES.values() for rule in rules}
    assert asked == RULES.keys()


@pytest.mark.parametrize("identifier", RULES)
def test_a_rule_is_whole(identifier: str) -> None:
    rule = RULES[identifier]
    assert re.fullmatch(r"CHG\d{3}", rule.id)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
    assert rule.check.__name__ == rule.name.replace("-", "_")
    # The layout of the data is no surface: it needs a word to the consumers, and a patch.
    needed = {"safe": "none", "dangerous": "minor", "breaking": "major"} | (
        {"dangerous": "patch"} if rule.id == "CHG037" else {}
    )
    assert BUMPS.index(rule.bump) >= BUMPS.index(needed[rule.cls])
    assert rule.cls in CLASSES


def test_names_are_given_once() -> None:
    assert len({rule.name for rule in RULES.values()}) == len(RULES)
