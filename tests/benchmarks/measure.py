"""Runs commands in turn (A B C A B C ...) and keeps what each run cost."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

# dbt neither reports home nor looks for newer versions; colours would only cost.
_ENVIRONMENT = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1", "NO_COLOR": "1"}
_PART = re.compile(r"^part: ([0-9.]+) CPU s$", re.MULTILINE)
_SHOWN_LINES = 30


@dataclass(frozen=True)
class Run:
    """What one run cost.

    Attributes:
        cpu: User and system seconds of the process and all that it started.
        wall: Seconds.
        peak_mb: Peak resident memory in MiB of the largest process, mapped files included; of a case that is a tree,
            of all its processes at the same time.
        part: CPU seconds of the part in question, for commands that time it themselves.
    """

    cpu: float
    wall: float
    peak_mb: float
    part: float | None = None


@dataclass(frozen=True)
class Case:
    """A command to measure.

    Attributes:
        title: Its row in the table.
        command: Program and arguments; the program is a path.
        folder: Where it runs.
        prepare: Called before each run, not measured.
        environment: Variables besides this process's own.
        tree: Whether it is measured with all processes below it, see :mod:`tree`.
        runs: How often it runs at most.
    """

    title: str
    command: Sequence[str | Path]
    folder: Path
    prepare: Callable[[], object] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    tree: bool = False
    runs: int | None = None


@dataclass(frozen=True)
class Spread:
    """The median of a figure over all runs, with the least and the greatest."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of one or more values."""
        return cls(median(values), min(values), max(values))


class CommandError(Exception):
    """A command that is measured ended with an error: its figures would mean nothing."""


def measure(cases: Sequence[Case], runs: int, logs: Path, say: Callable[[str], None]) -> dict[str, list[Run]]:
    """The runs of each case, by title. Every case runs once before any runs again, so that noise hits all alike.

    Raises:
        CommandError: a command failed.
    """
    logs.mkdir(parents=True, exist_ok=True)
    results: dict[str, list[Run]] = {case.title: [] for case in cases}
    for number in range(1, runs + 1):
        for case in cases:
            if case.runs is not None and number > case.runs:
                continue
            run = run_once(case, logs / "output.log")
            results[case.title].append(run)
            say(f"  {number}/{runs} {case.title}: {run.wall:.2f} s, {run.cpu:.2f} CPU s, {run.peak_mb:.0f} MB")
    return results


def run_once(case: Case, log: Path) -> Run:
    """Run ``case`` once; what it prints goes to ``log``.

    Raises:
        CommandError: it failed.
    """
    if case.prepare:
        case.prepare()
    child = Path(__file__).with_name("tree.py" if case.tree else "child.py")
    done = subprocess.run(
        [sys.executable, "-E", "-S", child, log, *case.command],
        cwd=case.folder,
        env={**os.environ, **_ENVIRONMENT, **case.environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    cpu, wall, peak, code = map(float, done.stdout.split())
    output = log.read_text(errors="replace")
    if code:
        shown = "\n".join(output.splitlines()[-_SHOWN_LINES:])
        raise CommandError(f"{case.title}: {' '.join(map(str, case.command))} ended with {code:.0f}\n{shown}")
    part = _PART.search(output)
    return Run(cpu, wall, peak / 1024**2, float(part[1]) if part else None)


def program(name: str) -> Path:
    """The program ``name`` of the environment that this runs in."""
    return Path(sys.executable).with_name(name)
