"""The rules that there are here: those of the mesh that the working directory is in, with what is in force."""

from __future__ import annotations

from pathlib import Path

from mesh_tools.lint.loading import file_policy, mesh_policy
from mesh_tools.lint.policy import Policy
from mesh_tools.mesh.config import MeshConfig
from mesh_tools.mesh.workspace import Workspace


def policy_here(mesh_file: Path | None) -> tuple[Policy, str]:
    """The policy of the mesh of ``mesh_file`` or of the working directory, and its name; outside any the default.

    Raises:
        MeshError: something in the mesh or in its policy is wrong.
    """
    if mesh_file is None and MeshConfig.path_above(Path.cwd()) is None:
        return file_policy(None), ""
    workspace = Workspace.open(Path.cwd(), mesh_file)
    return mesh_policy(workspace.config, workspace.projects.values()), workspace.config.file.name
