"""What a warehouse only declares is no guarantee."""

from __future__ import annotations

import pytest

from mesh_tools.interface.extract.enforcement import is_enforced

KINDS = ("not_null", "unique", "primary_key", "foreign_key", "check", "custom")


@pytest.mark.parametrize(
    ("adapter", "enforced"),
    [
        ("duckdb", {"not_null", "unique", "primary_key", "foreign_key", "check"}),
        ("postgres", {"not_null", "unique", "primary_key", "foreign_key", "check"}),
        ("snowflake", {"not_null"}),
        ("bigquery", {"not_null"}),
        ("redshift", {"not_null"}),
        ("spark", set()),
        ("databricks", {"not_null", "check"}),
        ("never_heard_of", {"not_null"}),
        (None, {"not_null"}),
    ],
)
@pytest.mark.parametrize("materialized", ["table", "incremental"])
def test_by_adapter(adapter: str | None, materialized: str, enforced: set[str]) -> None:
    assert {kind for kind in KINDS if is_enforced(kind, adapter, materialized)} == enforced


@pytest.mark.parametrize("materialized", ["view", "ephemeral", "materialized_view", "my_own", None])
def test_only_tables_have_constraints(materialized: str | None) -> None:
    assert not any(is_enforced(kind, "duckdb", materialized) for kind in KINDS)
