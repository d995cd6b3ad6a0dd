"""Who is told when domains disagree, and which types leave the time zone open."""

from __future__ import annotations

import pytest

from mesh_tools.lint.rules.interoperability.camps import Promised, outliers
from mesh_tools.lint.rules.interoperability.measures import is_local_time
from mesh_tools.model.interface import Column


def promised(domain: str, product: str) -> Promised:
    return Promised(domain, domain, f"{domain}.{product}", "duckdb", Column(name="customer_id"))


def told(*camps: list[Promised]) -> list[tuple[str, tuple[str, ...], str, int]]:
    return [(one.first.label, one.others, one.norm.label, one.more) for one in outliers(camps)]


def test_the_domains_that_are_fewer_are_told() -> None:
    alone, usual = [promised("a", "x"), promised("a", "y")], [promised("b", "x"), promised("c", "x")]
    assert told(alone, usual) == [("a.x", ("a.y",), "b.x", 1)]


def test_one_domain_with_many_products_does_not_outvote_two() -> None:
    many = [promised("a", name) for name in "uvwxyz"]
    assert told(many, [promised("b", "x"), promised("c", "x")])[0][0] == "a.u"


def test_of_two_that_are_equal_the_later_by_name_is_told() -> None:
    assert told([promised("b", "x")], [promised("a", "x")]) == [("b.x", (), "a.x", 0)]


def test_a_domain_that_only_disagrees_with_itself_is_left_alone() -> None:
    assert told([promised("a", "x"), promised("a", "y")], [promised("a", "z")]) == []


def test_all_of_one_mind_are_left_alone() -> None:
    assert told([promised("a", "x"), promised("b", "x")]) == []


@pytest.mark.parametrize(
    ("data_type", "adapter", "is_local"),
    [
        ("timestamp", "duckdb", True),
        ("TIMESTAMPTZ", "duckdb", False),
        ("timestamp(3) without time zone", "postgres", True),
        ("timestamp with time zone", "postgres", False),
        ("timestamp", "redshift", True),
        ("timestamp_ntz(9)", "snowflake", True),
        ("datetime", "snowflake", True),
        ("timestamp_ltz", "snowflake", False),
        ("timestamp_tz", "snowflake", False),
        ("timestamp", "bigquery", False),
        ("datetime", "bigquery", True),
        ("timestamp", "databricks", False),
        ("timestamp_ntz", "databricks", True),
        ("timestamp(6) with time zone", "trino", False),
        ("timestamp(6)", "trino", True),
        ("date", "duckdb", False),
        ("varchar", "duckdb", False),
    ],
)
def test_a_time_is_local_unless_the_type_holds_a_moment(data_type: str, adapter: str, *, is_local: bool) -> None:
    assert is_local_time(data_type, adapter) is is_local
