"""Runs one command, and prints what it cost together with all processes that it started, and those in turn.

A program of its own, as :mod:`child` is. It becomes the parent of processes whose own parent ended before them, so
that none escapes: whoever is waited for is counted.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from child import peak_bytes, spawn

_PATIENCE = float(os.environ.get("BENCH_PATIENCE", "10"))
"""Seconds for a process to end after the command has."""
_PAUSE = 20
"""Between two samples, in times of what a sample takes: sampling never takes more than 5 % of one core."""
_BECOME_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)
_PPID = 1  # its place in /proc/PID/stat after the name, which is in brackets


class Sampler(threading.Thread):
    """Watches how much memory the processes below this one hold at the same time.

    Attributes:
        peak: Bytes, the largest sum so far. Each process counts with its proportional set size, so that a page which
            forked processes share counts once. 0 where there is no ``/proc``.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._done = threading.Event()

    def run(self) -> None:
        pause = 0.0
        while not self._done.wait(pause):
            start = time.perf_counter()
            self.peak = max(self.peak, sum(map(_proportional, descendants(os.getpid()))))
            pause = _PAUSE * (time.perf_counter() - start)

    def stop(self) -> None:
        self._done.set()
        self.join()


def descendants(ancestor: int) -> Iterator[int]:
    """The ids of all processes below ``ancestor``."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            fields = stat.read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[_PPID]), []).append(int(stat.parent.name))
    waiting = [ancestor]
    while waiting:
        below = children.get(waiting.pop(), [])
        waiting += below
        yield from below


def _proportional(process: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def main() -> None:
    """``tree.py LOG COMMAND...``: what the command says goes to the file ``LOG``."""
    log, *command = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_BECOME_SUBREAPER, 1, 0, 0, 0)
    sampler = Sampler()
    start = time.perf_counter()
    child = spawn(log, command)
    sampler.start()
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    cpu = usage.ru_utime + usage.ru_stime + _reap()
    sampler.stop()
    code = os.waitstatus_to_exitcode(status)
    left = _end_all(log)
    sys.stdout.write(f"{cpu} {wall} {sampler.peak or peak_bytes(usage)} {code or left}\n")


def _reap() -> float:
    """CPU seconds of the processes that were left behind, each waited for; those that do not end are left."""
    cpu, deadline = 0.0, time.monotonic() + _PATIENCE
    with suppress(ChildProcessError):  # there are no more
        while time.monotonic() < deadline:
            process, _, usage = os.wait4(-1, os.WNOHANG)
            cpu += usage.ru_utime + usage.ru_stime if process else 0.0
            time.sleep(0.0 if process else 0.02)
    return cpu


def _end_all(log: str) -> int:
    """End what still runs: it would cost the next command its time, and its own cost is not known."""
    left = list(descendants(os.getpid()))
    for process in left:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    if left:
        with Path(log).open("a") as file:
            file.write(f"{len(left)} processes went on after the command had ended\n")
    return len(left)


if __name__ == "__main__":
    main()
