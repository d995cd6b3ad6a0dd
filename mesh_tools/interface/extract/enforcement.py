"""Which constraints a warehouse really enforces: what it only declares is no guarantee.

Source: ``CONSTRAINT_SUPPORT`` of each adapter (dbt-adapters' base, dbt-duckdb 1.11, dbt-postgres, dbt-redshift,
dbt-snowflake, dbt-bigquery, dbt-spark, dbt-databricks).
"""

from __future__ import annotations

_ALL = frozenset({"check", "not_null", "unique", "primary_key", "foreign_key"})
_NOT_NULL = frozenset({"not_null"})

_ENFORCED: dict[str, frozenset[str]] = {
    "duckdb": _ALL,
    "postgres": _ALL,
    "redshift": _NOT_NULL,
    "snowflake": _NOT_NULL,
    "bigquery": _NOT_NULL,
    "spark": frozenset(),
    "databricks": frozenset({"not_null", "check"}),
}

# Constraints are part of a table's DDL; nothing else has any.
_MATERIALIZATIONS = frozenset({"table", "incremental"})


def is_enforced(constraint: str, adapter: str | None, materialized: str | None) -> bool:
    """Whether a violated constraint stops the build.

    Args:
        constraint: dbt's constraint type.
        adapter: dbt's name of the warehouse; of an unknown one only ``not_null`` is taken to be enforced,
            as dbt's own base adapter has it.
        materialized: How the model is built.
    """
    return materialized in _MATERIALIZATIONS and constraint in _ENFORCED.get(adapter or "", _NOT_NULL)
