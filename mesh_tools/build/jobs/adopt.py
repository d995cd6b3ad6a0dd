"""Publishes what plain dbt has built in a project: its work copy becomes a generation."""

from __future__ import annotations

import time
from pathlib import Path

from msgspec.structs import replace

from mesh_tools.build.events import ProjectStarted
from mesh_tools.build.jobs.asking import Job
from mesh_tools.build.jobs.context import Context
from mesh_tools.build.jobs.results import refused
from mesh_tools.build.jobs.steps import Built, check_sync, publish_steps
from mesh_tools.build.runs import ProjectRun
from mesh_tools.errors import Location, MeshError
from mesh_tools.files import write_atomically
from mesh_tools.model.project import Project

_BY_PLAIN_DBT = "by plain dbt"


def adopt_project(context: Context, project: Project, manifest: Path) -> Job:
    """Publish data and interface of ``project`` as plain dbt has left them.

    The next `mesh build` builds the project again: what plain dbt was asked for is not known.

    Args:
        context: Of this run.
        project: To be published.
        manifest: Of what was built.
    """
    context.tell(ProjectStarted(project=project.name, position=1, total=1, reasons=("it was built by plain dbt",)))
    try:
        synced = context.sync(project)
        check_sync(synced)
        gathered = context.inputs.whole(context.inputs.own(project, None), synced, ())
        target = context.storage.begin(project, context.run.id, fresh=True, pins={})
        context.storage.adopt(target, project)
        artifacts = context.artifacts(project.name)
        _copy(manifest, artifacts / "manifest.json")
        built = Built(target=target, gathered=gathered, began=time.time(), partial=_BY_PLAIN_DBT)
        interface, changed = yield from publish_steps(context, project, built, artifacts)
    except MeshError as error:
        return [refused(project, error)]
    result = ProjectRun(project=project.name, status="success", finished_at="", target=target.id)
    return [replace(result, fingerprint=interface.fingerprint, interface_changed=changed)]


def _copy(source: Path, target: Path) -> None:
    try:
        write_atomically(target, source.read_bytes())
    except OSError as error:
        raise MeshError(f"cannot be copied: {error.strerror}", where=Location.of(source)) from None
