"""Runs SQL on DuckDB, and nothing else: ``sql_alone.py FILE``, which holds a JSON list of statements."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb


def main() -> None:
    """Run the statements in their order, on one connection."""
    with duckdb.connect() as connection:
        for statement in json.loads(Path(sys.argv[1]).read_bytes()):
            connection.execute(statement)


if __name__ == "__main__":
    main()
