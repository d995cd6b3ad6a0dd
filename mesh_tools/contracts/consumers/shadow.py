"""An in-memory DuckDB that holds empty relations, and says what a query would return from them.

It cannot reach files, the network or extensions: SQL of other projects is only bound, never run.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from mesh_tools.contracts.consumers.reader import Place

ShadowColumns = tuple[tuple[str, str], ...]
"""Names, and DuckDB's types, in their order."""

ANY_TYPE = '"NULL"'
"""Stands for a type that is not known: DuckDB uses it as any type."""

_VIEW = "memory.main.mesh_shadow_view"
_OWN = frozenset({"memory", "system", "temp"})
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "threads": "1",
}
_MISSING = "the package duckdb is not installed; install mesh-tools[duckdb]"


class CannotBindError(Exception):
    """The query cannot be bound; the message is the first line of DuckDB's."""


class NotCheckedError(Exception):
    """Nothing can be bound here; the message says why."""


class ShadowWarehouse:
    """Empty relations, and the queries over them."""

    def __init__(self) -> None:
        """Start it.

        Raises:
            NotCheckedError: DuckDB is not installed.
        """
        try:
            import duckdb  # noqa: PLC0415 - an extra, and heavy
        except ImportError:
            raise NotCheckedError(_MISSING) from None
        self._failures = (duckdb.InternalException, duckdb.FatalException)
        self._errors = (duckdb.Error, RuntimeError, ValueError)
        self._connection = duckdb.connect(":memory:", config=_SETTINGS)
        self._connection.execute("set enable_external_access = false")
        self._schemas: set[tuple[str, str]] = set()

    def put(self, places: Iterable[Place], columns: ShadowColumns | None) -> None:
        """Let an empty relation of these columns lie at ``places``; none where they are not known.

        Nor where DuckDB cannot have it: a type of an extension, two columns of one name, a reserved name.

        Raises:
            NotCheckedError: DuckDB itself failed.
        """
        for place in places:
            try:
                self._put(place, columns)
            except CannotBindError:
                self._remove(place)

    def describe(self, sql: str) -> ShadowColumns:
        """The columns that ``sql`` returns.

        Raises:
            CannotBindError: it cannot be bound.
            NotCheckedError: DuckDB itself failed.
        """
        # The line break ends a comment.
        rows = self._run(f"describe (\n{sql.strip().rstrip(';')}\n)")
        return tuple((row[0], row[1]) for row in rows)

    def describe_vague(self, sql: str) -> ShadowColumns:
        """The same where types are not all known: :meth:`describe` would make numbers of :data:`ANY_TYPE`.

        Raises:
            CannotBindError: it cannot be bound.
            NotCheckedError: DuckDB itself failed.
        """
        self._run(f"create or replace view {_VIEW} as (\n{sql.strip().rstrip(';')}\n)")
        return tuple((row[1], row[2]) for row in self._run(f"pragma table_info('{_VIEW}')"))

    def _put(self, place: Place, columns: ShadowColumns | None) -> None:
        if columns:
            written = ", ".join(f"{quoted(column)} {data_type}" for column, data_type in columns)
            self._run(f"create or replace table {self._name(place)} ({written})")
        else:
            self._remove(place)

    def _remove(self, place: Place) -> None:
        with suppress(CannotBindError):
            self._run(f"drop table if exists {self._name(place)}")

    def _name(self, place: Place) -> str:
        database, schema = place.database or "memory", place.schema or "main"
        if (database.lower(), schema.lower()) not in self._schemas:
            self._make(database, schema)
        return ".".join(quoted(part) for part in (database, schema, place.identifier))

    def _make(self, database: str, schema: str) -> None:
        if database.lower() not in _OWN:
            self._run(f"attach if not exists ':memory:' as {quoted(database)}")
        self._run(f"create schema if not exists {quoted(database)}.{quoted(schema)}")
        self._schemas.add((database.lower(), schema.lower()))

    def _run(self, statement: str) -> list[tuple[str, ...]]:
        try:
            statement.encode()  # DuckDB's own complaint about what is no Unicode is a TypeError
            statements = self._connection.extract_statements(statement)
            if len(statements) != 1:
                raise CannotBindError("it is more than one statement")
            return self._connection.execute(statements[0]).fetchall()
        except self._failures as error:  # says nothing about the query, and DuckDB answers nothing after it
            raise NotCheckedError(f"DuckDB failed: {first_line(error)}") from None
        except self._errors as error:
            raise CannotBindError(first_line(error)) from None


def quoted(name: str) -> str:
    """``name`` as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def first_line(error: Exception) -> str:
    """The first line of an error's message."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
