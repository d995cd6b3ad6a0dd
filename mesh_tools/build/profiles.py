"""The dbt profile that mesh provides for projects on DuckDB.

One file for each project, named after it, so that every relation is ``"<project>"."<schema>"."<identifier>"``
wherever it is read from. A project's upstreams are attached read-only under their names. The profile lies in the
project's folder (git-ignored), where plain dbt finds it too; but below ``.mesh/profiles`` in a mesh that has
environments with ``storage: profile`` besides, since it would hide the profile of those.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mesh_tools.errors import ExitCode, Location, MeshError, display_path
from mesh_tools.files import write_atomically
from mesh_tools.interface.document.yaml_writer import dump
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.project import Project

PROFILES_FILE = "profiles.yml"
_MARK = "# Written by `mesh sync`: edits are lost. Not for version control.\n"


def database_file(workspace: Workspace, environment: str, project: str) -> Path:
    """The DuckDB file of a project in an environment."""
    return workspace.config.data_folder(environment) / project / f"{project}.duckdb"


def provide_profile(workspace: Workspace, project: Project) -> Path | None:
    """Write the profile of ``project``, unless it brings its own.

    Returns:
        The folder to pass to dbt as ``--profiles-dir``, or ``None`` when dbt shall look where it always does.

    Raises:
        MeshError: the file cannot be written, or ``dbt_project.yml`` names no profile.
    """
    outputs = _outputs(workspace, project)
    if not outputs:
        return None
    folder = _folder(workspace, project)
    path = folder / PROFILES_FILE
    if _is_own(path):
        return folder
    if project.profile is None:
        raise MeshError(
            f"{project.name} names no profile in plain text",
            where=project.where,
            hint=f"write `profile: {project.name}`; Jinja is rendered by dbt alone",
        )
    environment = workspace.config.default_environment
    content = {
        project.profile: {"target": environment if environment in outputs else next(iter(outputs)), "outputs": outputs}
    }
    try:
        for name in outputs:
            database_file(workspace, name, project.name).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, (_MARK + dump(content)).encode())
    except OSError as error:
        raise MeshError(f"cannot be written: {error.strerror}", where=Location.of(error.filename or path)) from None
    return folder


def own_profile(workspace: Workspace, project: Project) -> MeshError | None:
    """A warning when the project brings a profile, which then decides where its data lies."""
    path = _folder(workspace, project) / PROFILES_FILE
    environment = workspace.config.default_environment
    if workspace.config.environments[environment].storage != "duckdb" or not _is_own(path):
        return None
    file = display_path(database_file(workspace, environment, project.name))
    return MeshError(
        f"{project.name} brings a profile of its own, so mesh provides none",
        where=Location.of(path),
        hint=f"other projects find its data only in {file}; remove the profile, or say `storage: profile` in mesh.yml",
        exit_code=ExitCode.OK,
    )


def _is_own(path: Path) -> bool:
    return path.exists() and not path.read_text(encoding="utf-8", errors="replace").startswith(_MARK)


def _folder(workspace: Workspace, project: Project) -> Path:
    if all(environment.storage == "duckdb" for environment in workspace.config.environments.values()):
        return project.path
    return workspace.state / "profiles" / project.name


def _outputs(workspace: Workspace, project: Project) -> dict[str, Any]:
    environments = workspace.config.environments
    return {
        name: _output(workspace, name, project, settings.threads)
        for name, settings in environments.items()
        if settings.storage == "duckdb"
    }


def _output(workspace: Workspace, environment: str, project: Project, threads: int) -> Mapping[str, Any]:
    output: dict[str, Any] = {
        "type": "duckdb",
        "path": str(database_file(workspace, environment, project.name)),
        "schema": "main",
        "threads": threads,
    }
    files = {name: database_file(workspace, environment, name) for name in project.upstream_names}
    # DuckDB cannot attach what is not there; the guards on the stubs say which upstream is missing.
    attached = [{"path": str(path), "alias": name, "read_only": True} for name, path in files.items() if path.exists()]
    if attached:
        output["attach"] = attached
    return output
