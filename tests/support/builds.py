"""`mesh build`, as functional tests run it, and what it said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mesh_tools.build.runs import ProjectRun, Run, RunHistory
from support.meshes import BuiltMesh

PUBLIC = "models: [{name: %s, config: {access: public, materialized: table}}]\n"
"""YAML of a model that is a product."""


@dataclass(frozen=True)
class Told:
    """What a build said: for programs, and for people."""

    run: Run
    output: str
    folder: Path

    @property
    def statuses(self) -> dict[str, str]:
        return {project.project: project.status for project in self.run.projects}

    def project(self, name: str) -> ProjectRun:
        found = self.run.project(name)
        assert found is not None, f"{name} is not in {self.statuses}"
        return found

    def reasons(self, name: str) -> tuple[str, ...]:
        return self.project(name).reasons

    def counts(self, name: str) -> dict[str, dict[str, int]]:
        return self.project(name).counts


def build(mesh: BuiltMesh, *arguments: str, code: int = 0, env: Mapping[str, str] | None = None) -> Told:
    """The report for programs, and on the side what people see meanwhile."""
    done = mesh.run("mesh", "build", "--format", "json", *arguments, check=False, env=env)
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    assert done.returncode == code, done.stdout + done.stderr
    run = msgspec.json.decode(done.stdout, type=Run)
    return Told(run, done.stderr, RunHistory(mesh.root / ".mesh").path(run))


def build_text(mesh: BuiltMesh, *arguments: str, code: int = 0) -> Told:
    """The report for people; the run is read from its record."""
    done = mesh.run("mesh", "build", *arguments, check=False)
    output = done.stdout + done.stderr
    assert "Traceback" not in output, output
    assert done.returncode == code, output
    history = RunHistory(mesh.root / ".mesh")
    run = next(history.newest_first())
    return Told(run, output, history.path(run))


def runs_of(mesh: BuiltMesh) -> list[str]:
    """Ids of all runs that are kept."""
    return [run.id for run in RunHistory(mesh.root / ".mesh").newest_first()]


def ran(told: Told, project: str) -> set[str]:
    """The nodes that dbt ran in a project, by kind and name, as its own run results have them."""
    path = told.folder / project / "run_results.json"
    if not path.is_file():
        return set()
    results = msgspec.json.decode(path.read_bytes())["results"]
    return {short(result["unique_id"]) for result in results}


def short(unique_id: str) -> str:
    """``kind.name`` of a unique_id, without package, version and digest."""
    kind, _, name, *_ = unique_id.split(".")
    return f"{kind}.{name}"
