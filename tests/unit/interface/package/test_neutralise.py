"""Text from elsewhere stays text for Jinja, however often it is rendered."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, StrictUndefined

from mesh_tools.interface.package.neutralise import WORD_JOINER, jinja_literal, plain

# As dbt's, but for the newline that dbt lets Jinja drop; an unknown name is an error, so nothing is evaluated unseen.
JINJA = Environment(
    undefined=StrictUndefined, keep_trailing_newline=True, extensions=["jinja2.ext.do"], autoescape=True
)
FRAGMENTS = [
    "{",
    "}",
    "%",
    "#",
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "{% raw %}",
    "{% endraw %}",
    "-",
    "+",
    "'",
    '"',
    "\\",
]
WORDS = ["env_var('SECRET')", "do run_query('drop')", "ref('a')", "var('x')", WORD_JOINER, " ", "a", "\\u007b"]
jinja_like = st.lists(st.sampled_from(FRAGMENTS + WORDS) | st.text(max_size=3), max_size=12).map("".join)
# Jinja makes one kind of line end of all.
one_line = jinja_like.filter(lambda text: "\r" not in text)
values = st.recursive(one_line, lambda inner: st.lists(inner) | st.dictionaries(one_line, inner), max_leaves=8)


def rendered(text: str) -> str:
    return JINJA.from_string(text).render()


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in (*value, *value.values()) for text in strings(item)]
    return [text for item in value for text in strings(item)] if isinstance(value, list) else [value]


@given(one_line)
def test_plain_text_renders_to_itself_once_and_twice(text: str) -> None:
    harmless = plain(text)
    assert rendered(harmless) == harmless
    assert rendered(rendered(harmless)) == harmless


@given(values)
def test_so_does_every_text_in_lists_and_mappings(value: Any) -> None:
    for text in strings(plain(value)):
        assert rendered(text) == text


@given(jinja_like)
def test_nothing_is_added_but_word_joiners(text: str) -> None:
    assert plain(text).replace(WORD_JOINER, "") == text.replace(WORD_JOINER, "")


@given(jinja_like)
def test_what_is_plain_stays_the_same(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text(alphabet=st.characters(exclude_characters="{(<")))
def test_text_without_delimiters_is_untouched(text: str) -> None:
    assert plain(text) == text


@given(jinja_like | st.text())
def test_a_literal_is_read_as_its_text(text: str) -> None:
    assert JINJA.compile_expression(jinja_literal(text), undefined_to_none=False)() == text


@given(jinja_like)
def test_a_literal_holds_no_delimiter_and_no_quote(text: str) -> None:
    inner = jinja_literal(text)[1:-1]
    assert not any(part in inner for part in ("{", "}", '"', "'", "\n", "%", "#"))


def test_no_text_is_none() -> None:
    assert jinja_literal(None) == "none"


@pytest.mark.parametrize(
    "text", ["env_var('SECRET')", " ref ( 'a' )\n", "var('a') ~ var('b')", "doc('x')", "source('a','b')"]
)
def test_a_call_that_dbt_would_evaluate_bare_is_broken(text: str) -> None:
    assert plain(text).startswith(WORD_JOINER)


def test_a_merge_key_is_no_merge_key_for_dbt_2() -> None:
    assert plain({"<<": "<<", "a<<": 1}) == {f"<{WORD_JOINER}<": "<<", "a<<": 1}


def test_other_values_stay_what_they_are() -> None:
    assert plain({1: (True, None, 2.5)}) == {"1": [True, None, 2.5]}
