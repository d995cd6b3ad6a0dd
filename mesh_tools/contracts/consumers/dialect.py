"""SQL and types of other warehouses in DuckDB's words, so that they can be bound there."""

from __future__ import annotations

import logging
from functools import lru_cache

from mesh_tools.artifacts.compiled import DIALECTS
from mesh_tools.contracts.consumers.shadow import NotCheckedError, first_line
from mesh_tools.sqltypes import canonical_type

DUCKDB = frozenset({"duckdb", "motherduck"})
"""Adapters whose SQL is DuckDB's."""


def as_duckdb_sql(sql: str, adapter: str | None) -> str:
    """``sql`` for DuckDB.

    Raises:
        NotCheckedError: it cannot be said in DuckDB's SQL.
    """
    if adapter in DUCKDB:
        return sql
    dialect = DIALECTS.get(adapter or "")
    if dialect is None:
        raise NotCheckedError(f"the SQL of {adapter or 'an unknown warehouse'} is not known")
    try:
        return _transpiled(sql, dialect)
    except Exception as error:  # noqa: BLE001 - whatever a parser makes of any text: then it is not checked
        raise NotCheckedError(f"not DuckDB's SQL: {first_line(error)}") from None


@lru_cache(maxsize=4096)
def as_duckdb_type(data_type: str | None, adapter: str | None) -> str | None:
    """DuckDB's canonical name of the type, or ``None`` where it has none, or none is known."""
    if not data_type:
        return None
    if adapter in DUCKDB:
        return canonical_type(data_type, "duckdb")
    dialect = DIALECTS.get(adapter or "")
    if dialect is None:
        return None
    from sqlglot import exp  # noqa: PLC0415 - heavy

    try:
        written = exp.DataType.build(data_type, dialect=dialect).sql("duckdb")
    except Exception:  # noqa: BLE001 - as above
        return None
    return canonical_type(written, "duckdb")


def _transpiled(sql: str, dialect: str) -> str:
    import sqlglot  # noqa: PLC0415 - heavy

    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    found = sqlglot.transpile(sql, read=dialect, write="duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE)
    if len(found) != 1:
        raise NotCheckedError("it is more than one statement")
    return found[0]
