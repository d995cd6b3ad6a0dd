"""When two column names are one name to a warehouse.

Sources: DuckDB, "Identifiers" (case-insensitive even when quoted); BigQuery, "Lexical structure" (column names);
Databricks and Spark SQL, "Names" and ``spark.sql.caseSensitive``; Redshift, ``enable_case_sensitive_identifier``
(off by default); PostgreSQL, "Lexical structure" (unquoted names fold to lower case); Snowflake, "Identifier
requirements" (unquoted names fold to upper case).
"""

from __future__ import annotations

from collections.abc import Callable

from mesh_tools.model.interface import Column

_CASELESS = frozenset({"duckdb", "motherduck", "bigquery", "databricks", "spark", "redshift"})
_FOLDS: dict[str, Callable[[str], str]] = {"postgres": str.lower, "snowflake": str.upper}


def are_one_name(old: Column, new: Column, adapter: str | None) -> bool | None:
    """Whether both names mean the same column in SQL; ``None`` where the warehouse's rule is not known."""
    if adapter in _CASELESS:
        return old.name.lower() == new.name.lower()
    fold = _FOLDS.get(adapter or "")
    if fold is not None:
        return _folded(old, fold) == _folded(new, fold)
    return True if (old.name, old.quote) == (new.name, new.quote) else None


def _folded(column: Column, fold: Callable[[str], str]) -> str:
    return column.name if column.quote else fold(column.name)
