"""Builds the projects of a mesh, each after those that it reads: sync, `dbt deps`, `dbt build`, publish."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timezone

from msgspec.structs import replace

from mesh_tools.build.dbt_runner import DbtOutcome, check_dbt_installed, needs_deps, run_dbt
from mesh_tools.build.events import Listener, ProjectFinished, ProjectStarted
from mesh_tools.build.profiles import provide_profile
from mesh_tools.build.publish import publish
from mesh_tools.build.runs import ProjectRun, Run, RunHistory
from mesh_tools.errors import MeshError
from mesh_tools.interface.sync import ProjectSync, Sync
from mesh_tools.interface.upstreams import Upstreams
from mesh_tools.mesh.graph import cycles_of
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
        self._full_refresh = full_refresh
        self._history = RunHistory(workspace.state)
        self._upstreams = Upstreams(workspace)
        self._sync = Sync(workspace, environment, self._upstreams)
        self._cycles = {name: cycle for cycle in cycles_of(workspace.upstream()) for name in cycle}

    def run(self, projects: Iterable[Project]) -> Run:
        """Build ``projects`` in the order given; what fails does not stop what does not read it.

        Raises:
            MeshError: dbt is not installed, or the record of the run cannot be written.
        """
        check_dbt_installed()
        projects = tuple(projects)
        run = self._history.start(self._environment)
        for position, project in enumerate(projects, start=1):
            self._listener(ProjectStarted(project=project.name, position=position, total=len(projects)))
            started = time.monotonic()
            result = self._project(project, run)
            result = replace(result, finished_at=_now(), seconds=round(time.monotonic() - started, 3))
            self._listener(ProjectFinished(project=project.name, status=result.status, seconds=result.seconds))
            run = replace(run, projects=(*run.projects, result))
            self._history.save(run)
        run = replace(run, finished_at=_now())
        self._history.save(run)
        return run

    def _project(self, project: Project, run: Run) -> ProjectRun:
        reason = self._reason_to_skip(project, run)
        if reason is not None:
            return ProjectRun(project=project.name, status="skipped", finished_at="", reason=reason)
        synced = self._sync.project(project)
        if not synced.ok:
            return _refused(project, synced.errors)
        try:
            outcome = self._dbt(project, synced, run)
        except MeshError as error:
            return _refused(project, (error,))
        return self._concluded(project, outcome, run)

    def _reason_to_skip(self, project: Project, run: Run) -> str | None:
        if project.name in self._cycles:
            return f"its projects form a cycle: {' -> '.join(self._cycles[project.name])}"
        failed = [p.project for p in run.projects if p.status != "success" and p.project in project.upstream_names]
        return f"{failed[0]} was not built" if failed else None

    def _dbt(self, project: Project, synced: ProjectSync, run: Run) -> DbtOutcome:
        profiles = provide_profile(self._workspace, project)
        build = ["build", "--target", self._environment]
        if profiles is not None:
            build += ["--profiles-dir", str(profiles)]
        if self._full_refresh:
            build.append("--full-refresh")
        new = any(upstream.state == "new" for upstream in synced.upstreams)
        deps = [["deps"]] if new or needs_deps(project) else []
        cache = self._workspace.state / "cache" / self._environment / project.name
        return run_dbt(project, [*deps, build], self._history.artifacts(run, project.name), cache, self._listener)

    def _concluded(self, project: Project, outcome: DbtOutcome, run: Run) -> ProjectRun:
        result = ProjectRun(
            project=project.name, status="failed", finished_at="", counts=outcome.counts, failures=outcome.failures
        )
        if not outcome.success:
            return replace(result, error=str(outcome.error) if outcome.error else None)
        manifest = self._history.artifacts(run, project.name) / "manifest.json"
        try:
            published = publish(self._workspace, self._upstreams, project, manifest, self._environment)
        except MeshError as error:
            return replace(result, error=f"built, but not published: {error}")
        return replace(
            result,
            status="success",
            fingerprint=published.interface.fingerprint,
            interface_changed=published.changed,
        )


def _refused(project: Project, errors: Iterable[MeshError]) -> ProjectRun:
    text = "\n".join(str(error) for error in errors)
    return ProjectRun(project=project.name, status="refused", finished_at="", error=text)


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
