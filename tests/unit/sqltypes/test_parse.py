"""The written form of a type as a tree, the same for every warehouse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_tools.sqltypes.parse import TypeExpression, TypeSyntaxError, parse_type


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("INT", TypeExpression(name="int"), id="a name"),
        pytest.param("  double\n precision ", TypeExpression(name="double precision"), id="words"),
        pytest.param("decimal(18, 2)", TypeExpression(name="decimal", arguments=("18", "2")), id="arguments"),
        pytest.param("nvarchar(max)", TypeExpression(name="nvarchar", arguments=("max",)), id="a word as argument"),
        pytest.param(
            "enum('a, b', 'it''s')", TypeExpression(name="enum", arguments=("'a, b'", "'it''s'")), id="strings"
        ),
        pytest.param(
            "timestamp(3) with time zone",
            TypeExpression(name="timestamp", arguments=("3",), tail="with time zone"),
            id="words after the arguments",
        ),
        pytest.param("int[][3]", TypeExpression(name="int", suffixes=("", "3")), id="dimensions"),
        pytest.param("int array", TypeExpression(name="int", suffixes=("",)), id="the long form of an array"),
        pytest.param(
            "timestamp(3) with time zone array[2]",
            TypeExpression(name="timestamp", arguments=("3",), tail="with time zone", suffixes=("2",)),
            id="the long form with a size",
        ),
        pytest.param(
            'struct(a int, "b c" text[])',
            TypeExpression(
                name="struct",
                fields=(("a", TypeExpression(name="int")), ("b c", TypeExpression(name="text", suffixes=("",)))),
            ),
            id="fields",
        ),
        pytest.param(
            "map(int, text)",
            TypeExpression(
                name="map", fields=((None, TypeExpression(name="int")), (None, TypeExpression(name="text")))
            ),
            id="a map's fields have no names",
        ),
    ],
)
def test_parse(text: str, expected: TypeExpression) -> None:
    assert parse_type(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "a type's name is missing", id="empty"),
        pytest.param(" \n", "a type's name is missing", id="blanks"),
        pytest.param("5", "a type's name is missing", id="a number"),
        pytest.param("int)", r"unexpected '\)'", id="something left over"),
        pytest.param("decimal(5", r"'\,' is missing", id="bracket not closed"),
        pytest.param("decimal(", "a bracket is not closed", id="nothing in the bracket"),
        pytest.param("decimal(()", r"'\(' is no argument", id="a bracket as argument"),
        pytest.param("struct(", "a field's name is missing", id="no field"),
        pytest.param("struct(( int)", r"'\(' names no field", id="a bracket as field"),
        pytest.param('struct("" int)', "names no field", id="an empty field name"),
        pytest.param("struct(a)", "a type's name is missing", id="field without type"),
        pytest.param("int[3", "']' is missing", id="dimension not closed"),
        pytest.param("int array[1][2]", "more than one dimension", id="two dimensions after array"),
        pytest.param("struct(a " * 10_000, "nested deeper than 50 levels", id="nested without end"),
        pytest.param("array<int64>", "unexpected '<'", id="angle brackets"),
    ],
)
def test_what_is_no_type(text: str, message: str) -> None:
    with pytest.raises(TypeSyntaxError, match=message):
        parse_type(text)


PIECES = [
    "int",
    "struct",
    "map",
    "enum",
    "array",
    "(",
    ")",
    "[",
    "]",
    ",",
    "3",
    "'x",
    "'",
    '"',
    '"a b"',
    " ",
    ".",
    "é",
    "٣",
]


@given(st.text(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_text_is_a_type_or_a_syntax_error(text: str) -> None:
    try:
        expression = parse_type(text)
    except TypeSyntaxError:
        return
    assert expression.name == expression.name.lower() != ""
