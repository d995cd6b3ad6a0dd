"""Remembers traced queries in an SQLite file, by what went into them.

The file is a cache and no more: one that is damaged, of another version or no database at all is thrown away, and
where it cannot be written everything works without it. Several processes may use it at once.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType

import msgspec

from mesh_tools.lineage.tasks import Done
from mesh_tools.lineage.version import TRACER

_PATIENCE = 5.0
"""Seconds to wait for another process that writes."""
_BATCH = 500
"""Keys in one question; SQLite takes 999 parameters at least."""


class LineageCache:
    """The cache at ``path``; without a path it remembers nothing.

    Attributes:
        is_checked: Whether this version of sqlglot was found to work as expected.
    """

    def __init__(self, path: Path | None, sqlglot: str) -> None:
        self._path = path
        self._version = f"{sqlglot}/{TRACER}"
        self._database: sqlite3.Connection | None = None
        self.is_checked = False

    def __enter__(self) -> LineageCache:  # noqa: PYI034  Self is of Python 3.11
        if self._path is not None:
            self._database = _opened(self._path, self._version) or _anew(self._path, self._version)
            self.is_checked = self._read_checked()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._database is None:
            return
        with contextlib.suppress(sqlite3.Error):
            if self.is_checked:
                self._database.execute("insert or ignore into about values ('checked', ?)", (self._version,))
            self._database.commit()
        self._close()

    def get(self, keys: Sequence[bytes]) -> dict[bytes, Done]:
        """What is remembered of ``keys``."""
        found: dict[bytes, Done] = {}
        try:
            for at in range(0, len(keys) if self._database else 0, _BATCH):
                found.update(self._some(keys[at : at + _BATCH]))
        except (sqlite3.Error, msgspec.DecodeError):
            self._close()
        return found

    def put(self, results: Iterable[tuple[bytes, Done]]) -> None:
        """Remember results."""
        if self._database is None:
            return
        rows = [(key, _ENCODER.encode(done)) for key, done in results]
        try:
            if rows:
                self._database.executemany("insert or replace into lineage values (?, ?)", rows)
                self._database.commit()
        except sqlite3.Error:
            self._close()

    def _some(self, keys: Sequence[bytes]) -> dict[bytes, Done]:
        assert self._database is not None  # noqa: S101  asked for by get alone
        marks = ",".join("?" * len(keys))
        rows = self._database.execute(f"select key, value from lineage where key in ({marks})", keys)  # noqa: S608
        return {key: _DECODER.decode(value) for key, value in rows}

    def _read_checked(self) -> bool:
        if self._database is None:
            return False
        try:
            row = self._database.execute("select value from about where name = 'checked'").fetchone()
        except sqlite3.Error:
            self._close()
            return False
        return row is not None and row[0] == self._version

    def _close(self) -> None:
        if self._database is not None:
            with contextlib.suppress(sqlite3.Error):
                self._database.close()
            self._database = None


def _opened(path: Path, version: str) -> sqlite3.Connection | None:
    """The cache that is there, or a new one; ``None`` when the file is no cache of this version."""
    database: sqlite3.Connection | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, timeout=_PATIENCE)
        database.execute("pragma synchronous = off")
        with database:
            database.execute("create table if not exists about (name text primary key, value text)")
            database.execute("create table if not exists lineage (key blob primary key, value blob) without rowid")
            database.execute("insert or ignore into about values ('version', ?)", (version,))
        if database.execute("select value from about where name = 'version'").fetchone() == (version,):
            return database
    except (sqlite3.Error, OSError):
        pass
    if database is not None:
        database.close()
    return None


def _anew(path: Path, version: str) -> sqlite3.Connection | None:
    """An empty cache in place of a file that is none; ``None`` where it cannot be written."""
    try:
        for name in (path, path.with_name(path.name + "-journal")):
            name.unlink(missing_ok=True)
    except OSError:
        return None
    return _opened(path, version)


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Done)
