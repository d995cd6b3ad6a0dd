"""The gates `sync` and `parse`: both at once, since what reads a project is synced with what that one promises now.

A project whose manifest is still true of its files is not parsed again. The others are compiled without asking the
warehouse anything, so that the gates after these know their SQL; where that cannot be, they are parsed alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from mesh_tools.build.build import Settings
from mesh_tools.build.gates.fresh import package_changed, why_parsed
from mesh_tools.build.gates.gate import Scene, Watch, timed
from mesh_tools.build.gates.locked import Locked
from mesh_tools.build.gates.values import Result, told
from mesh_tools.build.jobs.asking import Steps, take_worker
from mesh_tools.build.jobs.context import Context
from mesh_tools.build.jobs.dbt import check_dbt_installed
from mesh_tools.build.jobs.steps import dbt_steps
from mesh_tools.build.locks import build_lock
from mesh_tools.build.manifests import checked_manifest, newest_manifest
from mesh_tools.build.plan.order import Knot, build_order
from mesh_tools.build.plan.schedule import Schedule
from mesh_tools.build.publish import present_interface
from mesh_tools.build.runner import Runner, Workers
from mesh_tools.build.runs import Request, RunHistory
from mesh_tools.build.signals import signals_end_the_build
from mesh_tools.build.stale import remember
from mesh_tools.build.storage import Target, open_storage
from mesh_tools.build.storage.profiles import provide_profile
from mesh_tools.build.work.pool import Pool
from mesh_tools.errors import Location, MeshError
from mesh_tools.interface.provisional import provisional_interface
from mesh_tools.interface.sync import ProjectSync
from mesh_tools.interface.upstreams import committed_interface
from mesh_tools.model.finding import Finding
from mesh_tools.model.project import Project

_COMPILE = (
    *("compile", "--no-introspect", "--no-populate-cache"),
    *("--exclude", "resource_type:test", "resource_type:unit_test"),
)
_RESULTS = "run_results.json"


def prepare(scene: Scene) -> list[Result]:
    """Sync and parse the projects of ``scene``; those that fail are :attr:`Scene.stopped`.

    Projects that are read and not checked themselves are looked at, too, but nothing is said of them.

    Raises:
        MeshError: dbt is not installed, or a build of the environment is running.
    """
    check_dbt_installed()
    workspace, environment = scene.workspace, scene.environment
    with (
        TemporaryDirectory(prefix="mesh-check-") as folder,
        signals_end_the_build(),
        build_lock(workspace, environment) as locks,
    ):
        scratch = RunHistory(Path(folder))
        storage = open_storage(workspace, environment)
        context = _Context(workspace, scratch.start(environment, Request()), scratch, storage)
        preparing = _Preparing(scene, context)
        with _workers(scene, locks) as workers:
            try:
                preparing.run(workers)
            finally:
                context.sync_again(scene.projects)
                storage.close()
        return preparing.results


@contextmanager
def _workers(scene: Scene, locks: list[int]) -> Iterator[Workers]:
    settings = Settings.default()
    duckdb = scene.workspace.config.environments[scene.environment].storage == "duckdb"

    def open_pool(wanted: int) -> Pool:
        start = settings.start if wanted > 1 and settings.workers > 1 else "spawn"
        return Pool(settings.workers, start=start, duckdb=duckdb, environment=os.environ, locks=locks)

    workers = Workers(open_pool, settings.workers)
    try:
        yield workers
    finally:
        workers.close()


class _Context(Context):
    """A build that builds nothing: what dbt leaves of it is kept where a check looks again."""

    def artifacts(self, project: str) -> Path:
        return checked_manifest(self.workspace, self.workspace.projects[project], self.environment).parent


class _Preparing:
    def __init__(self, scene: Scene, context: Context) -> None:
        self._scene = scene
        self._context = context
        self._locked = Locked(scene.workspace, scene.environment)
        self._stale: dict[str, str | None] = {}
        self.results: list[Result] = []

    def run(self, workers: Workers) -> None:
        scene = self._scene
        order = build_order(scene.workspace, list(scene.roles), scene.environment)
        self._stale = {project.name: why_parsed(scene, project) for project in scene.projects}
        schedule = Schedule(order.upstream, order.whole)
        Runner(schedule, self._job, self._ended, workers, lambda knot: any(self._stale[name] for name in knot)).run()

    def _ended(self, _: Knot, results: list[Result]) -> bool:
        self.results += results
        return True

    def _job(self, knot: Knot) -> Steps[list[Result]]:
        projects = [self._scene.workspace.projects[name] for name in knot]
        if len(projects) == 1:
            return (yield from self._project(projects[0]))
        for project in projects:
            readers = [reader for reader in projects if reader is not project]
            with suppress(MeshError):  # its own sync will say what is wrong with it
                self._context.upstreams.assume(provisional_interface(project, readers))
        results: list[Result] = []
        for _ in range(2):  # the second time with the interfaces that the first has shown
            results.clear()
            for project in projects:
                self._scene.stopped.pop(project.name, None)
                results += yield from self._project(project)
        return results

    def _project(self, project: Project) -> Steps[list[Result]]:
        with timed() as watch:
            synced = self._context.sync(project)
            told_of_lock = self._locked.findings(project) if synced.ok else ()
        result = _sync_result(project, synced, watch)
        result = replace(result, findings=(*result.findings, *told_of_lock))
        if told_of_lock:
            result = replace(result, verdict="failed", summary="not what mesh.lock has")
        if not synced.ok:
            # A lock that is out of date is no reason not to look further.
            self._scene.stopped[project.name] = "sync"
            return [result, _skipped(project)]
        why = self._stale[project.name] or package_changed(self._scene, synced)
        if why is not None:
            yield from take_worker()
        with timed() as watch:
            parsed = yield from self._parse(project, synced, why)
        return [result, replace(parsed, seconds=watch.seconds)]

    def _parse(self, project: Project, synced: ProjectSync, why: str | None) -> Steps[Result]:
        summary, note = "as it was parsed before", ""
        try:
            if why is not None:
                self._scene.progress(f"parsing {project.name}: {why}")
                summary, note = yield from self._dbt(project, synced)
            manifest = newest_manifest(self._scene.workspace, project, self._scene.environment)
            accepted = committed_interface(project)
            self._context.upstreams.assume(
                present_interface(self._scene.workspace, project, manifest, accepted=accepted)
            )
        except MeshError as error:
            self._scene.stopped[project.name] = "parse"
            finding = _placed(project, told("parse", project.name, error))
            return Result(gate="parse", project=project.name, verdict="failed", summary="refused", findings=(finding,))
        if note:
            self._scene.not_checked.append(note)
        return Result(gate="parse", project=project.name, verdict="ok", summary=summary)

    def _dbt(self, project: Project, synced: ProjectSync) -> Steps[tuple[str, str]]:
        """Let dbt compile; parsing, which comes first, may be all that it can do without a warehouse."""
        written = checked_manifest(self._scene.workspace, project, self._scene.environment)
        target = Target(id="", profiles=provide_profile(self._scene.workspace, project))
        written.unlink(missing_ok=True)
        outcome = yield from dbt_steps(self._context, project, target, _COMPILE, written.parent)
        if not written.is_file():
            raise outcome.error or MeshError(f"{project.name} cannot be parsed")
        (written.with_name(_RESULTS)).unlink(missing_ok=True)  # it would be taken for times of a build
        remember(project, written, {upstream.name: upstream.digest for upstream in synced.upstreams})
        if outcome.error is None:
            return "parsed", ""
        first = outcome.error.message.splitlines()
        reason = " ".join(line.strip() for line in first[:3])
        note = (
            f"the SQL of {project.name} is not known, so which columns it uses is not: dbt could not compile it "
            f"without asking the warehouse ({reason})"
        )
        return "parsed, not compiled", note


def _sync_result(project: Project, synced: ProjectSync, watch: Watch) -> Result:
    warnings = (told("sync", project.name, warning, "warn") for warning in synced.warnings)
    errors = (told("sync", project.name, error) for error in synced.errors)
    upstreams = ", ".join(upstream.name for upstream in synced.upstreams)
    return Result(
        gate="sync",
        project=project.name,
        verdict="ok" if synced.ok else "failed",
        seconds=watch.seconds,
        summary=(f"reads {upstreams}" if upstreams else "no upstreams") if synced.ok else "refused",
        findings=(*errors, *warnings),
    )


def _placed(project: Project, finding: Finding) -> Finding:
    """With the whole path of a file that a manifest names from the folder of its project."""
    where = finding.where
    if where is None or Path(where.path).exists() or not (project.path / where.path).is_file():
        return finding
    return replace(finding, where=Location.of(project.path / where.path, where.line, where.column))


def _skipped(project: Project) -> Result:
    return Result(gate="parse", project=project.name, verdict="skipped", summary="not asked: sync failed")
