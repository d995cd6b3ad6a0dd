"""Builds the projects of a mesh, each after those that it reads, as many at a time as there are workers."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.build.events import (
    AnyEvent,
    Listener,
    ProductsPublished,
    ProjectFinished,
    ProjectStarted,
    RunFinished,
    RunStarted,
)
from mesh_tools.build.jobs.adopt import adopt_project
from mesh_tools.build.jobs.asking import Job
from mesh_tools.build.jobs.context import Context
from mesh_tools.build.jobs.cycle import build_cycle
from mesh_tools.build.jobs.dbt import check_dbt_installed
from mesh_tools.build.jobs.project import build_project
from mesh_tools.build.jobs.results import skipped
from mesh_tools.build.locks import build_lock
from mesh_tools.build.plan.order import BuildOrder, Knot, build_order
from mesh_tools.build.plan.plan import job_id
from mesh_tools.build.plan.schedule import Schedule
from mesh_tools.build.runner import Runner, Workers
from mesh_tools.build.runs import GOOD, Journal, ProjectRun, Request, Run, RunHistory
from mesh_tools.build.runs.history import now
from mesh_tools.build.scope import choose
from mesh_tools.build.signals import signals_end_the_build
from mesh_tools.build.storage import open_storage
from mesh_tools.build.storage.profiles import provide_profile
from mesh_tools.build.work.pool import Pool, StartMethod, default_start_method
from mesh_tools.errors import MeshError, did_you_mean
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.project import Project


class Settings(Struct, frozen=True, kw_only=True):
    """How a build is carried out, whatever it builds.

    Attributes:
        workers: Projects that are built at the same time.
        start: How workers are started.
        wait: For another build of the environment to end, instead of refusing.
        adopt: Manifest of what plain dbt has built, which is published instead of building anything.
        pins: Generations to be read instead of the current ones, by upstream project.
    """

    workers: int = 1
    start: StartMethod = "spawn"
    wait: bool = False
    adopt: Path | None = None
    pins: Mapping[str, str] = {}

    @classmethod
    def default(cls) -> Settings:
        """As many workers as there are cores for this process."""
        return cls(workers=available_cores(), start=default_start_method())


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Build:
    """One build of a workspace in one environment."""

    def __init__(
        self, workspace: Workspace, environment: str, listener: Listener, request: Request, settings: Settings
    ) -> None:
        self._workspace = workspace
        self._environment = environment
        self._listener = listener
        self._request = request
        self._settings = settings
        self._history = RunHistory(workspace.state)

    def run(self, resumes: Run | None = None) -> Run:
        """Build what was asked for; what fails does not stop what does not read it.

        Args:
            resumes: The run to go on with.

        Raises:
            MeshError: dbt is not installed, another build of this environment is running, the selection matches
                nothing, or the record of the run cannot be written.
        """
        check_dbt_installed()
        settings = self._settings
        lock = build_lock(self._workspace, self._environment, job=self._request.job, wait=settings.wait)
        with signals_end_the_build(), lock as locks:
            run = self._history.start(self._environment, self._request, resumes.id if resumes else None)
            journal = Journal(self._history.path(run))
            storage = open_storage(self._workspace, self._environment, settings.pins)
            try:
                context = Context(self._workspace, run, self._history, storage)
                context.resumed = resumes
                return _Running(context, settings, self._listener, journal, locks).run()
            finally:
                storage.close()
                journal.close()


class _Running:
    """A build that is going on."""

    def __init__(
        self, context: Context, settings: Settings, listener: Listener, journal: Journal, locks: list[int]
    ) -> None:
        self._context = context
        self._workspace = context.workspace
        self._environment = context.environment
        self._listener = listener
        self._settings = settings
        self._record = context.run
        self._journal = journal
        self._locks = locks
        self._began = time.monotonic()
        self._started: dict[str, float] = {}
        self._workers = Workers(self._open_pool, settings.workers)
        self._runner: Runner[list[ProjectRun]] | None = None
        self._order: list[str] = []
        context.tell = self._tell

    def run(self) -> Run:
        """Build, and keep the record, however it ends."""
        outcome = "interrupted"
        try:
            self._build()
            self._record = replace(self._record, finished_at=now())
            outcome = "success" if self._record.ok else "failed"
        finally:
            setup = round(self._workers.setup, 3)
            try:
                self._workers.close()
            finally:  # Ctrl-C may come twice
                if self._runner is not None:
                    self._runner.abandon()
                self._context.inputs.hashes.save()
                self._record = replace(self._record, seconds=round(time.monotonic() - self._began, 3), setup=setup)
                if self._order:
                    self._close(outcome)
        self._leave_to_plain_dbt()
        return self._record

    def _close(self, outcome: str) -> None:
        with suppress(MeshError):  # the disk may be what has failed
            self._context.history.save(self._record)
            self._tell(RunFinished(outcome=outcome, at=now()))

    def _build(self) -> None:
        context = self._context
        try:
            chosen = choose(context, self._workers)
            order = build_order(self._workspace, chosen, self._environment)
            if context.request.job is not None:
                order = _only(order, context.request.job)
        except BaseException:
            context.history.discard(context.run)  # a slip of the pen is no build
            raise
        context.nodes = {name: chosen[name] for knot in order.knots for name in knot}
        self._order = [name for knot in order.knots for name in knot]
        self._tell(
            RunStarted(
                id=self._record.id,
                environment=self._environment,
                at=self._record.started_at,
                pid=os.getpid(),
                projects=tuple(self._order),
            )
        )
        self._runner = Runner(
            Schedule(order.upstream, order.whole), self._make_job, self._ended, self._workers, self._is_sure
        )
        context.someone_waits = self._runner.someone_waits
        self._runner.run()
        self._skip_rest()

    def _make_job(self, knot: Knot) -> Job:
        projects = [self._workspace.projects[name] for name in knot]
        position, total = self._order.index(knot[0]) + 1, len(self._order)
        self._started.update(dict.fromkeys(knot, time.monotonic()))
        if self._settings.adopt is not None:
            return adopt_project(self._context, projects[0], self._settings.adopt)
        if len(projects) > 1:
            return build_cycle(self._context, projects, position, total)
        return build_project(self._context, projects[0], position, total)

    def _is_sure(self, knot: Knot) -> bool:
        """Whether a job must build, whatever the ones before it bring: so that workers are made ready in time."""
        return self._context.request.force or any(self._context.storage.record(name) is None for name in knot)

    def _ended(self, knot: Knot, results: list[ProjectRun]) -> bool:
        for result in results:
            seconds = round(time.monotonic() - self._started[result.project], 3)
            self._keep(replace(result, finished_at=now(), seconds=seconds))
        del knot
        return not self._context.request.fail_fast or all(result.status in GOOD for result in results)

    def _skip_rest(self) -> None:
        """After --fail-fast has stopped the build: what was not done."""
        done = self._context.results
        culprit = next((name for name, result in done.items() if result.status not in GOOD), None)
        for name in self._order:
            if name not in done:
                reason = f"{culprit} failed, and --fail-fast was given"
                self._keep(replace(skipped(self._workspace.projects[name], reason), finished_at=now()))

    def _keep(self, result: ProjectRun) -> None:
        self._context.results[result.project] = result
        results = [self._context.results[name] for name in self._order if name in self._context.results]
        self._record = replace(self._record, projects=tuple(results))
        self._context.history.save(self._record)
        self._tell(
            ProjectFinished(project=result.project, status=result.status, seconds=result.seconds, reason=result.reason)
        )

    def _tell(self, event: AnyEvent) -> None:
        self._journal.write(event)
        if isinstance(event, ProjectStarted):
            self._started[event.project] = time.monotonic()  # not since it has waited for a worker
        if isinstance(event, ProductsPublished) and self._runner is not None:
            self._runner.published(event.project)
        self._listener(event)

    def _open_pool(self, wanted: int) -> Pool:
        """Workers are worth warming up together when there will be several."""
        several = wanted > 1 and self._settings.workers > 1
        return Pool(
            self._settings.workers,
            start=self._settings.start if several else "spawn",
            duckdb=self._workspace.config.environments[self._environment].storage == "duckdb",
            environment=dict(os.environ),
            locks=self._locks,
        )

    def _leave_to_plain_dbt(self) -> None:
        """Plain dbt goes on with the data that was just published, in the default environment."""
        projects = [self._workspace.projects[name] for name in self._order]
        if self._environment != self._workspace.config.default_environment:
            self._context.sync_again(projects, self._workspace.config.default_environment)
        _provide_profiles(self._workspace, projects)


def _provide_profiles(workspace: Workspace, projects: Iterable[Project]) -> None:
    for project in projects:
        with suppress(MeshError):  # it was told when the project was built
            provide_profile(workspace, project)


def _only(order: BuildOrder, job: str) -> BuildOrder:
    """The one job of an order."""
    for knot in order.knots:
        if job_id(knot) == job:
            return BuildOrder((knot,), {knot: ()})
    jobs = [job_id(knot) for knot in order.knots]
    raise MeshError(f"there is no job '{job}'", hint=did_you_mean(job, jobs) or f"jobs: {', '.join(jobs)}")
