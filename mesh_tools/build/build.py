"""Builds the projects of a mesh, each after those that it reads."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from datetime import datetime, timezone

from msgspec.structs import replace

from mesh_tools.build.cycle import build_cycle
from mesh_tools.build.dbt_runner import check_dbt_installed
from mesh_tools.build.events import Listener, ProjectFinished, ProjectStarted
from mesh_tools.build.order import build_order
from mesh_tools.build.results import concluded, refused, skipped
from mesh_tools.build.runs import ProjectRun, Run, RunHistory
from mesh_tools.build.steps import Steps
from mesh_tools.errors import MeshError
from mesh_tools.files import locked
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.project import Project


class Build:
    """One build of a workspace in one environment."""

    def __init__(
        self, workspace: Workspace, environment: str, listener: Listener, *, full_refresh: bool = False
    ) -> None:
        self._workspace = workspace
        self._environment = environment
        self._listener = listener
        self._arguments = ["build", "--full-refresh"] if full_refresh else ["build"]
        self._history = RunHistory(workspace.state)
        self._steps = Steps(workspace, environment, listener)
        self._position = 0

    def run(self, projects: Iterable[Project]) -> Run:
        """Build ``projects``; what fails does not stop what does not read it.

        Projects that read each other are built together, in waves, see :mod:`mesh_tools.build.cycle`.

        Raises:
            MeshError: dbt is not installed, another build of this environment is running, or the record of the run
                cannot be written.
        """
        check_dbt_installed()
        chosen = {project.name: project for project in projects}
        lock = self._workspace.state / "lock" / self._environment
        with locked(lock, f"process {os.getpid()} since {_now()}") as holder:
            if holder is not None:
                raise MeshError(
                    f"another build of {self._environment} is running: {holder}",
                    hint="wait for it; two builds would write the same files",
                )
            return self._run(chosen)

    def _run(self, chosen: dict[str, Project]) -> Run:
        run = self._history.start(self._environment)
        for knot in build_order(self._workspace, chosen, self._environment):
            results = self._knot([chosen[name] for name in knot], run, len(chosen))
            run = replace(run, projects=(*run.projects, *results))
            self._history.save(run)
        run = replace(run, finished_at=_now())
        self._history.save(run)
        default = self._workspace.config.default_environment
        if self._environment != default:
            # Plain dbt goes on in the default environment.
            self._steps.sync_again(chosen.values(), default)
        return run

    def _knot(self, projects: list[Project], run: Run, total: int) -> list[ProjectRun]:
        """Build one project, or several that read each other; they start and end together."""
        started = time.monotonic()
        for project in projects:
            self._position += 1
            self._listener(ProjectStarted(project=project.name, position=self._position, total=total))
        results = self._results(projects, run)
        seconds = round(time.monotonic() - started, 3)
        for result in results:
            self._listener(ProjectFinished(project=result.project, status=result.status, seconds=seconds))
        return [replace(result, finished_at=_now(), seconds=seconds) for result in results]

    def _results(self, projects: list[Project], run: Run) -> list[ProjectRun]:
        names = {project.name for project in projects}
        upstream = {name for project in projects for name in project.upstream_names} - names
        failed = [p.project for p in run.projects if p.status != "success" and p.project in upstream]
        if failed:
            return [skipped(project, f"{failed[0]} was not built") for project in projects]
        if len(projects) > 1:
            return build_cycle(projects, self._steps, self._history, run, self._arguments)
        return [self._single(projects[0], run)]

    def _single(self, project: Project, run: Run) -> ProjectRun:
        artifacts = self._history.artifacts(run, project.name)
        try:
            outcome = self._steps.dbt(project, self._arguments, artifacts)
        except MeshError as error:
            return refused(project, error)
        return concluded(project, [outcome], artifacts / "manifest.json", self._steps)


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
