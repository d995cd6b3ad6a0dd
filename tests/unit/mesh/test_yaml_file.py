"""YAML with places: values are traced to their lines, and no text gets more than one clear error."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mesh_tools.errors import MeshError
from mesh_tools.mesh.config import MeshFile
from mesh_tools.mesh.yaml_file import YamlFile

PATH = Path("some.yml")


def _parse(text: str) -> YamlFile:
    return YamlFile.parse(text, PATH)


TEXT = """\
# a comment
name: shop
models:
  - name: orders
    columns:
      - {name: order_id, tests: [unique]}
  - name: totals
7: seven
"""


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        pytest.param((), "some.yml:2:1", id="the whole"),
        pytest.param(("name",), "some.yml:2:1", id="a key"),
        pytest.param(("models", 1), "some.yml:7:5", id="an item"),
        pytest.param(("models", 0, "columns", 0, "tests", 0), "some.yml:6:34", id="deep inside"),
        pytest.param((7,), "some.yml:8:1", id="a key that is a number"),
        pytest.param(("models", 0, "config", "meta"), "some.yml:4:5", id="no such key: its nearest parent"),
        pytest.param(("models", 9), "some.yml:3:1", id="no such item: the list"),
        pytest.param(("name", "x"), "some.yml:2:1", id="below a text: the text"),
    ],
)
def test_locate(keys: tuple[str | int, ...], place: str) -> None:
    assert str(_parse(TEXT).locate(*keys)) == place


def test_a_key_that_overrides_a_merged_one_is_found_where_it_stands() -> None:
    file = _parse("a: &a {x: 1}\nb:\n  <<: *a\n  x: 2\nc:\n  <<: *a\n")
    assert file.value["b"] == {"x": 2}
    assert file.locate("b", "x").line == 4
    assert file.locate("c", "x").line == 1


def test_in_dbts_own_files_the_last_of_two_equal_keys_counts_as_it_does_to_dbt() -> None:
    file = _parse("name: a\nname: b\n")
    assert file.value == {"name": "b"}
    assert file.locate("name").line == 2


def test_an_empty_file_is_nothing_and_has_no_lines() -> None:
    file = _parse("# only a comment\n")
    assert file.value is None
    assert str(file.locate("a")) == "some.yml"
    assert list(file.scalars()) == []


def test_scalars_know_the_keys_above_them_and_their_place_in_the_text() -> None:
    found = [(scalar.keys, scalar.value, TEXT[scalar.start : scalar.end]) for scalar in _parse(TEXT).scalars()]
    assert found == [
        (("name",), "shop", "shop"),
        (("models", "name"), "orders", "orders"),
        (("models", "columns", "name"), "order_id", "order_id"),
        (("models", "columns", "tests"), "unique", "unique"),
        (("models", "name"), "totals", "totals"),
        (("7",), "seven", "seven"),
    ]


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_bytes(b"\xef\xbb\xbfname: x\r\n")
    file = YamlFile.read(path)
    assert file.value == {"name": "x"}
    assert file.locate("name").line == 1


def test_a_file_that_is_not_utf_8_is_told_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_bytes(b"name: x\ncity: M\xfcnchen\n")
    with pytest.raises(MeshError, match="not UTF-8: invalid start byte") as caught:
        YamlFile.read(path)
    assert caught.value.where is not None
    assert caught.value.where.line == 2
    assert caught.value.hint == "save the file as UTF-8"


def test_a_folder_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match="cannot be read: Is a directory"):
        YamlFile.read(tmp_path)


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        pytest.param("a: 1\nb: !!int ''\n", "a value does not fit its type", 2, id="empty number"),
        pytest.param("a: 1\nb: !!bool x\n", "a value does not fit its type", 2, id="no bool"),
        pytest.param("a: 1\nb: !!timestamp x\n", "a value does not fit its type", 2, id="no time"),
        pytest.param("a: 1\nb: " + "9" * 5000, "a value does not fit its type", 2, id="endless number"),
        pytest.param("a: 1\n? [b]\n: 2", "found unhashable key", 2, id="a list as key"),
        pytest.param("[" * 100_000, "nested deeper than 100 levels", 1, id="endless lists"),
        pytest.param("{" * 3000, "nested deeper than 100 levels", 1, id="endless mappings"),
        pytest.param("- " * 20_000, "nested deeper than 100 levels", 1, id="endless blocks on one line"),
        pytest.param(
            "".join(" " * depth + "a:\n" for depth in range(300)),
            "nested deeper than 100 levels",
            101,
            id="a staircase",
        ),
        pytest.param("a: 1\nb: &x [*x]\n", "the anchor 'x' holds itself", 2, id="a list that holds itself"),
        pytest.param("b: &x {c: {d: *x}}\n", "the anchor 'x' holds itself", 1, id="a mapping that holds itself"),
        pytest.param(
            "a: &a0 [x]\n" + "".join(f"b{i}: &a{i + 1} [{', '.join([f'*a{i}'] * 9)}]\n" for i in range(9)),
            "its aliases stand for more than 1000000 values",
            7,
            id="aliases that multiply",
        ),
        pytest.param("a: 1\nb: \x00", r"the character '\x00' is not allowed", 2, id="NUL character"),
        pytest.param("a: \ud800", r"the character '\ud800' is not allowed", 1, id="half a character"),
    ],
)
def test_what_no_reader_survives_is_one_error_with_its_line(text: str, message: str, line: int) -> None:
    with pytest.raises(MeshError) as caught:
        _parse(text)
    assert message in caught.value.message
    assert caught.value.where is not None
    assert caught.value.where.line == line


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: &x {b: 1}\nc: *x\nd: {<<: *x}\n", id="anchors"),
        pytest.param("tests: [[]]\n" * 1 + "a: [" + "x, " * 500 + "]", id="a long list"),
        pytest.param("".join(f"k{i}: [a, b]\n" for i in range(500)), id="many short lists"),
        pytest.param("a:\n" + " " * 150 + "b: 1\n", id="deep indentation"),
        pytest.param("a: '" + "-" * 300 + "'\n", id="a ruler"),
    ],
)
def test_what_people_write_is_read(text: str) -> None:
    assert _parse(text).value


YAML_PIECES = [
    "a",
    "b",
    ": ",
    "\n",
    "  ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "&x ",
    "*x",
    "'",
    '"',
    "|\n",
    ">\n",
    "? ",
    "!!int ",
]


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from([*YAML_PIECES, "!!set ", "<<", "#", "%", "---\n", "1"])).map("".join)
)
@example("=")
@example("!!omap [a]")
@example("<<: x")
def test_any_text_is_read_or_refused_once(text: str) -> None:
    try:
        file = _parse(text)
        scalars = list(file.scalars())
        file.typed(MeshFile)
    except MeshError as error:
        assert error.where is not None  # noqa: PT017 - either outcome is good
        assert error.where.line is None or 1 <= error.where.line <= text.count("\n") + 2  # noqa: PT017
    else:
        assert all(0 <= scalar.start <= scalar.end <= len(text) for scalar in scalars)
