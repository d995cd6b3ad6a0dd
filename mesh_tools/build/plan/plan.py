"""What a build would do, and why, without doing it: for people, and for orchestrators that run its jobs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.build.plan.decision import reasons_of_cycle, reasons_to_build
from mesh_tools.build.plan.inputs import Gathered, InputReader
from mesh_tools.build.plan.order import Knot, build_order
from mesh_tools.build.runs import Request
from mesh_tools.build.storage import Record, Storage, open_storage
from mesh_tools.errors import MeshError
from mesh_tools.interface.sync import Sync
from mesh_tools.interface.upstreams import Upstreams
from mesh_tools.mesh.workspace import Workspace

Action = Literal["build", "maybe", "unchanged", "refused"]


class Job(Struct, frozen=True, kw_only=True):
    """One unit of work: a project, or all projects of a cycle.

    Attributes:
        id: Names of its projects, joined by ``+``.
        projects: Names.
        action: ``maybe``: it is built only if an upstream job brings it other data. ``refused``: it cannot be built.
        reasons: Why.
        after: Ids of the jobs that must be done before.
        argv: The command that does this job alone.
        environment: Variables that the command needs besides those of its caller.
        folder: To run it in.
        pins: The generation that is read of each upstream which is not in the plan.
        nodes: How many nodes are selected; ``None``: all.
    """

    id: str
    projects: tuple[str, ...]
    action: Action
    reasons: tuple[str, ...]
    after: tuple[str, ...]
    argv: tuple[str, ...]
    environment: dict[str, str]
    folder: str
    pins: dict[str, str]
    nodes: int | None = None


class Plan(Struct, frozen=True, kw_only=True):
    """All jobs of a build, each after those that it waits for."""

    mesh: str
    environment: str
    jobs: tuple[Job, ...]


def make_plan(
    workspace: Workspace,
    environment: str,
    request: Request,
    nodes: Mapping[str, frozenset[str] | None],
) -> Plan:
    """Plan a build.

    Args:
        workspace: The mesh.
        environment: To be built.
        request: What is asked for.
        nodes: What is to be built, by project; ``None``: all of a project.

    Raises:
        MeshError: something in the mesh is wrong.
    """
    storage = open_storage(workspace, environment)
    try:
        return _Planner(workspace, environment, request, storage).plan(nodes)
    finally:
        storage.close()


def job_id(knot: Iterable[str]) -> str:
    """What a job is called."""
    return "+".join(knot)


class _Planner:
    def __init__(self, workspace: Workspace, environment: str, request: Request, storage: Storage) -> None:
        upstreams = Upstreams(workspace)
        self._workspace = workspace
        self._environment = environment
        self._request = request
        self._storage = storage
        self._inputs = InputReader(workspace, environment, storage, upstreams, request.variables)
        self._sync = Sync(workspace, environment, upstreams)
        self._jobs: dict[Knot, Job] = {}

    def plan(self, nodes: Mapping[str, frozenset[str] | None]) -> Plan:
        order = build_order(self._workspace, nodes, self._environment)
        for knot in order.knots:
            self._jobs[knot] = self._job(knot, order.upstream[knot], nodes)
        return Plan(
            mesh=self._workspace.config.file.name, environment=self._environment, jobs=tuple(self._jobs.values())
        )

    def _job(self, knot: Knot, upstream: tuple[Knot, ...], nodes: Mapping[str, frozenset[str] | None]) -> Job:
        action, reasons = self._decide(knot, upstream)
        chosen = [selected for name in knot if (selected := nodes[name]) is not None]
        in_plan = {name for other in self._jobs for name in other} | set(knot)
        pins = self._pins(knot, in_plan)
        return Job(
            id=job_id(knot),
            projects=knot,
            action=action,
            reasons=reasons,
            after=tuple(job_id(other) for other in upstream),
            argv=tuple(self._argv(knot, pins)),
            environment={"MESH_FILE": str(self._workspace.config.path)},
            folder=str(self._workspace.root),
            pins=pins,
            nodes=sum(map(len, chosen)) if chosen else None,
        )

    def _decide(self, knot: Knot, upstream: tuple[Knot, ...]) -> tuple[Action, tuple[str, ...]]:
        moving = [other for other in upstream if self._jobs[other].action in {"build", "maybe"}]
        reasons: list[str] = []
        for name in knot:
            try:
                found = self._reasons(name, knot, exact=not moving)
            except MeshError as error:
                return "refused", (error.message,)
            reasons += [reason if len(knot) == 1 else f"{name}: {reason}" for reason in found]
        reasons += reasons_of_cycle({name: self._storage.record(name) for name in knot})
        if reasons:
            return "build", tuple(reasons)
        if moving:
            names = ", ".join(job_id(other) for other in moving)
            return "maybe", (f"only if the data that it reads of {names} changes",)
        return "unchanged", ("nothing that it is made of has changed",)

    def _reasons(self, name: str, knot: Knot, *, exact: bool) -> tuple[str, ...]:
        """Why a project must be built; ``exact``: what comes from upstream is known already."""
        project = self._workspace.projects[name]
        record = self._storage.record(name)
        gathered = self._inputs.own(project, record)
        if record is None:
            return reasons_to_build(None, gathered.inputs)
        if exact:
            synced = self._sync.project(project, write=False)
            if not synced.ok:
                raise synced.errors[0]
            gathered = self._inputs.whole(gathered, synced, knot)
        found = reasons_to_build(_known(record, gathered, exact=exact), gathered.inputs)
        asked = (("--full-refresh", self._request.full_refresh), ("--force", self._request.force))
        return found or tuple(f"{flag} was given" for flag, on in asked if on)

    def _pins(self, knot: Knot, in_plan: set[str]) -> dict[str, str]:
        names = {up for name in knot for up in self._workspace.projects[name].upstream_names} - in_plan
        records = {name: self._storage.record(name) for name in sorted(names)}
        return {name: record.id for name, record in records.items() if record is not None}

    def _argv(self, knot: Knot, pins: Mapping[str, str]) -> list[str]:
        request = self._request
        argv = [sys.executable, "-m", "mesh_tools", "run", "--job", job_id(knot), "--env", self._environment]
        argv += [part for value in request.select for part in ("--select", value)]
        argv += [part for value in request.exclude for part in ("--exclude", value)]
        flags = (("--full-refresh", request.full_refresh), ("--force", request.force))
        argv += [flag for flag, on in flags if on]
        argv += ["--vars", request.variables] if request.variables else []
        argv += ["--threads", str(request.threads)] if request.threads else []
        return argv + [part for name, pin in pins.items() for part in ("--pin", f"{name}={pin}")]


def _known(record: Record, gathered: Gathered, *, exact: bool) -> Record:
    """``record``, and where upstream is still to be built, without what comes from there."""
    if exact or record.inputs is None:
        return record
    inputs = replace(record.inputs, interfaces=gathered.inputs.interfaces, data=gathered.inputs.data)
    return replace(record, inputs=inputs)
