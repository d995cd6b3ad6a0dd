"""Macros: who calls them when dbt does not say so, and what they take."""

from __future__ import annotations

import pytest

from mesh_tools.artifacts.macros import MacroNode
from mesh_tools.lint.rules.macros import arguments_of, macro_name_differs_from_file, macro_unused
from mesh_tools.lint.services import Macros
from mesh_tools.lint.subjects import Macro
from support.lint_subjects import messages, project_of


def macro(name: str, body: str = "", *, package: str = "shop", file: str = "macros/money.sql") -> MacroNode:
    """A macro of one argument."""
    return MacroNode(
        unique_id=f"macro.{package}.{name}",
        name=name,
        package_name=package,
        original_file_path=file,
        macro_sql=f"{{% macro {name}(column) %}}{body}{{% endmacro %}}",
    )


def said_of(node: MacroNode, *others: MacroNode, called: tuple[str, ...] = ()) -> list[str]:
    """What is said of ``node`` where ``others`` are, too."""
    macros = Macros({one.unique_id: one for one in (node, *others)}, frozenset(called))
    return messages(macro_unused, Macro(node, project_of("shop")), macros=macros)


def test_what_nothing_calls_is_told() -> None:
    assert said_of(macro("cents"), macro("cents_of")) == ["is called by nothing"]


def test_what_something_calls_is_used() -> None:
    assert said_of(macro("cents"), called=("macro.shop.cents",)) == []


@pytest.mark.parametrize(
    ("node", "others"),
    [
        (macro("materialization_log_duckdb"), ()),
        (macro("generate_alias_name"), ()),
        (macro("test_is_even"), ()),
        (macro("ref"), ()),
        (macro("get_where_subquery"), (macro("get_where_subquery", package="dbt"),)),
        (macro("snowflake__get_grant_sql"), (macro("get_grant_sql", package="dbt"),)),
        (macro("spark__cents"), (macro("cents", "{{ adapter.dispatch('cents') }}"),)),
    ],
    ids=lambda value: value.name if isinstance(value, MacroNode) else "",
)
def test_what_dbt_itself_calls_is_used(node: MacroNode, others: tuple[MacroNode, ...]) -> None:
    assert said_of(node, *others) == []


@pytest.mark.parametrize("body", ["{{ cents('amount') }}", "{{ context['cents'](column) }}"])
def test_what_another_macro_mentions_is_used_though_no_call_is_recorded(body: str) -> None:
    assert said_of(macro("cents"), macro("euros", body)) == []


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("{% macro a() %}", ()),
        ("{%- macro a(x, y='a, b)', z={'k': [1, 2]}) -%}", ("x", "y", "z")),
        ("{% macro a(\n    x,\n    y=f(1, 2),\n) %}", ("x", "y")),
        ("{% test even(model, column_name, least=none) %}", ("least",)),
        ("{% materialization log, adapter='duckdb' %}", ()),
    ],
)
def test_arguments_are_read_from_the_signature(code: str, names: tuple[str, ...]) -> None:
    assert arguments_of(code) == names


@pytest.mark.parametrize(
    ("name", "file", "one_per_file", "count"),
    [
        ("cents", "cents.sql", True, 0),
        ("default__cents", "cents.sql", True, 0),
        ("test_even", "even.sql", True, 0),
        ("test_even", "test_even.sql", True, 0),
        ("materialization_log_duckdb", "log.sql", True, 0),
        ("cents", "money.sql", True, 1),
        ("cents", "money.sql", False, 0),
        ("cents", "other.sql", False, 1),
    ],
)
def test_a_file_is_called_like_its_macro(name: str, file: str, one_per_file: bool, count: int) -> None:  # noqa: FBT001
    node = macro(name, file=f"macros/{file}")
    macros = Macros({one.unique_id: one for one in (node, macro("euros"))})
    subject = Macro(node, project_of("shop"))
    said = messages(macro_name_differs_from_file, subject, macros=macros, one_per_file=one_per_file)
    assert len(said) == count
