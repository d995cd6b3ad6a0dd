"""Reads one manifest in one way, and prints how much CPU that took besides the imports: ``readers.py WAY PATH``."""

from __future__ import annotations

import gc
import json
import mmap
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Reader = Callable[[Path], Any]


def _limit() -> Reader:
    import msgspec

    class Nothing(msgspec.Struct):
        """Keeps no field, so that the scan of the text is all that is left."""

    decoder = msgspec.json.Decoder(Nothing)

    def read(path: Path) -> object:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return decoder.decode(data)

    return read


def _mesh() -> Reader:
    from mesh_tools.artifacts.manifest import read_manifest

    return read_manifest


def _json() -> Reader:
    def read(path: Path) -> object:
        with path.open("rb") as file:
            return json.load(file)

    return read


def _orjson() -> Reader:
    import orjson

    return lambda path: orjson.loads(path.read_bytes())


def _orjson_without_gc() -> Reader:
    read = _orjson()
    gc.disable()
    return read


def _dbt_writable() -> Reader:
    import dbt.include.global_project  # noqa: F401 - mends an enum, without which dbt 1.11 cannot read its own file
    from dbt.artifacts.schemas.manifest import WritableManifest

    return lambda path: WritableManifest.read_and_check_versions(str(path))


def _dbt() -> Reader:
    from dbt.contracts.graph.manifest import Manifest

    read = _dbt_writable()
    return lambda path: Manifest.from_writable_manifest(read(path))


READERS: dict[str, Callable[[], Reader]] = {
    "mesh": _mesh,
    "limit": _limit,
    "json": _json,
    "orjson": _orjson,
    "orjson-without-gc": _orjson_without_gc,
    "dbt-writable": _dbt_writable,
    "dbt": _dbt,
}
"""Each imports what it needs when it is called; what it returns only reads."""


def main() -> None:
    """Read, and say what was found."""
    way, path = sys.argv[1:]
    read = READERS[way]()
    start = time.process_time()
    manifest = read(Path(path))
    sys.stdout.write(f"part: {time.process_time() - start:.4f} CPU s\n")
    nodes = manifest["nodes"] if isinstance(manifest, dict) else getattr(manifest, "nodes", {})
    for kind in ("model", "test"):
        sys.stdout.write(f"{kind}s: {sum(unique_id.startswith(f'{kind}.') for unique_id in nodes)}\n")


if __name__ == "__main__":
    main()
