"""`make bench`: measures mesh beside its peers, and writes the tables of docs/benchmarks.md.

Compare ratios, not seconds: seconds are those of one machine on one day.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from build import build_tables
from manifest_reading import make_manifest, reading_cases
from measure import Case, CommandError, measure
from peers import dbt_with_loom
from startup import startup_cases
from sync import install_packages, make_scene, parse_cases, sync_cases
from tables import Table, section, where, with_section

_REPOSITORY = Path(__file__).resolve().parents[2]
_DOCUMENT = _REPOSITORY / "docs" / "benchmarks.md"
_WORK = _REPOSITORY / ".mesh" / "bench"


@dataclass(frozen=True)
class Bench:
    """How to measure: how often when somebody said so, how much, and where."""

    asked: int | None
    quick: bool
    work: Path = _WORK

    @property
    def runs(self) -> int:
        """Of each command."""
        return self.asked or (1 if self.quick else 5)

    def table(self, title: str, cases: Sequence[Case], part: str | None = None) -> Table:
        """Measure ``cases``."""
        say(title)
        return Table(title, measure(cases, self.runs, self.work, say), part)


def say(line: str) -> None:
    """A line of progress."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def startup(bench: Bench) -> list[Table]:
    """Start-up."""
    return [bench.table("Start-up", startup_cases(bench.work))]


def reading(bench: Bench) -> list[Table]:
    """Reading a manifest of two sizes."""
    tables = []
    for models in (100,) if bench.quick else (1_000, 10_000):
        say(f"making a manifest of {models:,} models")
        manifest = make_manifest(bench.work / f"models-{models}", models)
        title = f"{models:,} models, {manifest.stat().st_size / 1e6:,.0f} MB"
        tables.append(bench.table(title, reading_cases(manifest), "reading alone"))
    return tables


def sync(bench: Bench) -> list[Table]:
    """Sync, and parsing after it."""
    products, used = (100, 5) if bench.quick else (1_000, 20)
    loom = dbt_with_loom(bench.work, say)
    say(f"making a producer of {products:,} products, and consumers of {used}")
    scene = make_scene(bench.work / "sync", products, used)
    tables = [bench.table("`mesh sync`", sync_cases(scene))]
    install_packages(scene)
    for edited, title in ((False, "`dbt parse` from nothing"), (True, "`dbt parse` again, one model edited")):
        tables.append(bench.table(title, parse_cases(scene, loom, edited=edited)))
    return tables


def build(bench: Bench) -> list[Table]:
    """Building whole meshes."""
    return list(build_tables(bench.work / "build", say, runs=bench.asked, quick=bench.quick))


BENCHMARKS: dict[str, Callable[[Bench], list[Table]]] = {
    "startup": startup,
    "reading": reading,
    "sync": sync,
    "build": build,
}

SCRIPTS = {
    "contract-diff": ("contract_diff.py",),
    "shadow-bind": ("shadow_bind.py",),
    "lineage": ("lineage.py", "--models", "1000", "--peers"),
    "drift": ("drift.py",),
    "lint": ("lint.py",),
    "catalogue": ("catalogue.py", "--runs", "1"),
}
"""Benchmarks of what runs within one process: each is a program of its own that prints its tables."""


def main() -> int:
    """Measure what the command line asks for."""
    known = (*BENCHMARKS, *SCRIPTS)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(known)}; default: all")
    parser.add_argument("--runs", type=int, help="of each command (default 5, of a build 3, with --quick 1)")
    parser.add_argument("--quick", action="store_true", help="small sizes, tables on the terminal only")
    arguments = parser.parse_args()
    if unknown := sorted(set(arguments.names) - set(known)):
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}")
    if arguments.runs is not None and arguments.runs < 1:
        parser.error("--runs must be 1 or more")
    bench = Bench(asked=arguments.runs, quick=arguments.quick)
    bench.work.mkdir(parents=True, exist_ok=True)
    try:
        for name in arguments.names or known:
            if name in SCRIPTS:
                _publish_script(name, bench)
            else:
                _publish(name, bench)
    except (CommandError, subprocess.CalledProcessError) as error:
        say(f"error: {error}")
        return 1
    return 0


def _publish(name: str, bench: Bench) -> None:
    before = os.getloadavg()[0]
    tables = BENCHMARKS[name](bench)
    text = section(name, tables, (before, os.getloadavg()[0]))
    _write(name, text, bench)


def _publish_script(name: str, bench: Bench) -> None:
    say(name)
    script, *arguments = SCRIPTS[name]
    before = os.getloadavg()[0]
    command = [sys.executable, str(Path(__file__).with_name(script)), *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    machine = where((before, os.getloadavg()[0]))
    _write(name, f"{machine}\n\n{done.stdout}\nAgain: `.venv/bin/python tests/benchmarks/run.py {name}`\n", bench)


def _write(name: str, text: str, bench: Bench) -> None:
    sys.stdout.write(f"{text}\n")
    if not bench.quick:
        _DOCUMENT.write_text(with_section(_DOCUMENT.read_text(), name, text))


if __name__ == "__main__":
    sys.exit(main())
