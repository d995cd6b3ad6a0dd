"""Random meshes and random changes: exactly what must be built is built, and nothing before what it reads.

Everything is real but dbt itself, see :mod:`support.pretend_dbt`. What must be built is said by a model of a few lines,
which knows nothing of digests, records, generations or schedules.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_tools.build.build import Build, Settings
from mesh_tools.build.events import AnyEvent, ProductsPublished, ProjectFinished, ProjectStarted
from mesh_tools.build.plan.order import build_order
from mesh_tools.build.runs import Request, Run
from mesh_tools.build.storage.layout import published_file
from mesh_tools.mesh.graph import knots_of
from mesh_tools.mesh.workspace import Workspace
from support.pretend_dbt import PretendDbt, fingerprint

_ENV_VAR = "MESH_TEST_TODAY"


@dataclass
class Project:
    """A project: the numbers stand for what its files say.

    ``base`` reads nothing, ``out`` reads other projects: ``out`` of earlier ones and ``base`` of later ones, so that
    projects can form circles while models do not. Both are products; nobody else reads the ``inner`` ones.
    """

    reads: list[str]
    calls: list[str]
    inner: int
    base: int = 0
    out: int = 0
    note: int = 0
    events: int = 0


@dataclass
class Mesh:
    """What lies on disk, and around it."""

    projects: dict[str, Project]
    variable: int = 0
    today: int = 0

    def product(self, reader: str, read: str) -> str:
        return "out" if read < reader else "base"

    def files(self, name: str) -> dict[str, str]:
        project = self.projects[name]
        refs = [f"{{{{ ref('{read}', '{self.product(name, read)}') }}}}" for read in project.reads]
        columns = ", ".join([str(project.out), *project.calls, *refs])
        return {
            "models/base.sql": f"select {project.base}",
            "models/out.sql": f"select {columns} -- {project.note}",
            **{f"models/inner_{number}.sql": "select {{ ref('base') }}" for number in range(project.inner)},
        }

    def write(self, root: Path) -> None:
        (root / "mesh.yml").write_text(f"name: m\nprojects: [{', '.join(self.projects)}]\n")
        for name, project in self.projects.items():
            files = self.files(name) | {
                "dbt_project.yml": f"name: {name}\nprofile: {name}\n",
                "data/events.csv": str(project.events),
            }
            if project.reads:
                files["dependencies.yml"] = f"projects: [{', '.join(f'{{name: {read}}}' for read in project.reads)}]\n"
                packages = ", ".join(f"{{local: .mesh/{read}}}" for read in project.reads)
                files["packages.yml"] = f"packages: [{packages}]\n"
            for path, text in files.items():
                target = root / name / path
                target.parent.mkdir(parents=True, exist_ok=True)
                if not target.exists() or target.read_text() != text:
                    target.write_text(text)


@dataclass
class Model:
    """Which projects must be built, and what their data is then."""

    good: dict[str, Any] = field(default_factory=dict)
    """What went into the last good build of each project."""
    data: dict[str, dict[str, str]] = field(default_factory=dict)
    """What consumers read."""
    spoilt: dict[str, set[str]] = field(default_factory=dict)
    """In the build that goes on: products that are not what the files say."""

    def build(self, mesh: Mesh, *, force: bool, failing: set[str], early: set[str]) -> dict[str, str]:
        """How each project fares; ``early`` published their products before the rest of them was built."""
        self.spoilt.clear()
        fares: dict[str, str] = {}
        for knot in knots_of({name: project.reads for name, project in mesh.projects.items()}):
            upstream = {(up, mesh.product(name, up)) for name in knot for up in mesh.projects[name].reads}
            now = {name: self._inputs(mesh, name, knot) for name in knot}
            failed = {model for model in failing if model.split(".")[0] in knot}
            if any(self._is_missing(up, product) for up, product in upstream if up not in knot):
                fare = "waits"
            elif not force and all(self.good.get(name) == now[name] for name in knot):
                fare = "unchanged"
            else:
                fare = "failed" if failed else "built"
            if fare == "waits" or (fare == "failed" and len(knot) > 1):
                self.spoilt |= {name: {"base", "out"} for name in knot}
            elif fare == "failed":
                self.spoilt[knot[0]] = {"base", "out"} & {model.split(".")[1] for model in failed}
            for name in sorted(knot) if fare == "built" else early & {*knot}:
                self.data[name] = self._made(mesh, name, knot)
                self.good[name] = now[name] if fare == "built" else None
            fares |= dict.fromkeys(knot, fare)
        return fares

    def _is_missing(self, project: str, product: str) -> bool:
        return project in self.spoilt and (product in self.spoilt[project] or project not in self.data)

    def _inputs(self, mesh: Mesh, name: str, knot: tuple[str, ...]) -> Any:
        project = mesh.projects[name]
        today = mesh.today if _ENV in project.calls else None
        events = project.events if _SOURCE in project.calls else None
        read = [self.data.get(up, {}).get(mesh.product(name, up)) for up in project.reads if up not in knot]
        return mesh.files(name), mesh.variable, today, events, read

    def _made(self, mesh: Mesh, name: str, knot: tuple[str, ...]) -> dict[str, str]:
        project = mesh.projects[name]
        values = {_VAR: mesh.variable, _ENV: mesh.today, _SOURCE: project.events}
        base = {up: fingerprint(f"select {mesh.projects[up].base}") for up in knot}
        read = [base[up] if up in knot and up > name else self.data[up][mesh.product(name, up)] for up in project.reads]
        columns = ", ".join(map(str, [project.out, *(values[call] for call in project.calls), *read]))
        return {"base": base[name], "out": fingerprint(f"select {columns} ")}


_VAR, _SOURCE = "{{ var('v') }}", "{{ source('raw', 'events') }}"
_ENV = f"{{{{ env_var('{_ENV_VAR}') }}}}"
_NAMES = ("a", "b", "c", "d", "e")


@st.composite
def meshes(draw: st.DrawFn) -> Mesh:
    names = _NAMES[: draw(st.integers(1, len(_NAMES)))]
    projects = {}
    for name in names:
        # Mostly chains and diamonds; reading a later project is what may close a circle.
        others = [other for other in names if other < name or (other > name and draw(st.integers(0, 4)) == 0)]
        reads = draw(st.lists(st.sampled_from(others), unique=True, max_size=3)) if others else []
        calls = draw(st.lists(st.sampled_from([_VAR, _ENV, _SOURCE]), unique=True, max_size=2))
        projects[name] = Project(sorted(reads), calls, inner=draw(st.sampled_from([0, 2])))
    return Mesh(projects)


def change(draw: st.DrawFn, mesh: Mesh) -> None:
    """Change something, perhaps without effect on any data."""
    what = draw(st.sampled_from(["base", "out", "note", "events", "variable", "today"]))
    changed: Any = mesh if what in {"variable", "today"} else mesh.projects[draw(st.sampled_from([*mesh.projects]))]
    setattr(changed, what, draw(st.integers(0, 2)))


class TestBuilds:
    @settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def test_exactly_what_must_be_built_is_built(self, data: st.DataObject) -> None:
        mesh, model = data.draw(meshes()), Model()
        workers = data.draw(st.integers(1, 3))
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(data.draw(st.integers(1, 4))):
                for _ in range(data.draw(st.integers(0, 2))):
                    data.draw(st.composite(change)(mesh))
                models = [f"{name}.{Path(path).stem}" for name in mesh.projects for path in mesh.files(name)]
                failing = set(data.draw(st.lists(st.sampled_from(models), max_size=1)))
                force = data.draw(st.sampled_from([False, False, False, True]))
                mesh.write(Path(folder))
                request = Request(variables=f"v: {mesh.variable}", force=force)
                built = build(Path(folder), mesh, request, workers, pretend(mesh, failing, data))
                early = {name for name in mesh.projects if built.published_early(name)}
                assert built.fares() == model.build(mesh, force=force, failing=failing, early=early)
                assert published(Path(folder), mesh) == model.data
                built.check_order()


@dataclass
class Built:
    """What a build has told."""

    run: Run
    events: list[AnyEvent]
    upstream: Mapping[str, set[str]]

    def fares(self) -> dict[str, str]:
        begun = {event.project for event in self.events if isinstance(event, ProjectStarted)}
        fares = {"success": "built", "unchanged": "unchanged"}
        return {
            done.project: fares.get(done.status, "failed" if done.project in begun else "waits")
            for done in self.run.projects
        }

    def published_early(self, name: str) -> bool:
        """Whether its products were published although the rest of it failed."""
        told = any(isinstance(event, ProductsPublished) and event.project == name for event in self.events)
        done = self.run.project(name)
        return told and done is not None and done.status == "failed"

    def check_order(self) -> None:
        """Nothing begins before all that it reads has been published, or has ended."""
        there: set[str] = set()
        for event in self.events:
            if isinstance(event, ProductsPublished | ProjectFinished):
                there.add(event.project)
            elif isinstance(event, ProjectStarted):
                assert self.upstream[event.project] <= there


def pretend(mesh: Mesh, failing: set[str], data: st.DataObject) -> Callable[..., PretendDbt]:
    """Makes pools whose workers end in any order."""

    def pool(size: int, **_: Any) -> PretendDbt:
        environment = {_ENV_VAR: str(mesh.today)}
        return PretendDbt(size, environment, failing, lambda busy: data.draw(st.integers(0, busy - 1)))

    return pool


def build(root: Path, mesh: Mesh, request: Request, workers: int, pool: Callable[..., PretendDbt]) -> Built:
    workspace = Workspace.open(root)
    events: list[AnyEvent] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(_ENV_VAR, str(mesh.today))
        patch.setattr("mesh_tools.build.build.Pool", pool)  # a test double of processes
        run = Build(workspace, "dev", events.append, request, Settings(workers=workers)).run()
    order = build_order(workspace, mesh.projects, "dev")
    upstream = {name: {up for read in order.upstream[knot] for up in read} for knot in order.knots for name in knot}
    return Built(run, events, upstream)


def published(root: Path, mesh: Mesh) -> dict[str, dict[str, str]]:
    """The products of each project, as consumers read them."""
    workspace = Workspace.open(root)
    files = {name: published_file(workspace, "dev", name) for name in mesh.projects}
    contents = {name: json.loads(file.read_text()) for name, file in files.items() if file.exists()}
    return {name: {key: found[key] for key in ("base", "out")} for name, found in contents.items()}
