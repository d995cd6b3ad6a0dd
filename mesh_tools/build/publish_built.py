"""`mesh publish`: lets consumers see what was built by other means than `mesh build`."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from mesh_tools.artifacts.run_results import read_run_results
from mesh_tools.build.build import Build, Settings
from mesh_tools.build.publish import interface_to_publish
from mesh_tools.build.runs import Request
from mesh_tools.build.storage.generations import Generations
from mesh_tools.build.storage.layout import project_folder
from mesh_tools.build.storage.profiles import has_own_profile
from mesh_tools.build.storage.work_copy import changed_work_copy
from mesh_tools.contracts.consumption import lineage_cache, traced_interface
from mesh_tools.errors import ExitCode, Location, MeshError
from mesh_tools.interface.upstreams import Upstreams
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Interface
from mesh_tools.model.project import Project


class Published(Struct, frozen=True, kw_only=True):
    """What was published.

    Attributes:
        products: How many products the interface has.
        changed: Whether the interface differs from the one before.
        target: The generation that the data has become; ``None`` when there was no data to publish.
    """

    products: int
    changed: bool
    target: str | None = None


def publish_built(workspace: Workspace, project: Project, manifest: Path, environment: str) -> Published:
    """Publish the interface that ``manifest`` describes, and the data that plain dbt has built.

    Raises:
        MeshError: the manifest cannot be read, or is another project's; its ``meta.mesh`` is wrong; the registry is
            read-only or cannot be reached; a product is not in the data; something in the build failed.
    """
    interface = interface_to_publish(workspace, project, manifest, environment)
    _check_results(project, manifest.with_name("run_results.json"))
    if not _has_data(workspace, project, environment):
        _check_built(workspace, project, environment, interface)
        publication = Upstreams(workspace).publish(traced_interface(interface, manifest, lineage_cache(workspace)))
        return Published(products=len(interface.products), changed=publication.changed)
    settings = Settings(adopt=manifest)
    request = Request(select=(project.name,), job=project.name)
    run = Build(workspace, environment, lambda _: None, request, settings).run()
    (result,) = run.projects
    if result.status != "success":
        raise MeshError(result.error or f"{project.name} was not published", exit_code=ExitCode.FAILED)
    return Published(products=len(interface.products), changed=result.interface_changed, target=result.target)


def _check_results(project: Project, results: Path) -> None:
    """Of a build in which something failed, nothing is published: as `mesh build` has it."""
    if not results.is_file():
        return
    failed = next((result for result in read_run_results(results).results if result.failed), None)
    if failed is not None:
        raise MeshError(
            f"{failed.unique_id} failed ({failed.status}) when dbt ran last, so {project.name} is not published",
            where=Location.of(results),
            hint=f"mend it and build again: {_how_to_build(project)}",
            exit_code=ExitCode.FAILED,
        )


def _check_built(workspace: Workspace, project: Project, environment: str, interface: Interface) -> None:
    """An interface must not promise what is not in the data that consumers read; without any data it is a preview."""
    if not _keeps_data(workspace, project, environment):
        return
    record = Generations(workspace, environment).record(project.name)
    absent = sorted(interface.relations.keys() - record.data.keys()) if record is not None else []
    if absent:
        names = ", ".join(f"{project.name}.{key}" for key in absent)
        raise MeshError(
            f"{names} was not built, so there is nothing to publish",
            where=project.where,
            hint=_how_to_build(project),
            exit_code=ExitCode.FAILED,
        )


def _how_to_build(project: Project) -> str:
    return f"dbt build in the project, or mesh build --select {project.name}"


def _has_data(workspace: Workspace, project: Project, environment: str) -> bool:
    """Whether mesh keeps the data of the project, and plain dbt has built something new."""
    if not _keeps_data(workspace, project, environment):
        return False
    return changed_work_copy(project_folder(workspace, environment, project.name), project.name) is not None


def _keeps_data(workspace: Workspace, project: Project, environment: str) -> bool:
    return workspace.config.environments[environment].storage == "duckdb" and not has_own_profile(workspace, project)
