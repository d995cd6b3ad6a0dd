"""`mesh publish`: lets consumers see what was built by other means than `mesh build`."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from mesh_tools.build.build import Build, Settings
from mesh_tools.build.publish import interface_to_publish
from mesh_tools.build.runs import Request
from mesh_tools.build.storage.layout import project_folder
from mesh_tools.build.storage.profiles import has_own_profile
from mesh_tools.build.storage.work_copy import changed_work_copy
from mesh_tools.errors import ExitCode, MeshError
from mesh_tools.interface.upstreams import Upstreams
from mesh_tools.mesh.workspace import Workspace
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
            read-only or cannot be reached; a product is not in the data.
    """
    interface = interface_to_publish(workspace, project, manifest, environment)
    if not _has_data(workspace, project, environment):
        publication = Upstreams(workspace).publish(interface)
        return Published(products=len(interface.products), changed=publication.changed)
    settings = Settings(adopt=manifest)
    request = Request(select=(project.name,), job=project.name)
    run = Build(workspace, environment, lambda _: None, request, settings).run()
    (result,) = run.projects
    if result.status != "success":
        raise MeshError(result.error or f"{project.name} was not published", exit_code=ExitCode.FAILED)
    return Published(products=len(interface.products), changed=result.interface_changed, target=result.target)


def _has_data(workspace: Workspace, project: Project, environment: str) -> bool:
    """Whether mesh keeps the data of the project, and plain dbt has built something new."""
    if workspace.config.environments[environment].storage != "duckdb" or has_own_profile(workspace, project):
        return False
    return changed_work_copy(project_folder(workspace, environment, project.name), project.name) is not None
