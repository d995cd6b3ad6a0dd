"""Builds that are ended at random moments, and what must hold after each of them."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from mesh_tools.interface.document import from_json
from soak.disturb import Disturbance
from soak.readers import HOLDS, Readers, reading
from soak.world import PROJECTS, World
from support.processes import kill_all, locks_held, processes_of, start, wait_for

_KEPT = 3  # generations, by default
_CLEAN_EVERY = 20
_PATIENCE = 300.0
_UNHIT = "came to its end"


class BrokenError(AssertionError):
    """Something did not hold."""


@dataclass
class Figures:
    """What a soak has counted.

    Attributes:
        builds: Those that were started to be disturbed.
        ended: How many were hit, by what hit them.
        resumes: Builds with ``--resume`` that went on.
        recoveries: Seconds that it took to get to a good state, of the rounds in which a build was hit.
        reads: Of all readers.
        clean: Comparisons with a clean build elsewhere.
        seconds: Altogether.
    """

    builds: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    resumes: int = 0
    recoveries: list[float] = field(default_factory=list)
    reads: int = 0
    clean: int = 0
    seconds: float = 0.0


class Soak:
    """A mesh that is built again and again."""

    def __init__(self, folder: Path, seed: int, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._say = say
        self._chance = random.Random(seed)  # noqa: S311 - a test that can be repeated
        (folder / "mesh").mkdir(parents=True)
        self._world = World(folder / "mesh")
        self._root = self._world.root
        self._version = 1
        self._usual = 0.0
        self._seen: set[int] = set()
        self.figures = Figures()

    def run(self, builds: int) -> Figures:
        """Disturb that many builds.

        Raises:
            BrokenError: something did not hold.
        """
        began = time.monotonic()
        try:
            self._build()
            self._usual = time.monotonic() - began
            self._check_settled()
            with reading(self._root / ".mesh" / "data" / "dev", self._folder) as readers:
                while self.figures.builds < builds:
                    self._round(readers)
            self.figures.reads = readers.reads
        finally:
            kill_all(self._root)
            self.figures.seconds = time.monotonic() - began
        return self.figures

    def _round(self, readers: Readers) -> None:
        """Change inputs, disturb one build or several, and let it come to a good end."""
        before = self.figures.ended.copy()
        self._change()
        self._disturbed([])
        while self._chance.random() < 0.3:
            if self._chance.random() < 0.3:
                self._change()
            self._disturbed(self._chance.choice(([], ["--resume"])))
        hit = time.monotonic()
        self._recover()
        if set(self.figures.ended - before) != {_UNHIT}:
            self.figures.recoveries.append(time.monotonic() - hit)
        self._check_settled()
        if self.figures.clean < self.figures.builds // _CLEAN_EVERY:
            self._check_clean()
        if errors := readers.errors():
            raise BrokenError("readers failed:\n" + "\n".join(errors[:5]))

    def _change(self) -> None:
        self._version += 1
        for project in self._chance.choice((["base"], ["base"], ["west"], ["east"], ["top"], list(PROJECTS))):
            self._world.change(project, self._version)

    def _disturbed(self, arguments: list[str]) -> None:
        disturbance = Disturbance.by_chance(self._chance, self._usual)
        workers = self._chance.choice((["--workers", "1"], ["--workers", "2"], ["--workers", "3"]))
        build = start(self._root, "build", *arguments, *workers)
        hit = disturbance.apply(build, self._root)
        output = _end_of(build)
        self.figures.builds += 1
        self.figures.ended[disturbance.kind if hit else _UNHIT] += 1
        how = f"{disturbance} ({'hit' if hit else 'not hit'})"
        self._say(f"{self.figures.builds}: {' '.join([*arguments, *workers])}: {how}, exit code {build.returncode}")
        if "Traceback" in output:
            raise BrokenError(f"a traceback:\n{output}")

    def _recover(self) -> None:
        """Sometimes by --resume, sometimes by a build as any other; at once, while dbt may still run."""
        if self._chance.random() < 0.7:
            build = start(self._root, "build", "--resume")
            output = _end_of(build)
            if build.returncode == 0:
                self.figures.resumes += 1
                self._check_content("after --resume")
            elif "has nothing left to do" not in output:
                raise BrokenError(f"--resume ended with {build.returncode}:\n{output}")
        self._build()
        self._check_content("after a build")

    def _build(self) -> None:
        build = start(self._root, "build")
        output = _end_of(build)
        if build.returncode != 0 or "Traceback" in output:
            raise BrokenError(f"the build ended with {build.returncode}:\n{output}")

    def _check_content(self, when: str) -> None:
        expected, found = self._world.expected(), self._world.content()
        wrong = [table for table in expected if expected[table] != found[table]]
        # Readers get here between a resumed run of old inputs and the build of new ones, but never see a mixture.
        if wrong:
            first = wrong[0]
            raise BrokenError(f"{when}, {wrong} differ; {first}: {found[first][:3]}, not {expected[first][:3]}")
        self._check_history(when)

    def _check_history(self, when: str) -> None:
        """The incremental model has lost nothing that was published, and has run once in each generation."""
        found = self._world.history()
        if not self._seen.issubset(found) or found[-1] != self._world.versions["west"]:
            raise BrokenError(f"{when}, the history is {found}; there was {sorted(self._seen)}")
        self._seen = set(found)

    def _check_settled(self) -> None:
        """Nothing runs, nothing is locked, and the registry agrees with the data."""
        if not wait_for(lambda: not processes_of(self._root)):
            raise BrokenError(f"left running: {processes_of(self._root)}")
        if held := locks_held(self._root):
            raise BrokenError(f"locks that are held: {held}")
        for project in PROJECTS:
            folder = self._root / ".mesh" / "data" / "dev" / project
            registered = self._root / ".mesh" / "registry" / "dev" / project / "current.json"
            published = folder / "current" / "interface.json"
            promise = replace(from_json(registered.read_bytes(), ""), promised_since=None)  # the registry's own
            if promise != from_json(published.read_bytes(), ""):
                raise BrokenError(f"the registry has not the interface that {project} has published")
            kept = [path.name for path in folder.glob("gen-*")]
            # Each reader may hold one more, and one may be unfinished.
            if len(kept) > _KEPT + len(HOLDS) + 1:
                raise BrokenError(f"generations of {project} pile up: {sorted(kept)}")
            if left := [path.name for path in folder.glob(".current.*")]:
                raise BrokenError(f"left behind in {project}: {left}")

    def _check_clean(self) -> None:
        """A clean build of the same inputs elsewhere gives the same."""
        folder = self._folder / "clean"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        clean = World(folder, self._world.versions)
        clean.mesh.run("mesh", "build")
        if clean.content() != self._world.content():
            raise BrokenError("a clean build elsewhere gives something else")
        self.figures.clean += 1


def _end_of(build: subprocess.Popen[str]) -> str:
    try:
        output, errors = build.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        raise BrokenError(f"a build did not end within {_PATIENCE:.0f} s") from None
    return output + errors
