"""Names of types and verdicts on their changes, by warehouse, from ``tests/cases/sqltypes``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mesh_tools.sqltypes import NestedChange, TypeChange, TypeChangeKind, canonical_type, compare_types

CASES = Path(__file__).parents[2] / "cases" / "sqltypes"
ADAPTERS = ("bigquery", "databricks", "duckdb", "motherduck", "postgres", "redshift", "snowflake", "spark")


def load(name: str) -> Any:
    return yaml.safe_load((CASES / f"{name}.yml").read_text(encoding="utf-8"))


NAMES = [(adapter, written, name) for adapter, names in load("names").items() for written, name in names.items()]
CHANGES = [
    (adapter, *change.split(" -> "), kind)
    for adapter, kinds in load("changes").items()
    for kind, changes in kinds.items()
    for change in changes
]


@pytest.mark.parametrize(("adapter", "written", "name"), NAMES)
def test_the_canonical_name(adapter: str, written: str, name: str | None) -> None:
    assert canonical_type(written, adapter) == name


@pytest.mark.parametrize(("adapter", "written", "name"), [case for case in NAMES if case[2]])
def test_a_canonical_name_is_its_own_canonical_name(adapter: str, written: str, name: str) -> None:
    assert canonical_type(name, adapter) == name
    assert compare_types(written, name, adapter) == TypeChange("same")


@pytest.mark.parametrize(("adapter", "old", "new", "kind"), CHANGES)
def test_the_verdict_on_a_change(adapter: str, old: str, new: str, kind: TypeChangeKind) -> None:
    assert compare_types(old, new, adapter) == TypeChange(kind)


def _line(part: NestedChange) -> str:
    return " ".join([part.path, part.kind, *([part.change.kind] if part.change else [])])


@pytest.mark.parametrize("case", load("nested"), ids=lambda case: f"{case['old']} -> {case['new']}")
def test_what_differs_inside(case: dict[str, Any]) -> None:
    change = compare_types(case["old"], case["new"], case["adapter"])
    assert change.kind == "nested"
    assert [_line(part) for part in change.parts] == case["parts"]


def test_a_part_says_what_it_was_and_is() -> None:
    change = compare_types("struct(a int, b text, c date)", "struct(c date, a int8)", "duckdb")
    assert change.parts == (
        NestedChange("a", "changed", "INTEGER", "BIGINT", TypeChange("widened")),
        NestedChange("b", "removed", old="VARCHAR"),
        NestedChange("", "reordered", "a, b, c", "c, a"),
    )


def test_a_part_that_can_be_null_now_says_so() -> None:
    change = compare_types("array<struct<a string not null>>", "array<struct<a string>>", "bigquery")
    assert change.parts == (NestedChange("[].a", "changed", "STRING NOT NULL", "STRING", TypeChange("lossy")),)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        pytest.param(None, None, "same", id="never declared"),
        pytest.param("", None, "same", id="empty is not declared"),
        pytest.param("int", None, "unknown", id="no longer declared"),
        pytest.param(None, "int", "unknown", id="declared now"),
        pytest.param("int", "int", "same", id="the same text"),
        pytest.param("INT", "i nt", "same", id="another case and blanks"),
        pytest.param("enum('a')", "enum('A')", "unknown", id="a quoted text has a case"),
    ],
)
def test_without_a_warehouse_texts_are_compared(old: str | None, new: str | None, kind: TypeChangeKind) -> None:
    assert compare_types(old, new, None) == TypeChange(kind)


WORDS = sorted({written for _, written, _ in NAMES})


@given(st.sampled_from(ADAPTERS), st.sampled_from(WORDS), st.sampled_from(WORDS))
def test_to_and_fro_is_the_same_only_of_equal_names(adapter: str, old: str, new: str) -> None:
    there, back = (compare_types(a, b, adapter).kind for a, b in ((old, new), (new, old)))
    assert (there == "same") == (back == "same")
    assert (there == "unknown") == (back == "unknown")
    assert (there == "family") == (back == "family")
    if there in {"narrowed", "lossy"}:
        assert back in {"widened", "narrowed", "lossy"}


@pytest.mark.parametrize("adapter", ["bigquery", "postgres", "redshift", "snowflake", "spark"])
def test_wider_than_wider_is_wider(adapter: str) -> None:
    """Whatever is kept by one step and by the next is kept by both."""
    names = {name for of, _, name in NAMES if of == adapter and name is not None}
    kept = {(a, b) for a in names for b in names if compare_types(a, b, adapter).kind in {"same", "widened"}}
    assert {(a, c) for a, b in kept for b_, c in kept if b == b_} == kept


PIECES = [*("struct<", "array<", "map<", "object(", "decimal(", "a", "`b`", ":", " ", ",", ">", ")", "not null", "5")]


@given(st.sampled_from(ADAPTERS), st.text(max_size=30) | st.lists(st.sampled_from([*PIECES, *WORDS])).map("".join))
def test_any_text_has_a_lasting_name_or_none(adapter: str, text: str) -> None:
    name = canonical_type(text, adapter)
    assert canonical_type(name, adapter) == name
