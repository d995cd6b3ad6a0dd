"""Runs of `mesh lint` that were kept: one line each, appended.

Only whole runs of a mesh by its own policy are kept, and of those of one day only what differs from the one before. A
line that was being written when the process ended is passed over. Beyond a thousand runs, the older half goes.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from mesh_tools.contracts.operands.git import Git
from mesh_tools.errors import MeshError
from mesh_tools.files import locked, replace_file
from mesh_tools.lint.scorecard import Entry
from mesh_tools.mesh.workspace import Workspace

_FILE = Path("lint") / "history.jsonl"
_LOCK = Path("lint") / "history.lock"
_MOST = 1000
_DECODER = msgspec.json.Decoder(Entry)


def read_history(workspace: Workspace) -> tuple[Entry, ...]:
    """The runs that were kept, oldest first; lines that cannot be read are passed over."""
    found = (_entry(line) for line in _lines(workspace.state / _FILE))
    return tuple(entry for entry in found if entry is not None)


def record(workspace: Workspace, entry: Entry) -> bool:
    """Keep a run, unless it says what the last one of the day said.

    Returns:
        Whether it was kept; not when another process is just keeping one.

    Raises:
        OSError: the file cannot be written.
    """
    with locked(workspace.state / _LOCK, str(os.getpid())) as holder:
        if holder is not None:
            return False
        known = read_history(workspace)
        if known and entry.is_like(known[-1]):
            return False
        _append(workspace.state / _FILE, entry, known)
        return True


def commit_of(workspace: Workspace) -> str | None:
    """The commit that is checked out; ``None`` where there is no repository, or no git."""
    try:
        return Git(workspace.root).commit("HEAD")
    except MeshError:
        return None


def _append(path: Path, entry: Entry, known: Sequence[Entry]) -> None:
    line = msgspec.json.encode(entry) + b"\n"
    if len(known) >= _MOST:
        kept = b"".join(msgspec.json.encode(one) + b"\n" for one in known[-_MOST // 2 :])
        replace_file(path, kept + line)
        return
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            torn = file.read(1) != b"\n"
            line = b"\n" + line if torn else line
        file.write(line)


def _lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().splitlines()
    except OSError:
        return []


def _entry(line: bytes) -> Entry | None:
    try:
        return _DECODER.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
