"""`mesh build` of whole meshes, beside what a Makefile does, and beside the SQL alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from limits import Limit, Step, compiled_steps, rendered_steps
from loops import Loop
from measure import Case, measure, program, run_once
from meshes import LANDING, Copy, Mesh, generated_mesh, reference_mesh, remove
from tables import Table

SIZES = (4, 10, 30, 100)
"""Projects of the generated meshes."""
RUNS = 3
"""Of each command, when nobody says."""
_LOOPED = 30
"""Projects of the largest mesh over which the loop runs when nobody says: it takes seconds for each project."""
_LOOP_ALL = "`dbt build`, a loop over all projects"
_LOOP_AS_BEFORE = f"{_LOOP_ALL}, as when nothing changed"
_LOOP_CONCERNED = "`dbt build`, a loop over that project and all that read it"


@dataclass(frozen=True)
class Pace:
    """How often to run what.

    Attributes:
        runs: Of each command, unless said below.
        loops: Of the loop.
        firsts: Of `mesh build` where nothing is built.
    """

    runs: int
    loops: int
    firsts: int

    @classmethod
    def of(cls, projects: int, asked: int | None) -> Pace:
        """For a mesh of that many projects, when so many runs were asked for.

        What takes minutes over a large mesh runs once at most.
        """
        if asked is not None:
            return cls(asked, asked if projects < _LOOPED else 1, asked)
        small = projects <= _LOOPED
        return cls(RUNS, 1, RUNS) if small else cls(RUNS, 0, 1)


def build_tables(folder: Path, say: Callable[[str], None], *, runs: int | None, quick: bool) -> Iterator[Table]:
    """Of each mesh one table for each state.

    Raises:
        CommandError: a command that is measured failed.
        subprocess.CalledProcessError: a mesh could not be made.
    """
    shutil.rmtree(folder, ignore_errors=True)
    if not quick:
        mesh = reference_mesh(folder / "reference" / "sources")
        yield from Scene(mesh, Pace.of(len(mesh.reads), runs), say).tables()
    for size in SIZES[:1] if quick else SIZES:
        mesh = generated_mesh(folder / str(size) / "sources", size)
        yield from Scene(mesh, Pace.of(size, 1) if quick else Pace.of(size, runs), say).tables()


class Scene:
    """A mesh, and a copy of it for each way to build it. The loop is left out where it shall not run."""

    def __init__(self, mesh: Mesh, pace: Pace, say: Callable[[str], None]) -> None:
        """Make the copies.

        Raises:
            CommandError: the mesh cannot be built, from which the loop gets its packages.
        """
        root = mesh.folder.parent
        self._mesh, self._pace, self._say, self._logs = mesh, pace, say, root / "logs"
        self._copy = Copy(mesh, root / "mesh")
        self._loop = self._looped(root / "loop") if pace.loops else None
        self._limit = Limit(mesh, root / "limit", self._steps)

    def tables(self) -> Iterator[Table]:
        """Each state follows from the one before."""
        yield self._table("nothing built", self._from_nothing())
        unchanged = self._table("nothing changed", self._again())
        yield unchanged
        changed = self._table(f"one model of {self._mesh.edited} changed", self._changed())
        if _LOOP_ALL not in unchanged.runs:
            yield changed
            return
        first, *others = changed.runs.items()
        yield replace(changed, runs=dict([first, (_LOOP_AS_BEFORE, unchanged.runs[_LOOP_ALL]), *others]))

    def _from_nothing(self) -> Iterator[Case]:
        if self._loop:
            yield self._loop.case(_LOOP_ALL, self._mesh.reads, "forget", self._pace.loops)
        yield self._build("`mesh build`", self._forget, self._pace.firsts)
        yield self._limit.case("limit: the SQL alone", list(self._mesh.reads), new=True)

    def _again(self) -> Iterator[Case]:
        if self._loop:
            yield self._loop.case(_LOOP_ALL, self._mesh.reads, None, self._pace.loops)
        yield self._build("`mesh build`")

    def _changed(self) -> Iterator[Case]:
        concerned = self._mesh.concerned
        if self._loop:
            yield self._loop.case(_LOOP_CONCERNED, concerned, "change", self._pace.loops)
        yield self._build("`mesh build`, a comment changed", self._copy.comment)
        yield self._build("`mesh build`, its data changed", self._copy.change)
        yield self._limit.case("limit: the SQL of that project and all that read it", concerned)

    def _table(self, state: str, cases: Iterable[Case]) -> Table:
        self._say(f"{self._mesh.title}, {state}")
        measured = measure(list(cases), self._pace.runs, self._logs, self._say)
        return Table(f"{self._mesh.title}: {state}", measured, parallel=True)

    def _build(self, title: str, prepare: Callable[[], object] | None = None, runs: int | None = None) -> Case:
        environment = {"MESH_LANDING": str(LANDING)}
        return Case(title, [program("mesh"), "build"], self._copy.folder, prepare, environment, tree=True, runs=runs)

    def _forget(self) -> None:
        self._copy.forget()
        remove(self._copy.folder / ".mesh")

    def _looped(self, folder: Path) -> Loop:
        self._say(f"{self._mesh.title}: preparing the loop")
        self._logs.mkdir(parents=True, exist_ok=True)
        run_once(self._build("preparing the loop"), self._logs / "output.log")
        return Loop(self._mesh, folder, self._copy.folder / ".mesh" / "registry")

    def _steps(self, project: str) -> Iterator[Step]:
        """The loop has run before the limit does, and has left what it compiled."""
        if self._loop and not self._mesh.generated:
            return compiled_steps(self._loop.copy.project(project))
        return rendered_steps(self._mesh, project)
