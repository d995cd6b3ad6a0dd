"""Decides whether a project has to be built, which may take a question to dbt."""

from __future__ import annotations

from msgspec.structs import replace

from mesh_tools.artifacts.sources import read_sources
from mesh_tools.build.jobs.asking import Steps
from mesh_tools.build.jobs.context import Context
from mesh_tools.build.jobs.steps import dbt_steps
from mesh_tools.build.plan.decision import reasons_to_build
from mesh_tools.build.plan.inputs import Gathered
from mesh_tools.build.plan.sources import loaded_at
from mesh_tools.build.runs import Request
from mesh_tools.build.storage import Record, Target
from mesh_tools.build.storage.profiles import provide_profile
from mesh_tools.errors import MeshError
from mesh_tools.model.project import Project


def reasons_now(context: Context, record: Record | None, gathered: Gathered) -> tuple[str, ...]:
    """Why a project has to be built in this build; nothing when it need not be."""
    found = reasons_to_build(record, gathered.inputs)
    if found or context.was_done(record):
        return found
    return tuple(f"{name} was given" for name in forcing(context.request))


def forcing(request: Request) -> list[str]:
    """The options that make a build build what has not changed."""
    return [name for name, on in (("--full-refresh", request.full_refresh), ("--force", request.force)) if on]


def ask_sources(context: Context, project: Project, gathered: Gathered, record: Record | None) -> Steps[Gathered]:
    """Ask dbt how fresh the sources are that declare it."""
    wanted = [name for name, source in gathered.inputs.sources.items() if source.kind == "relation"]
    if not wanted or record is None:
        return gathered
    artifacts = context.artifacts(project.name) / "freshness"
    # The work copy will do: no generation is needed to ask.
    target = Target(id="", profiles=provide_profile(context.workspace, project))
    arguments = ["source", "freshness", "--select", *(f"source:{project.name}.{name}" for name in wanted)]
    yield from dbt_steps(context, project, target, arguments, artifacts)
    try:
        results = read_sources(artifacts / "sources.json").results
    except MeshError:
        return gathered  # not known, so it counts as changed
    found = {".".join(result.unique_id.split(".")[2:]): result.max_loaded_at for result in results}
    return replace(gathered, inputs=replace(gathered.inputs, sources=loaded_at(gathered.inputs.sources, found)))


def register(context: Context, project: Project) -> None:
    """Publish again what a crash has kept from the registry.

    Raises:
        MeshError: the registry is read-only or cannot be reached.
    """
    interface = context.storage.unpublished(project.name)
    if interface is not None:
        context.publish(interface, "")
