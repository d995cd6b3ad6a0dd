"""Tables of what was measured, as Markdown, and the document that they stand in."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from measure import Run, Spread

_SMALL = 0.1
"""Below it, two decimals would say little of a ratio."""
_PACKAGES = ("mesh-tools", "dbt-core", "dbt-duckdb", "msgspec", "orjson", "pyyaml", "click")


@dataclass(frozen=True)
class Table:
    """What was measured of commands that do the same, or parts of the same.

    Attributes:
        title: Its heading.
        runs: By row.
        part: What ``Run.part`` is, where the commands time a part of themselves.
        parallel: Whether a command is several processes at once. Then the time one waits comes first, and is compared.
    """

    title: str
    runs: Mapping[str, Sequence[Run]]
    part: str | None = None
    parallel: bool = False


@dataclass(frozen=True)
class _Figure:
    heading: str
    of: Callable[[Run], float]
    digits: int
    compared: bool = True


_CPU = _Figure("CPU s", lambda run: run.cpu, 2)
_WALL = _Figure("wall s", lambda run: run.wall, 2, compared=False)
_WAIT = _Figure("wall s", lambda run: run.wall, 2)
_PEAK = _Figure("peak MB", lambda run: run.peak_mb, 0)


def markdown(table: Table) -> str:
    """The table: each figure's median with least and greatest, and its ratio to the first row's."""
    figures = [_WAIT, _CPU, _PEAK] if table.parallel else [_CPU, _WALL, _PEAK]
    if table.part:
        figures.insert(0, _Figure(f"{table.part}, CPU s", lambda run: run.part or 0.0, 3))
    headings = ["", *(heading for figure in figures for heading in _headings(figure))]
    first = next(iter(table.runs.values()))
    rows = [headings, ["---", *("---:" for _ in headings[1:])]]
    for title, runs in table.runs.items():
        rows.append([title, *(cell for figure in figures for cell in _cells(figure, runs, first))])
    lines = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"### {table.title}\n\n{lines}\n"


def section(name: str, tables: Sequence[Table], load: tuple[float, float]) -> str:
    """A benchmark's generated part: where it was measured, and its tables."""
    return "\n".join(
        [
            f"{where(load)} {_runs(tables)} of each, in turn.\n",
            *map(markdown, tables),
            f"Again: `.venv/bin/python tests/benchmarks/run.py {name}`\n",
        ]
    )


def where(load: tuple[float, float]) -> str:
    """Machine, versions, and how busy the machine was before and after."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}; "
        f"Python {platform.python_version()}, {versions}. "
        f"Load average {load[0]:.1f} before, {load[1]:.1f} after."
    )


def _runs(tables: Sequence[Table]) -> str:
    counts = sorted({len(runs) for table in tables for runs in table.runs.values()})
    return f"{' or '.join(map(str, counts))} {'run' if counts == [1] else 'runs'}"


def with_section(document: str, name: str, content: str) -> str:
    """``document`` with ``content`` between the markers of ``name``.

    Raises:
        ValueError: the markers are not there, once each.
    """
    opening, closing = f"<!-- {name}: generated -->\n", f"<!-- {name}: end -->"
    if document.count(opening) != 1 or document.count(closing) != 1:
        raise ValueError(f"the document lacks the markers of '{name}'")
    before, _, rest = document.partition(opening)
    _, _, after = rest.partition(closing)
    return f"{before}{opening}\n{content}\n{closing}{after}"


def _headings(figure: _Figure) -> list[str]:
    return [figure.heading, "ratio"] if figure.compared else [figure.heading]


def _cells(figure: _Figure, runs: Sequence[Run], first: Sequence[Run]) -> list[str]:
    spread = Spread.of([figure.of(run) for run in runs])
    shown = [f"{number:,.{figure.digits}f}" for number in (spread.median, spread.least, spread.greatest)]
    cell = shown[0] if len(set(shown)) == 1 else f"{shown[0]} ({shown[1]}..{shown[2]})"
    base = Spread.of([figure.of(run) for run in first]).median
    return [cell, _ratio(spread.median, base)] if figure.compared else [cell]


def _ratio(value: float, base: float) -> str:
    ratio = value / base if base else 0.0
    if ratio >= 1 or not ratio:
        return f"{ratio:.1f}"
    return f"{ratio:.2f}" if ratio >= _SMALL else f"{ratio:.2g}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())
