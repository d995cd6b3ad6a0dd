"""Fingerprints of tables: equal data gives an equal fingerprint, in whatever order its rows lie.

Count, exclusive or, and sum of the rows' hashes, together with the columns' names and types. DuckDB may change its hash
function between versions, so its version is part of the fingerprint. Runs inside a worker, where DuckDB is loaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

ABSENT = "absent"
"""Stands for the fingerprint of a relation that is not there."""

UNREADABLE = "unreadable"
"""Stands for the fingerprint of a relation that cannot be read on its own, such as a view over another database."""


def fingerprints(
    databases: Mapping[str, str], relations: Mapping[str, tuple[str, str, str]], threads: int = 2
) -> dict[str, str]:
    """The fingerprint of each relation, by its key.

    Args:
        databases: DuckDB files by the name that they are attached under, read-only. One that is not there is made
            when there are no relations: a dbt that has run no node, as in a project of macros alone, has opened none.
        relations: Database, schema and identifier, by key.
        threads: For DuckDB.
    """
    import duckdb  # noqa: PLC0415 - only workers pay for it

    with duckdb.connect(":memory:", config={"threads": threads}) as connection:
        for name, path in databases.items():
            if not relations and not Path(path).exists():
                duckdb.connect(path).close()
            quoted = path.replace("'", "''")
            connection.execute(f"attach '{quoted}' as {_quoted(name)} (read_only)")
        return {key: _fingerprint(connection, *parts) for key, parts in relations.items()}


def _fingerprint(connection: duckdb.DuckDBPyConnection, database: str, schema: str, identifier: str) -> str:
    import duckdb  # noqa: PLC0415

    found = connection.execute(
        "select count(*) from information_schema.tables"
        " where lower(table_catalog) = lower(?) and lower(table_schema) = lower(?) and lower(table_name) = lower(?)",
        [database, schema, identifier],
    ).fetchone()
    if not found or not found[0]:
        return ABSENT
    relation = ".".join(_quoted(part) for part in (database, schema, identifier))
    try:
        columns = connection.execute(f"describe {relation}").fetchall()
        names = ", ".join(_quoted(column[0]) for column in columns)
        values = connection.execute(
            f"select count(*), bit_xor(h), sum(h::hugeint) from (select hash({names}) as h from {relation})"  # noqa: S608
        ).fetchone()
    except duckdb.Error:
        return UNREADABLE
    shape = [(column[0], column[1]) for column in columns]
    return hashlib.sha256(repr((duckdb.__version__, shape, values)).encode()).hexdigest()[:24]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
