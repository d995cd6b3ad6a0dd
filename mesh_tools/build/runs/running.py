"""Whether the process of a run still lives."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def is_running(pid: int) -> bool:
    """Whether there is such a process, besides this one: after a restart its number may be that of a killed one."""
    if pid <= 0 or pid == os.getpid():
        return False
    if sys.platform == "win32":
        return False  # there os.kill would end it
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True  # of another user
    except (OSError, OverflowError):
        return False
    return not _has_ended(pid)


def _has_ended(pid: int) -> bool:
    """Whether the process is only there because its parent has not asked for its end: in containers for ever."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False  # not Linux
    return stat.rpartition(b")")[2].split()[:1] == [b"Z"]
