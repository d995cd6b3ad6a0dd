"""Processes that belong to a mesh of a test: marked by a variable in their environment, which children inherit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from mesh_tools.files import locked

_MARK = "MESH_TEST_ROOT"


@dataclass(frozen=True)
class Process:
    """A process that runs."""

    pid: int
    parent: int
    command: str

    @property
    def is_nursery(self) -> bool:
        """Whether workers are forked from it: its own child, unlike a worker's."""
        return "work.nursery" in self.command

    @property
    def is_of_dbt(self) -> bool:
        """Whether it is a worker or the nursery."""
        return "mesh_tools.build.work." in self.command


def start(root: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start ``mesh`` in a mesh, in a session of its own, as a terminal would."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell has started this in the background; what is started from here would inherit it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return subprocess.Popen(
        [Path(sys.executable).with_name("mesh"), *arguments],
        cwd=root,
        env={**os.environ, _MARK: str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def processes_of(root: Path) -> list[Process]:
    """Every process that was started by :func:`start`, and all that these have started."""
    mark = f"{_MARK}={root}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                # What stands before the last bracket is a name, which may hold anything.
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
                if state != "Z":
                    found.append(Process(int(folder.name), int(parent), command))
    return found


def workers_of(root: Path) -> list[Process]:
    """The processes in which dbt runs: those that were forked from the nursery, or spawned."""
    dbt = [process for process in processes_of(root) if process.is_of_dbt]
    nurseries = {process.pid for process in dbt if process.is_nursery and not _is_child(process, dbt)}
    return [process for process in dbt if process.pid not in nurseries]


def _is_child(process: Process, others: list[Process]) -> bool:
    return any(process.parent == other.pid for other in others)


def kill_all(root: Path, number: int = signal.SIGKILL) -> None:
    """Send a signal to every process of a mesh."""
    for process in processes_of(root):
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)


def locks_held(root: Path) -> list[str]:
    """Names of the build locks that some process holds."""
    held = []
    folder = root / ".mesh" / "lock"
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        before = path.read_text()
        with locked(path, before) as holder:
            if holder is not None:
                held.append(path.relative_to(folder).as_posix())
    return held


def wait_for(condition: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Whether ``condition`` comes true in time."""
    import select

    deadline = monotonic() + seconds
    while not condition():
        if monotonic() > deadline:
            return False
        select.select([], [], [], 0.02)
    return True
