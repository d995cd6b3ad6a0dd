"""Whatever a YAML file looks like, only what the new version is about changes in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from mesh_tools.contracts.new_version.entry import add_version
from mesh_tools.contracts.new_version.find import Found
from mesh_tools.contracts.new_version.request import Request
from mesh_tools.contracts.new_version.settings import Settings
from mesh_tools.contracts.new_version.versions import next_step
from mesh_tools.errors import Location
from mesh_tools.mesh.yaml_edit import YamlEditor
from mesh_tools.mesh.yaml_file import YamlFile
from mesh_tools.model.project import Project

TODAY = date(2026, 11, 22)
ENDS = date(2027, 2, 20)
PROJECT = Project(name="shop", path=Path("shop"), domain="shop", where=Location("shop"))
CODE = {stem: Path(f"models/{stem}.sql") for stem in ("orders", "orders_v2")}
NOTHING_SET = Settings(in_code=None, shared=None)

# Lines below a key of the entry; "+" is one more level, "-" the dash of a list, "~" in its item.
KEYS = {
    "description": (
        ["description: One row each."],
        ["description: 'It''s: a # row'  # quoted"],
        ["description: >", "+One row", "+for each order.", "", "+Second paragraph."],
        ["description: |-", "+# no comment", "+- no list"],
        ["description: one", "+two # three"],
        ['description: "one', "+two\\n", '+three"'],
        ["description:"],
    ),
    "config": (
        ["config: {access: public}"],
        ["config: {access: public,", "+tags: [a, b],}  # more"],
        ["config:", "+# open", "+access: public", "+tags:", "+- a", "+- b"],
    ),
    "columns": (
        ["columns: []"],
        ["columns: [{name: a}, {name: 'b'}]"],
        ["columns:", "-name: a   # key", "~data_type: integer", "", "-{name: b, data_type: 'x'}"],
        ["columns:", "- name: a", "~# - name: c"],
        ["columns:", "-&a {name: a}", "-*a"],
    ),
    "versions": (
        [],
        ["versions: [{v: 1, defined_in: orders}]"],
        [
            "versions:",
            "-v: 1",
            "~defined_in: orders  # as ever",
            "~# what differs",
            "~description: >",
            "~  old",
        ],
        ["versions:", "# newest first", "-v: 2", "~columns:", "~  - include: all", "-v: 1"],
        ["versions:", "-v: 1", "", "-defined_in: orders_v2", "~v: 2"],
    ),
    "data_tests": (
        [],
        [
            "data_tests:",
            "-unique: {arguments: {column_name: a}}",
            "-",
            "~not_null:",
            "~  arguments: {column_name: a}",
        ],
        ["tests: [unique]"],
    ),
}
BETWEEN = st.sampled_from([[], [], [], [""], ["# a remark"], ["", "# one", "# two"], ["   "]])


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A file with the models ``before``, ``orders`` and ``after``, in a layout that dbt reads."""
    outer, dashes = draw(st.sampled_from([(0, 0), (2, 2), (2, 0), (4, 2)]))
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    order = draw(st.permutations(list(KEYS)))
    lines = ["version: 2", *draw(BETWEEN), "models:"]
    lines += [" " * outer + "- name: before", *draw(BETWEEN)]
    lines += [" " * outer + "- name: orders  # the product"]
    for key in order:
        chosen = draw(st.sampled_from(KEYS[key]))
        lines += [f"{' ' * (outer + 2)}{line}" if line.strip() else line for line in draw(BETWEEN)]
        lines += _indented(chosen, outer + 2, dashes)
    lines += draw(BETWEEN)
    if draw(st.booleans()):
        lines += [" " * outer + "- name: after", " " * outer + "  description: |+", " " * outer + "    kept", ""]
    if draw(st.booleans()):
        lines += ["...", "# the end"]
    return newline.join(lines) + draw(st.sampled_from([newline, "", newline * 2]))


def _indented(lines: list[str], column: int, dashes: int) -> Iterator[str]:
    for line in lines:
        if line.startswith("-"):
            yield f"{' ' * (column + dashes)}- {line[1:].lstrip()}"
        elif line.startswith("~"):
            yield " " * (column + dashes + 2) + line[1:]
        elif line.startswith(("+", "#")):
            yield " " * (column + 2) + line.removeprefix("+")
        else:
            yield " " * column + line if line else ""


@given(text=texts(), latest=st.booleans())
def test_only_insertions_and_what_all_meant_before_is_still_there(text: str, latest: bool) -> None:  # noqa: FBT001
    path = Path("shop.yml")
    file = YamlFile.parse(text if text.endswith("\n") else text + "\n", path)  # what follows ends the last line
    names = [entry["name"] for entry in file.value["models"]]
    position = names.index("orders")
    entry = file.value["models"][position]
    found = Found(PROJECT, "orders", file, position, entry, CODE)
    request = Request(product="orders", released=TODAY, today=TODAY, version=3, latest=latest)
    editor = YamlEditor(path, text)
    step = next_step(found, request, ENDS)
    add_version(editor, found, step, NOTHING_SET)

    after = editor.value["models"]
    assert [model for model in after if model["name"] != "orders"] == [
        model for model in file.value["models"] if model["name"] != "orders"
    ]
    changed = after[position]
    assert {key: value for key, value in entry.items() if key not in {"versions", "latest_version"}} == {
        key: value for key, value in changed.items() if key not in {"versions", "latest_version"}
    }
    versions = {version["v"]: version for version in changed["versions"]}
    assert set(versions) == {version["v"] for version in entry.get("versions") or [{"v": 1}]} | {3}
    assert versions[step.base]["deprecation_date"] == ENDS
    assert changed.get("latest_version", 3) == (3 if latest else step.base)
    _assert_inserted_only(text, editor.text)


def _assert_inserted_only(before: str, after: str) -> None:
    """Every line stays what it was, in its order, but for a line whose brackets grow."""
    rest = iter(after.split("\n"))
    for line in before.split("\n"):
        if not line.strip() or "[{v: 1" in line:
            continue
        assert any(other.rstrip("\r") == line.rstrip("\r") for other in rest), line
    assert after.count("\r\n") == (after.count("\n") if "\r\n" in before else 0)
