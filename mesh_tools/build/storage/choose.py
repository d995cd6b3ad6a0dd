"""Which way of storing an environment has."""

from __future__ import annotations

from collections.abc import Mapping

from mesh_tools.build.storage.base import Storage
from mesh_tools.build.storage.generations import Generations
from mesh_tools.build.storage.warehouse import Warehouse
from mesh_tools.mesh.workspace import Workspace


def open_storage(workspace: Workspace, environment: str, pins: Mapping[str, str] | None = None) -> Storage:
    """The storage of ``environment``: ``storage`` in mesh.yml.

    Args:
        workspace: The mesh.
        environment: One of mesh.yml.
        pins: Generations to be read instead of the current ones, by upstream project.
    """
    if workspace.config.environments[environment].storage == "duckdb":
        return Generations(workspace, environment, pins)
    return Warehouse(workspace, environment)
