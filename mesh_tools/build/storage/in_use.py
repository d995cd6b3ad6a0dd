"""Who uses a file: a mesh that has pinned it, or a process that has it open in DuckDB."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, which refuses to remove or replace an open file by itself
    fcntl = None  # type: ignore[assignment]
_HAS_LOCKS: bool = fcntl is not None

_FICLONE = 0x40049409  # <linux/fs.h>: share the blocks until one of the two is written


def pin(path: Path) -> int | None:
    """Hold ``path`` as used until the descriptor is closed, or this process ends; ``None`` when it is not there."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    if _HAS_LOCKS:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    return descriptor


def is_pinned(path: Path) -> bool:
    """Whether somebody holds ``path`` by :func:`pin`."""
    if not (_HAS_LOCKS and path.exists()):
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def is_open(path: Path) -> bool:
    """Whether another process has ``path`` open in DuckDB, which locks it, shared for reading.

    Not for a file that this process has open: closing any descriptor of it would drop its own locks.
    """
    if not (_HAS_LOCKS and path.exists()):
        return False
    try:
        file = path.open("r+b")
    except PermissionError:
        return True  # of another user: nothing tells, and it is not to be removed by this one
    with file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def copy_file(source: Path, target: Path) -> None:
    """Copy a file that nobody writes; without copying its blocks where the file system can share them.

    Raises:
        OSError: the disk is full, or protected.
    """
    with source.open("rb") as read, target.open("wb") as write:
        if _HAS_LOCKS:
            with suppress(OSError):
                fcntl.ioctl(write, _FICLONE, read.fileno())
                return
    shutil.copyfile(source, target)
