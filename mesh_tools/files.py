"""Files that are whole or not there: nobody ever reads half of one."""

from __future__ import annotations

import errno
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]
_HAS_LOCKS: bool = fcntl is not None


def disk_hint(error: OSError) -> str | None:
    """What to do when a disk is full; ``None`` when that is not what has happened."""
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    return "make room, then run `mesh build --resume`; what was published is untouched" if full else None


def write_atomically(path: Path, data: bytes) -> bool:
    """Write ``data`` to ``path`` in one step, unless that is what it holds.

    Returns:
        Whether it was written.

    Raises:
        OSError: it cannot be written.
    """
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, data)
    return True


def replace_file(path: Path, data: bytes, *, durable: bool = False) -> None:
    """Make ``data`` the content of ``path``: readers have what was there or what is there now, as after a crash.

    Args:
        path: In a folder that exists.
        data: The whole content.
        durable: Wait until the disk has it, so that a power cut cannot take it back.

    Raises:
        OSError: it cannot be written.
    """
    # In the same folder, since a rename is one step only within a file system.
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    # Not tempfile: its files are for their owner alone, and what is written here may be shared.
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(path.parent)


@contextmanager
def locked(path: Path, content: str, *, shared: bool = False) -> Iterator[str | None]:
    """Hold ``path`` as a lock, which ends with the process however that ends.

    Args:
        path: The lock's file; it is created, and stays.
        content: What another process that finds it locked shall read: who holds it.
        shared: Others may hold it, too, if they share it.

    Yields:
        ``None`` when the lock is held, else what its holder has written there. Windows has no such locks: ``None``.

    Raises:
        OSError: the file cannot be opened.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        if not _lock(file.fileno(), shared=shared):
            file.seek(0)
            yield file.read() or "unknown"
            return
        file.truncate(0)
        file.write(content)
        file.flush()
        yield None


def outliving_lock(path: Path, patience: float, *, shared: bool = False) -> int | None:
    """A lock for child processes, which lasts until the last process that has its descriptor ends.

    Args:
        path: The lock's file.
        patience: Seconds to wait for the children of another process that has died.
        shared: Do not wait for those who share it.

    Returns:
        The descriptor to pass on; ``None`` when others still hold the lock.

    Raises:
        OSError: the file cannot be opened.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    deadline = time.monotonic() + patience
    while not _lock(descriptor, shared=shared):
        if time.monotonic() >= deadline:
            os.close(descriptor)
            return None
        time.sleep(0.05)
    _lock(descriptor, shared=True)
    return descriptor


def _lock(descriptor: int, *, shared: bool) -> bool:
    if not _HAS_LOCKS:
        return True
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    """Let the rename itself reach the disk, where folders can be opened (not on Windows)."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
