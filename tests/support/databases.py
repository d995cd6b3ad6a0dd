"""DuckDB files, and other processes that have them open: locks are between processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

_OPEN = """
import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "read"):
    print("open", flush=True)
    sys.stdin.read()
"""
_HOLD = """
import sys
from pathlib import Path
from mesh_tools.build.storage.in_use import pin
held = pin(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def fill(path: Path, value: int, *, table: str = "orders") -> None:
    """Let ``table`` hold one row with ``value``."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create or replace table {table} as select {value} as n")


def value_in(path: Path, table: str = "orders") -> int | None:
    """What the one row of ``table`` holds; ``None`` without such a table."""
    with duckdb.connect(str(path), read_only=True) as connection:
        if (table,) not in connection.execute("select table_name from duckdb_tables()").fetchall():
            return None
        row = connection.execute(f"select n from {table}").fetchone()
    return int(row[0]) if row else None


@contextmanager
def open_elsewhere(path: Path, how: str = "read") -> Iterator[None]:
    """Another process has ``path`` open in DuckDB, to ``read`` or to ``write``."""
    with _other(_OPEN, str(path), how):
        yield


@contextmanager
def pinned_elsewhere(path: Path) -> Iterator[None]:
    """Another process has pinned ``path``."""
    with _other(_HOLD, str(path)):
        yield


@contextmanager
def _other(code: str, *arguments: str) -> Iterator[None]:
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        yield
