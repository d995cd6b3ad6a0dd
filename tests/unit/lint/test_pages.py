"""The pages of the linter's rules are those of the code, and every page is whole."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pytest
from msgspec import Struct

from mesh_tools.lint.describe import LETTERS, is_fixable, needs_of, options_of
from mesh_tools.lint.page import page_of
from mesh_tools.lint.pages import page, pages
from mesh_tools.lint.regexes import Regex
from mesh_tools.lint.registry import FAMILIES, built_in
from mesh_tools.lint.rule import Found, rule
from mesh_tools.lint.services import Catalog
from mesh_tools.lint.subjects import Model
from support.meshes import REPOSITORY

FOLDER = REPOSITORY / "docs" / "rules"
RULES = built_in()
ASKED = {code: rule for code, rule in RULES.items() if rule.check is not None}


class Extra(Struct, frozen=True):
    name: str
    types: tuple[str, ...] = ()


@rule("ORG001", "strange-name", severity="info", tier="opt-in", side="consumer", privacy=True)
def strange(  # noqa: PLR0913 - one option of each type
    model: Model,
    catalog: Catalog,
    *,
    pattern: str,
    words: int = 3,
    share: float = 0.5,
    strict: bool = False,
    names: tuple[str, ...] = ("a", "b"),
    layers: Mapping[str, tuple[str, ...]] | None = None,
    kind: Literal["one", "two"] = "one",
    wanted: Mapping[str, tuple[Regex, ...]] | Mapping[str, Regex] | None = None,
    more: tuple[Extra, ...] = (),
) -> Found:
    """A model is | strange.

    Options:
        pattern: What | it has.

    Bad:
        models/a.md:
            ```sql
            x
            ```
        base/models/a.sql:
            select 1
        expect:
            mesh
            models/a.sql
    """
    if catalog.nodes and pattern and (words, share, strict, names, layers, kind, wanted, more):
        yield model.label


def test_the_committed_pages_are_those_of_the_code(tmp_path: Path) -> None:
    """`make docs` writes them anew."""
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert written == pages()
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "ZZZ999.md").write_text("of a rule that was removed", encoding="utf-8")
    (folder / "notes.md").write_text("of somebody else", encoding="utf-8")
    subprocess.run([sys.executable, "-m", "mesh_tools.lint.pages", str(folder)], check=True, capture_output=True)
    assert {path.name for path in folder.iterdir()} == {*pages(), "notes.md"}


@pytest.mark.parametrize("code", RULES)
def test_a_page_says_what_why_and_what_to_do(code: str) -> None:
    found = page_of(RULES[code])
    assert found.what.endswith(".")
    assert found.why
    assert found.to_do
    assert code[:3] in FAMILIES


@pytest.mark.parametrize("code", ASKED)
def test_a_page_has_both_examples_and_every_option(code: str) -> None:
    found = page_of(ASKED[code])
    assert found.bad
    assert found.good
    assert {option.name for option in options_of(ASKED[code])} == set(found.options)


def test_names_are_given_once() -> None:
    assert len({rule.name for rule in RULES.values()}) == len(RULES)


@pytest.mark.parametrize("code", ASKED)
def test_a_rule_that_gives_a_fix_says_so(code: str) -> None:
    check = ASKED[code].check
    assert check is not None
    if re.search(r"\bfix=", inspect.getsource(check)):
        assert is_fixable(ASKED[code]), "its page does not tell what `mesh lint --fix` does"


def test_the_options_of_a_rule_have_their_types_and_defaults() -> None:
    options = {option.name: (option.type, option.default) for option in options_of(strange)}
    assert options == {
        "pattern": ("text", None),
        "words": ("number", "3"),
        "share": ("number", "0.5"),
        "strict": ("true or false", "false"),
        "names": ("list of text", '["a", "b"]'),
        "layers": ("text to list of text", "null"),
        "kind": ("`one` or `two`", '"one"'),
        "wanted": ("text to list of regular expression or text to regular expression", "null"),
        "more": ("list of keys (`name`, `types`)", "[]"),
    }


def test_what_a_rule_needs_goes_by_its_services_and_options() -> None:
    assert needs_of(strange) == "MCP"
    assert set(needs_of(strange)) <= set(LETTERS)


def test_a_page_keeps_what_would_break_markdown_in_its_place() -> None:
    text = page(strange)
    assert "| `pattern` | text | has to be set | What \\| it has. |" in text
    assert "````markdown\n```sql\nx\n```\n````" in text
    assert "`models/a.sql`, as it was at the base\n\n```sql\nselect 1\n```" in text
    assert "At fault as a whole: the mesh, `models/a.sql`." in text
    assert "preset privacy · needs manifests, a catalog, a setting in the policy" in text
    assert "mended by the consumer" in text


def test_the_index_lists_each_rule_in_its_family() -> None:
    index = pages()["README.md"]
    listed = re.findall(r"^\| \[([A-Z]{3}\d{3})\]\(\1\.md\)", index, re.MULTILINE)
    assert sorted(listed) == sorted(RULES)


def test_rules_of_the_engine_have_no_examples() -> None:
    for own in RULES.values():
        assert ("## Bad" in page(own)) == (own.check is not None)
