"""Characters are cut only from the very code that dbt has read."""

from __future__ import annotations

import pytest

from mesh_tools.lint.fixes.fix import CutText
from mesh_tools.lint.fixes.in_text import without_text
from mesh_tools.lint.fixes.refused import Refused


@pytest.mark.parametrize(
    ("before", "code", "after"),
    [
        ("select 1;", "select 1;", "select 1"),
        ("\ufeff\r\n\r\nselect 1\r\n;\r\n", "select 1\r\n;", "\ufeff\r\n\r\nselect 1\r\n"),
        ("select 1\n  ;", "select 1\n  ;", "select 1\n"),
        ("select 1 ; -- all\n", "select 1 ; -- all", "select 1  -- all\n"),
        ("select 'ä';\n\n;\n", "select 'ä';\n\n;", "select 'ä'\n\n"),
    ],
)
def test_a_character_goes_and_its_line_when_nothing_else_stands_there(before: str, code: str, after: str) -> None:
    offsets = tuple(position for position, character in enumerate(code) if character == ";")
    assert without_text(before.encode(), CutText(file="a.sql", code=code, offsets=offsets)).decode() == after


@pytest.mark.parametrize("text", ["select 2;", "select 1;\nselect 2", "-- new\nselect 1;", ""])
def test_a_file_that_has_changed_since_is_left(text: str) -> None:
    with pytest.raises(Refused, match="has changed"):
        without_text(text.encode(), CutText(file="a.sql", code="select 1;", offsets=(8,)))


def test_what_is_no_text_is_left() -> None:
    with pytest.raises(Refused, match="not UTF-8"):
        without_text(b"\xff;", CutText(file="a.sql", code="\xff;", offsets=(1,)))
