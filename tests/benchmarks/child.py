"""Runs one command as its child, and prints what that cost: CPU seconds, wall seconds, peak RSS, exit code.

A program of its own, and a small one, because Linux counts the memory of the process that starts a child as the
child's: started from the benchmark itself, every child would seem at least as large as that.
"""

from __future__ import annotations

import os
import sys
import time


def main() -> None:
    """``child.py LOG COMMAND...``: what the command says goes to the file ``LOG``."""
    log, *command = sys.argv[1:]
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    redirections = [(os.POSIX_SPAWN_DUP2, output, stream) for stream in (1, 2)]
    start = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=redirections)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    sys.stdout.write(f"{usage.ru_utime + usage.ru_stime} {wall} {peak} {os.waitstatus_to_exitcode(status)}\n")


if __name__ == "__main__":
    main()
