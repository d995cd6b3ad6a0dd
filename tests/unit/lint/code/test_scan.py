"""What of the code is SQL."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_tools.lint.code.scan import blanked, pieces, uncommented

PARTS = ["'", "''", '"', "`", "--", "/*", "*/", "{{", "}}", "{%", "%}", "{#", "#}", "$$", "$a$", "\\", "{", "}", "E'"]
CODE = st.lists(
    st.one_of(st.sampled_from([*PARTS, "\n", "\r\n", " ", "select", "from a.b", "#", "//"]), st.text())
).map("".join)


@pytest.mark.parametrize(
    ("code", "left"),
    [
        ("a -- b\nc", "a     \nc"),
        ("a /* b\n */c", "a     \n   c"),
        ("a 'it''s' b", "a '_____' b"),
        ("a '-- no' b", "a '_____' b"),
        ('a "b ""c" d', 'a "_____" d'),
        ("a `b c` d", "a `___` d"),
        ("a {# b #}c", "a        c"),
        ("a {% if b %}c", "a           c"),
        ("a '{{ var('b') }}' c", "a '______________' c"),
        ("-- {# b\n#} c\nd", "       \n    \nd"),
        ("a {% set b = '%}' %}c", "a                   c"),
        ("a $$ b' $$ c", "a $______$ c"),
        ("a$b$c", "a$b$c"),
        ("# it's\na", "      \na"),
        ("a // b", "a // b"),
        ("E'it\\'s' a", "E'_____' a"),
        ("'\\' a", "'_' a"),
    ],
)
def test_code_without_what_is_no_sql(code: str, left: str) -> None:
    assert blanked(code) == left


@pytest.mark.parametrize("code", ["{{ b }}", "{{ '}}' }}", "{{ {'a': {'b': 1}} }}", "{{ {'a': 1}}}", '{{ "it\'s" }}'])
def test_an_expression_reaches_to_its_own_end(code: str) -> None:
    assert blanked(f"{code}a") == "\0" * len(code) + "a"


def test_a_backslash_escapes_a_quote_where_the_warehouse_has_it_so() -> None:
    assert blanked("'it\\'s' a", escapes=True) == "'_____' a"


def test_comments_alone_can_be_blanked() -> None:
    assert uncommented("a 'b' -- c\n{{ d }} {# e #}") == "a 'b'     \n{{ d }}        "


@given(CODE, st.booleans())
def test_every_character_and_every_line_stays_where_it_was(code: str, escapes: bool) -> None:  # noqa: FBT001
    left = blanked(code, escapes=escapes)
    assert len(left) == len(code)
    assert [at for at, char in enumerate(left) if char in "\r\n"] == [
        at for at, char in enumerate(code) if char in "\r\n"
    ]


@given(CODE)
def test_pieces_follow_each_other(code: str) -> None:
    end = 0
    for piece in pieces(code):
        assert end <= piece.start < piece.end <= len(code)
        end = piece.end


@pytest.mark.parametrize("part", ["'\\", "{{", "{{ '", "'\"", "/*", "$a", "{{ {", " \t", '{{ "\\', "-- {{ '"])
def test_what_never_ends_is_scanned_once(part: str) -> None:
    """Were it looked at again from each place, this would take hours."""
    assert len(blanked(part * 50_000)) == len(part) * 50_000
