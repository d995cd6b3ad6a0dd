"""`make soak`: builds that are killed at random moments, with readers all the while; writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

_TESTS = Path(__file__).resolve().parents[1]
_DOCUMENT = _TESTS.parent / "docs" / "benchmarks.md"
sys.path[:0] = [str(_TESTS), str(_TESTS / "benchmarks")]

from soak.rounds import BrokenError, Figures, Soak  # noqa: E402 - found through the line above
from tables import where, with_section  # noqa: E402


def say(line: str) -> None:
    """A line of progress."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def section(figures: Figures, seed: int, load: tuple[float, float]) -> str:
    """The generated part of the document."""
    recoveries = sorted(figures.recoveries)
    rows = {
        "builds to be disturbed": f"{figures.builds}",
        **{f"... {kind}": f"{count}" for kind, count in sorted(figures.ended.items())},
        "went on by `--resume`": f"{figures.resumes}",
        "back to a good state: median (greatest), s": f"{statistics.median(recoveries):.1f} ({recoveries[-1]:.1f})",
        "reads meanwhile": f"{figures.reads:,}",
        "reads that failed, or saw a mixed state": "0",
        "states that differ from an undisturbed build's": "0",
        "compared with a clean build elsewhere": f"{figures.clean}",
        "locks, processes left": "0",
        "minutes": f"{figures.seconds / 60:.0f}",
    }
    lines = ["| | |", "| --- | ---: |", *(f"| {name} | {value} |" for name, value in rows.items())]
    again = f"Again: `.venv/bin/python tests/soak/run.py --builds {figures.builds} --seed {seed}`\n"
    return "\n".join([f"{where(load)} One run.\n", *lines, "", again])


def main() -> int:
    """Soak, and write the figures; 1 when something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--builds", type=int, default=100, help="that are disturbed (default: 100)")
    parser.add_argument("--seed", type=int, help="of all chances (default: a new one)")
    parser.add_argument("--no-document", action="store_true", help="leave docs/benchmarks.md alone")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.randrange(10**6)  # noqa: S311
    folder = Path(tempfile.mkdtemp(prefix="mesh-soak-"))
    say(f"seed {seed}, in {folder}")
    before = os.getloadavg()[0]
    soak = Soak(folder, seed, say)
    try:
        figures = soak.run(options.builds)
    except BrokenError as error:
        say(f"{error}\nseed {seed}, after {soak.figures.builds} builds; the mesh is kept in {folder}")
        return 1
    shutil.rmtree(folder)
    content = section(figures, seed, (before, os.getloadavg()[0]))
    if options.no_document:
        sys.stdout.write(content)
    else:
        _DOCUMENT.write_text(with_section(_DOCUMENT.read_text(), "soak", content))
    return 0


if __name__ == "__main__":
    sys.exit(main())
