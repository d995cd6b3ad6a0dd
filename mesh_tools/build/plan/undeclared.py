"""Which files of a project read data that no source declares: nothing tells whether that has changed.

A superfluous build is better than a wrong skip, so what merely looks like it counts, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mesh_tools.errors import MeshError
from mesh_tools.mesh.yaml_file import YamlFile

# DuckDB's ways to read a file within a query; it takes double quotes around a file's name, too.
_SQL = re.compile(
    r"\bread_(?:csv|csv_auto|parquet|json|json_auto|json_objects|ndjson|ndjson_auto|text|blob|xlsx)\s*\("
    r"|\b(?:parquet|delta|iceberg|sqlite|postgres|mysql)_scan\s*\(|\bglob\s*\(|\b(?:from|join)\s+'[^']+'"
    r'|"[^"\n]+\.(?:csv|tsv|parquet|json|jsonl|ndjson|xlsx)(?:\.gz|\.zst)?"',
    re.IGNORECASE,
)
_PYTHON = re.compile(r"\bopen\s*\(|\bread_(?:excel|json|table|feather|orc|pickle|bytes)\s*\(")
# Only what surely is one: `--` within a line may stand in a string, and `/*` as well.
_SQL_COMMENT = re.compile(r"\{#.*?#\}|^[ \t]*--[^\n]*", re.DOTALL | re.MULTILINE)
_PYTHON_COMMENT = re.compile(r"^[ \t]*#[^\n]*", re.MULTILINE)
_HOOKS = frozenset(
    {
        "on-run-start",
        "on-run-end",
        *(f"{plus}{when}{dash}hook" for plus in ("", "+") for when in ("pre", "post") for dash in "-_"),
    }
)


def reads_undeclared(path: Path, data: bytes) -> bool:
    """Whether a file of a project, or a hook in it, reads files by itself.

    Args:
        path: Of the file; its suffix tells the language.
        data: What it holds.
    """
    if path.suffix == ".sql":
        return bool(_SQL.search(_SQL_COMMENT.sub("", _text(data))))
    if path.suffix == ".py":
        text = _PYTHON_COMMENT.sub("", _text(data))
        return bool(_SQL.search(text) or _PYTHON.search(text))
    if path.suffix in {".yml", ".yaml"}:
        return any(_SQL.search(hook) for hook in _hooks(path, data))
    return False


def _hooks(path: Path, data: bytes) -> Iterator[str]:
    if b"hook" not in data and b"on-run-" not in data:
        return
    try:
        scalars = list(YamlFile.parse(_text(data), path).scalars())
    except MeshError:
        return  # dbt says what is wrong with it
    yield from (scalar.value for scalar in scalars if not _HOOKS.isdisjoint(scalar.keys))


def _text(data: bytes) -> str:
    return data.decode(errors="replace")
