"""Types of a contract against those that a catalog tells."""

from __future__ import annotations

import pytest

from mesh_tools.lint.rules.compatibility.catalog import _compared


@pytest.mark.parametrize(
    ("promised", "found", "adapter", "kind"),
    [
        ("int", "INTEGER", "duckdb", "same"),
        ("string", "VARCHAR", "duckdb", "same"),
        ("integer", "BIGINT", "duckdb", "widened"),
        ("integer", "VARCHAR", "duckdb", "family"),
        # The catalogs of these warehouses leave out lengths and precisions.
        ("number(38, 0)", "NUMBER", "snowflake", "same"),
        ("varchar(20)", "TEXT", "snowflake", "same"),
        ("numeric(10, 2)", "numeric", "postgres", "same"),
        ("anything", "else", "postgres", "unknown"),
    ],
)
def test_a_catalog_that_tells_less_is_compared_by_what_it_tells(
    promised: str, found: str, adapter: str, kind: str
) -> None:
    assert _compared(promised, found, adapter).kind == kind
