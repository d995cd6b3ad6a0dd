"""Reading a manifest: ours beside what others read it with, and the limit."""

from __future__ import annotations

import sys
from pathlib import Path

from generate import Shape, write_manifest
from measure import Case

SHAPE = Shape(project="warehouse", columns=25)
_TITLES = {
    "mesh": "`read_manifest`",
    "limit": "limit: msgspec scans and keeps nothing",
    "json": "`json.load`",
    "orjson": "`orjson.loads`",
    "orjson-without-gc": "`orjson.loads`, garbage collector off",
    "dbt-writable": "dbt: `WritableManifest.read_and_check_versions`",
    "dbt": "dbt: the same, then `Manifest.from_writable_manifest`",
}


def make_manifest(folder: Path, models: int) -> Path:
    """A manifest of ``models`` models."""
    return write_manifest(folder, SHAPE, models)


def reading_cases(manifest: Path) -> list[Case]:
    """Every way to read ``manifest``, ours first."""
    script = Path(__file__).with_name("readers.py")
    return [
        Case(title, [sys.executable, script, way, manifest.name], manifest.parent) for way, title in _TITLES.items()
    ]
