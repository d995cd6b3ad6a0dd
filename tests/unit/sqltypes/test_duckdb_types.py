"""DuckDB's canonical type names, proved against DuckDB itself: ``typeof(null::T)``."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mesh_tools.sqltypes import canonical_type
from mesh_tools.sqltypes.duckdb import CANONICAL_NAMES, canonical
from mesh_tools.sqltypes.duckdb_keywords import KEYWORDS

CONNECTION = duckdb.connect()


@pytest.fixture(scope="module", autouse=True)
def _connection() -> Iterator[None]:
    yield
    CONNECTION.close()


def engine(data_type: str) -> str | None:
    """What the engine calls the type, or ``None`` when it refuses it."""
    try:
        row = CONNECTION.execute(f"select typeof(null::{data_type})").fetchone()
    except duckdb.Error:
        return None
    assert row is not None
    return str(row[0])


@pytest.mark.parametrize("name", CANONICAL_NAMES)
def test_every_name_and_alias(name: str) -> None:
    assert canonical(name) == canonical(name.upper()) == engine(name)
    assert str(engine(name)).startswith(CANONICAL_NAMES[name])


@pytest.mark.parametrize("name", CANONICAL_NAMES)
@pytest.mark.parametrize("arguments", ["(1)", "(3)", "(30)", "(99)", "(5,2)", "(2,5)", "(1,1,1)", "('x')", "(0)"])
def test_numbers_of_a_type_mean_what_the_engine_says(name: str, arguments: str) -> None:
    """The engine lets some text types have anything in brackets; no contract needs that."""
    assert canonical(name + arguments) in (engine(name + arguments), None)
    if "'" not in arguments:
        assert canonical(name + arguments) == engine(name + arguments)


def test_no_type_of_the_engine_is_forgotten() -> None:
    rows = CONNECTION.execute("select type_name from duckdb_types() where database_name = 'system'").fetchall()
    nested_or_no_column = {"array", "enum", "list", "map", "null", "row", "struct", "type", "union"}
    assert {name.lower() for (name,) in rows} - CANONICAL_NAMES.keys() == nested_or_no_column


def test_the_words_that_are_quoted_are_the_engines() -> None:
    rows = CONNECTION.execute("select keyword_name from duckdb_keywords()").fetchall()
    assert {name for (name,) in rows} == KEYWORDS


TYPES = [
    *("decimal", "DECIMAL(10)", "numeric(18, 2)", "dec( 38 , 38 )", "decimal(39,1)", "decimal(5,6)", "decimal(0,0)"),
    *("varchar(10)", "character varying(20)", "char(3)", "text", "string", "nvarchar(100)"),
    *("timestamp(0)", "timestamp(3)", "timestamp(6)", "timestamp(9)", "timestamp(10)", "datetime(3)"),
    *("timestamp with time zone", "timestamp(3) with time zone", "timestamp(3) without time zone", "time_ns"),
    *("time with time zone", "TIME   WITHOUT\n TIME ZONE", "double precision", "float(24)", "float(53)", "float(54)"),
    *("int[]", "int[][]", "int[3]", "int[3][]", "int [ 3 ]", "int[0]", "int[100000]", "int[100001]"),
    *("int array", "int array[3]", "int array[3][2]", "int array array", "decimal(4,2) array", "timestamp(3) array[2]"),
    *("timestamp with time zone[]", "decimal(18, 2)[]", "varchar(3)[][2]"),
    *("struct(a int)", "struct(a int)[]", "STRUCT(A INT, b text)", 'struct("a b" int)', 'struct("a""b" int)'),
    *('struct("order" int, "Year" int, "date" date)', 'struct("é" int)', "struct(_x int)", 'struct("1a" int)'),
    *("row(a int)", "struct(a struct(b decimal(4,1)[], c map(text, int)))", "struct(a enum('x'))"),
    *("struct()", "struct(int)", "struct(a)", "struct(1 int)", "struct('a' int)", 'struct("" int)', "struct(a int,)"),
    *("map(int, text)", "map(text, struct(a int))", "map(int)", "map(int, int, int)", "map()"),
    *("union(a int, b text)", "union(a int)", "enum('a', 'b')", "enum('it''s')", "enum(a)", "enum()"),
    *("variant", "geometry", "int unsigned", "serial", "super", "number(38,0)", "decimal(", "decimal(5", "(5)", "[]"),
    *("integer(5)", "time(3)", "uuid(3)", "blob(3)", "interval(3)", "nvarchar(max)", "decimal(+5)", "decimal(-5)"),
]


@pytest.mark.parametrize("data_type", TYPES)
def test_parametrised_and_nested_types(data_type: str) -> None:
    assert canonical(data_type) == engine(data_type)


@pytest.mark.parametrize(
    "data_type",
    ["interval year", '"int"', "decimal(18.2)", "decimal('1')", "numeric()"],
)
def test_what_the_engine_knows_and_no_contract_needs_is_unknown(data_type: str) -> None:
    assert engine(data_type) is not None
    assert canonical(data_type) is None


WORDS = sorted(CANONICAL_NAMES)
FIELDS = st.sampled_from(["a", "B", "c_1", '"order"', '"d e"', '"é"', '"Ü x"', "_f"])


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    fields = st.lists(st.tuples(FIELDS, inner), min_size=1, max_size=3, unique_by=lambda field: field[0].lower())
    listed = fields.map(lambda pairs: ", ".join(f"{name} {data_type}" for name, data_type in pairs))
    return st.one_of(
        listed.map("struct({})".format),
        listed.map("UNION({})".format),
        st.tuples(inner, inner).map(lambda pair: f"map({pair[0]}, {pair[1]})"),
        st.tuples(inner, st.sampled_from(["[]", "[3]", " [ 7 ]", "[][2]"])).map("".join),
    )


@settings(deadline=None)
@given(st.recursive(st.sampled_from([*WORDS, "decimal(9,2)", "timestamp(3)", "enum('a')"]), _nested, max_leaves=6))
@example("union(a int, b struct(c int[]))")
def test_any_nesting_is_called_as_the_engine_calls_it(data_type: str) -> None:
    assert canonical(data_type) == engine(data_type)


@settings(deadline=None)
@given(st.lists(st.sampled_from([*WORDS, "(", ")", "[", "]", ",", "3", "18", "'x'", "a", "struct", "map"]), max_size=9))
def test_a_name_that_is_given_is_the_engines(words: list[str]) -> None:
    data_type = " ".join(words)
    assert canonical(data_type) in (engine(data_type), None)


def test_canonical_names_are_their_own_canonical_names() -> None:
    for name in {canonical(data_type) for data_type in (*CANONICAL_NAMES, *TYPES)} - {None}:
        assert canonical(str(name)) == name


@pytest.mark.parametrize(
    ("data_type", "adapter", "expected"),
    [
        pytest.param("int4", "duckdb", "INTEGER", id="known"),
        pytest.param("int4", "snowflake", None, id="a warehouse whose types are not known"),
        pytest.param("int4", None, None, id="no warehouse"),
        pytest.param(None, "duckdb", None, id="no type"),
        pytest.param("", "duckdb", None, id="an empty type"),
        pytest.param("spaceship", "duckdb", None, id="no such type"),
    ],
)
def test_canonical_type(data_type: str | None, adapter: str | None, expected: str | None) -> None:
    assert canonical_type(data_type, adapter) == expected
