"""The sources that a project reads, and whether their data has changed.

Files are hashed. A relation is asked by dbt's own freshness query, where one is declared. What another project of the
mesh builds has changed when that was built. Of anything else nothing is known, and so it counts as changed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from glob import glob
from pathlib import Path

from mesh_tools.artifacts.manifest import Manifest, SourceNode
from mesh_tools.build.storage import SourceState
from mesh_tools.files import write_atomically

_LITERAL = re.compile(r"'([^']+)'")
_CHUNK = 1 << 20


def sources_of(manifest: Manifest, projects: Collection[str]) -> dict[str, SourceState]:
    """What kind of source each one is that a node of the project reads; their states are not known yet.

    Args:
        manifest: Of the project.
        projects: Names of all projects of the mesh.
    """
    read = {parent for node in manifest.nodes.values() for parent in node.depends_on.nodes}
    return {
        f"{source.source_name}.{source.name}": _kind(source, manifest.project, projects)
        for unique_id, source in manifest.sources.items()
        if unique_id in read
    }


def _kind(source: SourceNode, project: str, projects: Collection[str]) -> SourceState:
    relation = source.relation_name or ""
    if relation.startswith("'") or "(" in relation:
        return _external(relation)
    if source.plugin:
        return SourceState(kind="unknown", why=f"the plugin {source.plugin} loads it")
    if source.database in projects and source.database != project:
        return SourceState(kind="project", project=source.database)
    if source.has_freshness:
        return SourceState(kind="relation")
    return SourceState(kind="unknown", why="no freshness is declared for it")


def _external(relation: str) -> SourceState:
    files = tuple(_LITERAL.findall(relation))
    if not files:
        return SourceState(kind="unknown", why="no file name stands in its external location")
    remote = next((name for name in files if "://" in name), None)
    if remote:
        return SourceState(kind="unknown", why=f"nothing tells whether {remote} has changed")
    return SourceState(kind="files", files=files)


class FileHashes:
    """Hashes of data files, remembered while size, times and inode stay what they are.

    A file that cannot be read back, or was damaged, is only a loss of time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = _read(path)
        self._used: dict[str, list[str | int]] = {}

    def state(self, folder: Path, files: Collection[str]) -> str | None:
        """A digest over all files that ``files`` (paths or globs, relative to ``folder``) name; ``None`` without any.

        DuckDB has found some, or the build would have failed: then it looks for them otherwise, and nothing is known.
        """
        total = hashlib.blake2b(digest_size=16)
        any_found = False
        for pattern in files:
            for name in _matching(folder, pattern):
                with suppress(OSError):
                    total.update(f"{name}\0{self._hash(name)}\0".encode())
                    any_found = True
        return total.hexdigest() if any_found else None

    def newest_change(self, folder: Path, files: Collection[str]) -> float:
        """When any of the files was changed last: seconds since the epoch, 0 without files."""
        newest = 0.0
        for pattern in files:
            for name in _matching(folder, pattern):
                with suppress(OSError):
                    newest = max(newest, Path(name).stat().st_ctime)
        return newest

    def save(self) -> None:
        """Remember what was hashed, for the next build."""
        if self._used and self._used != self._known:
            with suppress(OSError):
                write_atomically(self._path, json.dumps({**self._known, **self._used}).encode())

    def _hash(self, name: str) -> str:
        stat = Path(name).stat()
        # ctime too: whoever sets back a file's mtime cannot set that.
        key: list[str | int] = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
        known = self._known.get(name)
        if known is None or known[:-1] != key:
            known = [*key, _file_digest(name)]
        self._used[name] = known
        return str(known[-1])


def _matching(folder: Path, pattern: str) -> list[str]:
    """Absolute patterns, too, which ``Path.glob`` refuses."""
    # Not below the folder's own name, in which a bracket would mean something.
    return sorted(str(folder / name) for name in glob(pattern, root_dir=folder, recursive=True))  # noqa: PTH207


def _file_digest(name: str) -> str:
    hashed = hashlib.blake2b(digest_size=16)
    with Path(name).open("rb") as file:
        while chunk := file.read(_CHUNK):
            hashed.update(chunk)
    return hashed.hexdigest()


def _read(path: Path) -> dict[str, list[str | int]]:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {name: entry for name, entry in content.items() if isinstance(entry, list) and len(entry) == 5}  # noqa: PLR2004


def loaded_at(states: Mapping[str, SourceState], freshness: Mapping[str, str | None]) -> dict[str, SourceState]:
    """``states`` with what dbt's freshness query says, by ``source.table``."""
    return {
        name: SourceState(kind=state.kind, state=freshness.get(name)) if state.kind == "relation" else state
        for name, state in states.items()
    }
