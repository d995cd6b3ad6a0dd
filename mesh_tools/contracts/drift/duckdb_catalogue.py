"""DuckDB's catalogue, over several files at once.

The files are attached, read-only, to one connection in memory, so that one query sees them all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_tools.contracts.drift.reader import (
    CatalogueColumn,
    CatalogueConstraint,
    CatalogueRelation,
    ConstraintKind,
    Place,
)
from mesh_tools.errors import Location, MeshError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Lists by table: fewer and larger values cross from the engine to Python. What is wanted is put in as text: the first
# parameter of a process makes DuckDB import pandas and numpy, which costs more than all the rest.
_QUERY = """
with wanted (database, schema, identifier) as (
    values {wanted}
), columns as (
    select
        lower(database_name) as database, lower(schema_name) as schema, lower(table_name) as identifier,
        list(column_name order by column_index) as names,
        list(data_type order by column_index) as types,
        list(is_nullable order by column_index) as nullables
    from duckdb_columns()
    where not internal
    group by all
), constraints as (
    select
        lower(database_name) as database, lower(schema_name) as schema, lower(table_name) as identifier,
        list([[constraint_type], constraint_column_names, [expression], referenced_column_names]) as constraints
    from duckdb_constraints()
    where constraint_type <> 'NOT NULL'
    group by all
), views as (
    select lower(database_name) as database, lower(schema_name) as schema, lower(view_name) as identifier, true as yes
    from duckdb_views()
    where not internal
)
select database, schema, identifier, coalesce(yes, false), names, types, nullables, coalesce(constraints, [])
from wanted
join columns using (database, schema, identifier)
left join views using (database, schema, identifier)
left join constraints using (database, schema, identifier)
"""

_KINDS: dict[str, ConstraintKind] = {
    "PRIMARY KEY": "primary_key",
    "UNIQUE": "unique",
    "CHECK": "check",
    "FOREIGN KEY": "foreign_key",
}
_WORD = re.compile(r"'(?:[^']|'')*'|[^']+")


class DuckDBCatalogue:
    """Reads the catalogues of DuckDB files.

    Args:
        files: By the name of the database that each holds; those that do not exist hold nothing.
    """

    adapter = "duckdb"

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files
        self._connection = _connected(files)
        self._normal = lru_cache(maxsize=None)(self._normalised)

    def close(self) -> None:
        """Let go of the files."""
        self._connection.close()

    def read(self, places: Collection[Place]) -> dict[Place, CatalogueRelation]:
        """See :meth:`mesh_tools.contracts.drift.reader.CatalogueReader.read`."""
        if not places:
            return {}
        by_key = {tuple(part.lower() for part in place): place for place in places}
        wanted = ", ".join(f"({', '.join(map(_text, key))})" for key in by_key)
        rows = self._connection.execute(_QUERY.format(wanted=wanted)).fetchall()
        return {by_key[tuple(row[:3])]: self._relation(row[3:]) for row in rows}

    def normal(self, expression: str) -> str:
        """The expression as the engine prints it, without regard to case outside of texts."""
        return self._normal(expression)

    def _relation(self, row: tuple[Any, ...]) -> CatalogueRelation:
        is_view, names, types, nullables, constraints = row
        return CatalogueRelation(
            kind="view" if is_view else "table",
            columns=tuple(map(CatalogueColumn, names, types, nullables)),
            constraints=tuple(self._constraints(constraints)),
        )

    def _constraints(self, rows: list[list[list[str]]]) -> Iterator[CatalogueConstraint]:
        for [kind], columns, [expression], fields in rows:
            text = self.normal(expression) if expression else ""
            yield CatalogueConstraint(_KINDS[kind], tuple(columns), text, tuple(fields))

    def _normalised(self, expression: str) -> str:
        """Parsed and printed by the engine; what it cannot parse stays as it is."""
        selected = _text(f"select ({expression}\n)")
        query = f"select json_deserialize_sql(json_serialize_sql({selected}))"
        duckdb = _engine()
        try:
            row = self._connection.execute(query).fetchone()
        except duckdb.Error:
            row = None
        text = str(row[0]) if row else expression
        return "".join(part if part.startswith("'") else part.lower() for part in _WORD.findall(text))


def _connected(files: Mapping[str, Path]) -> DuckDBPyConnection:
    duckdb = _engine()
    # Reading catalogues is the work of one thread; a second one only spins beside it.
    connection: DuckDBPyConnection = duckdb.connect(config={"threads": 1})
    for name, path in files.items():
        if path.exists():
            try:
                connection.execute(f'attach {_text(str(path))} as "{name}" (read_only)')
            except duckdb.Error as error:
                connection.close()
                raise _unreadable(name, path, str(error)) from None
    return connection


def _engine() -> Any:
    try:
        import duckdb  # noqa: PLC0415 - an extra, and heavy
    except ImportError:
        raise MeshError(
            "DuckDB is not installed, so its files cannot be read", hint="pip install 'mesh-tools[duckdb]'"
        ) from None
    return duckdb


def _unreadable(name: str, path: Path, reason: str) -> MeshError:
    where = Location.of(path)
    if "lock on file" in reason:
        return MeshError(
            f"the database of {name} is open for writing in another program",
            where=where,
            hint="close that program, or wait until it has ended",
        )
    first = reason.splitlines()[0] if reason else "unknown"
    return MeshError(f"the database of {name} cannot be read: {first}", where=where)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
