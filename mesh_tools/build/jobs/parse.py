"""Parses projects, so that a selection can be resolved before anything is built."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mesh_tools.build.jobs.asking import Steps
from mesh_tools.build.jobs.context import Context
from mesh_tools.build.jobs.steps import check_sync, dbt_steps
from mesh_tools.build.publish import present_interface
from mesh_tools.build.storage import Target
from mesh_tools.build.storage.profiles import provide_profile
from mesh_tools.errors import MeshError
from mesh_tools.interface.provisional import provisional_interface
from mesh_tools.interface.upstreams import committed_interface
from mesh_tools.model.project import Project


def parse_knot(context: Context, projects: Sequence[Project]) -> Steps[dict[str, Path]]:
    """The manifests of projects that are built together; what reads them can be parsed then.

    Raises:
        MeshError: one of them cannot be parsed.
    """
    for project in projects if len(projects) > 1 else ():
        readers = [reader for reader in projects if reader is not project]
        context.upstreams.assume(provisional_interface(project, readers))
    manifests: dict[str, Path] = {}
    # In a cycle again, with the interfaces that the first time has shown.
    for _ in range(2 if len(projects) > 1 else 1):
        for project in projects:
            manifests[project.name] = yield from _parse(context, project)
        for project in projects:
            accepted = committed_interface(project)
            found = present_interface(context.workspace, project, manifests[project.name], accepted=accepted)
            context.upstreams.assume(found)
    return manifests


def _parse(context: Context, project: Project) -> Steps[Path]:
    check_sync(context.sync(project))
    artifacts = context.artifacts(project.name)
    target = Target(id="", profiles=provide_profile(context.workspace, project))
    outcome = yield from dbt_steps(context, project, target, ["parse"], artifacts)
    if not outcome.success:
        raise outcome.error or MeshError(f"{project.name} cannot be parsed")
    return artifacts / "manifest.json"
