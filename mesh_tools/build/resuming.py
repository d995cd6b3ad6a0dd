"""Which run `mesh build --resume` goes on with."""

from __future__ import annotations

from msgspec.structs import replace

from mesh_tools.build.runs import Request, Run, RunHistory, read_journal
from mesh_tools.build.runs.history import STARTED_FILE
from mesh_tools.errors import Location, MeshError


def run_to_resume(history: RunHistory, environment: str, given: Request, run_id: str | None) -> tuple[Request, Run]:
    """The run to go on with, and what it was asked for.

    Args:
        history: Of the mesh.
        environment: To be built.
        given: What is asked for now: threads and --fail-fast count, a selection must not differ.
        run_id: Of a certain run; ``None``: the last one in the environment.

    Raises:
        MeshError: there is no such run, it has nothing left to do, or it was asked for something else.
    """
    run = history.get(run_id) if run_id else _last(history, environment)
    if run is None:
        raise MeshError(f"nothing was built in {environment} yet", hint="run `mesh build` without --resume")
    if run.environment != environment:
        hint = f"mesh build --resume --run {run.id} --env {run.environment}"
        raise MeshError(f"run {run.id} was in the environment '{run.environment}', not '{environment}'", hint=hint)
    if run.finished_at is not None and run.ok:
        raise MeshError(f"run {run.id} has nothing left to do: all of it was built", hint="run `mesh build`")
    asked = run.request
    if (given.select or given.exclude) and (given.select, given.exclude) != (asked.select, asked.exclude):
        was = " ".join(asked.select) or "everything"
        raise MeshError(
            f"run {run.id} was asked for {was}: --resume goes on with that",
            hint="leave the selection away, or leave --resume away",
        )
    _refuse_others(run, given)
    return replace(asked, fail_fast=given.fail_fast, threads=given.threads or asked.threads), run


def _refuse_others(run: Run, given: Request) -> None:
    """Options that would make another build of it."""
    asked = run.request
    options = {
        "--vars": (given.variables, asked.variables),
        "--force": (given.force or None, asked.force or None),
        "--full-refresh": (given.full_refresh or None, asked.full_refresh or None),
    }
    for name, (now, before) in options.items():
        if now is not None and now != before:
            raise MeshError(
                f"run {run.id} was asked for {'another' if before else 'no'} {name}: --resume goes on with that",
                hint=f"leave {name} away, or leave --resume away",
            )


def _last(history: RunHistory, environment: str) -> Run | None:
    damaged = history.damaged_newest()
    if damaged is not None:
        raise MeshError(
            "the record of the last run is damaged, so nobody knows what it was asked for",
            where=Location.of(damaged),
            hint="run `mesh build`, which builds whatever is not built yet; or name an earlier run with --run",
        )
    return history.last(environment)


def damage_of(history: RunHistory, run: Run) -> MeshError | None:
    """What is wrong with the files of ``run`` that tell how far it had come."""
    begun = [path.parent.name for path in sorted(history.path(run).glob(f"*/{STARTED_FILE}"))]
    for project in begun:
        if history.started(run, project) is None:
            where = Location.of(history.artifacts(run, project) / STARTED_FILE)
            return MeshError("this file is damaged", where=where, hint=f"{project} is built from the start")
    return read_journal(history.path(run)).damage if begun else None
