"""Runs one command as its child, and prints what that cost: CPU seconds, wall seconds, peak RSS, exit code.

A program of its own, and a small one, because Linux counts the memory of the process that starts a child as the
child's: started from the benchmark itself, every child would seem at least as large as that.
"""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resource import struct_rusage


def spawn(log: str, command: list[str]) -> int:
    """Start a command whose output goes to the file ``log``; its process id."""
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    redirections = [(os.POSIX_SPAWN_DUP2, output, stream) for stream in (1, 2)]
    return os.posix_spawn(command[0], command, os.environ, file_actions=redirections)


def peak_bytes(usage: struct_rusage) -> int:
    """Peak resident memory of the largest process."""
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main() -> None:
    """``child.py LOG COMMAND...``: what the command says goes to the file ``LOG``."""
    log, *command = sys.argv[1:]
    start = time.perf_counter()
    child = spawn(log, command)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    cpu = usage.ru_utime + usage.ru_stime
    sys.stdout.write(f"{cpu} {wall} {peak_bytes(usage)} {os.waitstatus_to_exitcode(status)}\n")


if __name__ == "__main__":
    main()
