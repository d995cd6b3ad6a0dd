"""Which run `mesh build --resume` goes on with."""

from __future__ import annotations

from msgspec.structs import replace

from mesh_tools.build.runs import Request, Run, RunHistory, read_journal
from mesh_tools.errors import MeshError


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
    run = history.get(run_id) if run_id else history.last(environment)
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
    return replace(asked, fail_fast=given.fail_fast, threads=given.threads or asked.threads), run


def damage_of(history: RunHistory, run: Run) -> MeshError | None:
    """What is wrong with the journal of ``run``: then it is not known how far it had come."""
    return read_journal(history.path(run)).damage
