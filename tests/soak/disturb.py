"""Ways to end a build that somebody did not expect, and moments for it."""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from support.processes import kill_all, processes_of, workers_of

KINDS = (
    "SIGKILL of mesh",
    "SIGKILL of a worker",
    "SIGKILL of the nursery",
    "SIGKILL of all",
    "SIGINT",
    "SIGTERM",
    "none",
)
MOMENTS = ("time", "journal", "generation")


@dataclass(frozen=True)
class Disturbance:
    """What happens to a build, and when.

    Attributes:
        kind: One of ``KINDS``.
        moment: ``time``: some seconds after the start. ``journal``: after so many of its lines. ``generation``: at once
            when so many generations are complete, which is when they are about to be published.
        amount: Seconds, lines, or generations.
        late: Seconds after that moment.
    """

    kind: str
    moment: str
    amount: float
    late: float

    @classmethod
    def by_chance(cls, chance: random.Random, usual: float) -> Disturbance:
        """Any; ``usual`` is how long a build takes: seconds."""
        kind, moment = chance.choice(KINDS), chance.choice(MOMENTS)
        amount = {
            "time": chance.uniform(0, usual),
            "journal": chance.randint(1, 25),
            "generation": chance.choice((1, 1, 1, 2, 4)),
        }[moment]
        return cls(kind, moment, amount, chance.choice((0.0, chance.uniform(0, 0.3))))

    def __str__(self) -> str:
        return f"{self.kind}, {self.moment} {self.amount:.2f} + {self.late:.2f} s"

    def apply(self, build: subprocess.Popen[str], root: Path) -> bool:
        """Wait for the moment, and do it; whether the build still ran then."""
        if self.kind == "none":
            return False
        came = self._moment(root)
        while build.poll() is None and not came():
            _rest(0.002)
        _rest(self.late)
        if build.poll() is not None:
            return False
        self._do(build, root)
        return True

    def _moment(self, root: Path) -> Callable[[], bool]:
        if self.moment == "time":
            until = time.monotonic() + self.amount
            return lambda: time.monotonic() >= until
        if self.moment == "journal":
            before = _journals(root)
            return lambda: any(_lines(path) >= self.amount for path in _journals(root) - before)
        known = _complete(root)
        return lambda: len(_complete(root) - known) >= self.amount

    def _do(self, build: subprocess.Popen[str], root: Path) -> None:
        with suppress(ProcessLookupError):
            if self.kind == "SIGKILL of mesh":
                build.kill()
            elif self.kind == "SIGKILL of all":
                kill_all(root)
            elif self.kind == "SIGKILL of a worker":
                for process in workers_of(root)[-1:]:
                    os.kill(process.pid, signal.SIGKILL)
            elif self.kind == "SIGKILL of the nursery":
                workers = {process.pid for process in workers_of(root)}
                for process in processes_of(root):
                    if process.is_nursery and process.pid not in workers:
                        os.kill(process.pid, signal.SIGKILL)
            else:
                build.send_signal(signal.Signals[self.kind])


def _journals(root: Path) -> set[Path]:
    return set((root / ".mesh" / "runs").glob("*/journal.jsonl"))


def _lines(path: Path) -> int:
    with suppress(OSError):
        return path.read_bytes().count(b"\n")
    return 0


def _complete(root: Path) -> set[Path]:
    return set((root / ".mesh" / "data" / "dev").glob("*/gen-*/generation.json"))


def _rest(seconds: float) -> None:
    select.select([], [], [], seconds)
