"""An edit changes what it is about, and not a character more; or it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_tools.errors import MeshError
from mesh_tools.mesh.yaml_edit import YamlEditor
from mesh_tools.mesh.yaml_emit import Noted, flow

FILE = """\
# head
a: 1  # one
b:
  # of c
  c: 'x'  # see
  d: [1, {e: 2}]   # list

# of f
f:
- x: 1
  # tail

-   y: 2
"""


def edited(text: str = FILE) -> YamlEditor:
    return YamlEditor(Path("file.yml"), text)


def test_a_key_goes_to_the_end_of_its_mapping() -> None:
    editor = edited()
    editor.add(["b"], "z", {"k": [Noted(1, "no comment in a list"), "on"]})
    assert editor.text == FILE.replace("# list\n", "# list\n  z:\n    k:\n    - 1\n    - 'on'\n")


def test_a_key_goes_before_another_and_the_comment_above_that() -> None:
    editor = edited()
    editor.add(["b"], "z", Noted("no", "quoted, or YAML reads it as false"), before="c")
    assert editor.text == FILE.replace("  # of c\n", "  z: 'no'  # quoted, or YAML reads it as false\n  # of c\n")
    assert list(editor.value["b"]) == ["z", "c", "d"]


def test_a_key_may_become_the_first_behind_a_dash() -> None:
    editor = edited()
    editor.add(["f", 1], "w", 0, before="y")
    assert editor.text == FILE.replace("-   y: 2", "-   w: 0\n    y: 2")


def test_brackets_get_commas() -> None:
    editor = edited("{a: [], b: [1,], c: {}}")
    editor.insert(["a"], 0, {"x": None})
    editor.insert(["b"], 1, 2)
    editor.insert(["b"], 0, 0)
    editor.add(["c"], "k", "v")
    editor.add([], "first", [], before="a")
    assert editor.text == "{first: [], a: [{x: null}], b: [0, 1, 2,], c: {k: v}}\n"
    editor.cut(["first"])
    editor.cut(["b"])
    editor.cut(["c", "k"])
    assert editor.data == b"{a: [{x: null}]}", "an empty mapping goes with its last key"


def test_an_item_is_put_into_a_list_as_its_dashes_stand() -> None:
    editor = edited()
    editor.insert(["f"], 0, {"w": 1})
    editor.insert(["f"], 3, "last")
    assert editor.text == FILE.replace("- x: 1\n", "- w: 1\n- x: 1\n").replace("-   y: 2\n", "-   y: 2\n- last\n")


def test_a_value_is_replaced_and_its_comment_stays() -> None:
    editor = edited()
    editor.replace(["b", "c"], "y: z")
    editor.replace(["b", "d", 1, "e"], 3.5)
    assert editor.text == FILE.replace("'x'  # see", "'y: z'  # see").replace("e: 2", "e: 3.5")


def test_what_is_cut_can_be_added_elsewhere_with_its_comments() -> None:
    editor = edited()
    source = editor.cut(["b", "c"])
    editor.add(["f", 0], "c", source)
    assert editor.text == FILE.replace("  # of c\n  c: 'x'  # see\n", "").replace(
        "  # tail\n", "  # tail\n  # of c\n  c: 'x'  # see\n"
    )


def test_the_first_key_behind_a_dash_can_be_cut() -> None:
    editor = edited("l:\n  - a: 1  # gone\n    b: 2\n")
    editor.cut(["l", 0, "a"])
    assert editor.text == "l:\n  - b: 2\n"


def test_the_last_key_of_the_file_can_be_cut() -> None:
    editor = edited("a: 1\nb:\n  c: 2")
    editor.cut(["b", "c"])
    assert editor.data == b"a: 1"


def test_text_that_keeps_its_last_lines_keeps_them() -> None:
    editor = edited("a:\n  b: |+\n    text\n\n\nc: 1\n")
    editor.add(["a"], "d", 2)
    assert editor.text == "a:\n  b: |+\n    text\n\n\n  d: 2\nc: 1\n"


@pytest.mark.parametrize(
    ("text", "keys", "reason"),
    [
        ("a: &x {b: 1}\nc: *x\n", ["c"], "it is the alias '*x'"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", ["c", "b"], "it is not written there; a merge (<<) or an alias may bring it"),
        ("a: &x {b: 1}\nc: *x\n", ["a"], "its layout is unusual"),
        ("a: 1\n", ["a"], "it is no mapping"),
        ("[a: 1]\n", [0], "its layout is unusual"),
    ],
)
def test_an_edit_that_would_change_more_is_refused_and_the_text_stays(text: str, keys: list[str], reason: str) -> None:
    editor = edited(text)
    with pytest.raises(MeshError, match="cannot be edited safely") as raised:
        editor.add(keys, "new", 1)
    assert reason in raised.value.message
    assert editor.text == text


@pytest.mark.parametrize(
    ("value", "written"),
    [("a", "a"), ("1", "'1'"), ("", "''"), ("a, b", "'a, b'"), ("{{ x }}", "'{{ x }}'"), (None, "null"), (1.5, "1.5")],
)
def test_a_scalar_is_quoted_where_it_must_be(value: object, written: str) -> None:
    assert flow(value) == written


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_file_keeps_an_empty_mapping_when_its_last_key_goes(end: str) -> None:
    editor = edited(f"# head{end}{end}a:{end}  - name: b  # one{end}")
    editor.cut(["a", 0])
    assert editor.text == f"# head{end}{end}{{}}{end}"
    assert editor.value == {}
