"""The dbt profile that mesh provides for projects on DuckDB.

One file for each project, named after it, so that every relation is ``"<project>"."<schema>"."<identifier>"``
wherever it is read from. A project's upstreams are attached read-only under their names.

There are two of them. The one for plain dbt lies in the project's folder (git-ignored), where dbt finds it; but below
``.mesh/profiles`` in a mesh that has environments with ``storage: profile`` besides, since it would hide the profile of
those. It builds in the project's work copy, and reads what its upstreams have published. The one for `mesh build` lies
below ``.mesh/build``; its paths are links to the generations of this build, so that its text stays the same and dbt
need not parse everything anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mesh_tools.build.storage.layout import database_in, published_file, work_file
from mesh_tools.errors import ExitCode, Location, MeshError, display_path
from mesh_tools.files import disk_hint, write_atomically
from mesh_tools.interface.document.yaml_writer import dump
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.project import Project

PROFILES_FILE = "profiles.yml"
_MARK = "# Written by `mesh sync`: edits are lost. Not for version control.\n"


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
    folder = profile_folder(workspace, project)
    path = folder / PROFILES_FILE
    if _is_own(path):
        return folder
    environment = workspace.config.default_environment
    target = environment if environment in outputs else next(iter(outputs))
    content = {_profile_name(project): {"target": target, "outputs": outputs}}
    try:
        for name in outputs:
            work_file(workspace, name, project.name).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, (_MARK + dump(content)).encode())
    except OSError as error:
        raise MeshError(
            f"cannot be written: {error.strerror}", where=Location.of(error.filename or path), hint=disk_hint(error)
        ) from None
    return folder


def write_build_profile(
    workspace: Workspace, environment: str, project: Project, generation: Path, upstreams: Mapping[str, Path]
) -> Path:
    """Write the profile with which `mesh build` builds ``project`` into ``generation``.

    Args:
        workspace: The mesh.
        environment: Which becomes dbt's target.
        project: To be built.
        generation: Folder of the project's new generation.
        upstreams: Folders of the generations that it reads, by project.

    Returns:
        The folder to pass to dbt as ``--profiles-dir``.

    Raises:
        MeshError: a file cannot be written, or ``dbt_project.yml`` names no profile.
    """
    folder = workspace.state / "build" / environment / project.name
    files: dict[str, Path] = {}
    try:
        (folder / "db").mkdir(parents=True, exist_ok=True)
        for name, target in {project.name: generation, **upstreams}.items():
            link = folder / "db" / name
            link.unlink(missing_ok=True)
            link.symlink_to(target, target_is_directory=True)
            # DuckDB cannot attach what is not there: in a cycle of projects, what is not built yet.
            if name == project.name or database_in(target, name).exists():
                files[name] = database_in(link, name)
        own = files.pop(project.name)
        output = _output(own, files, workspace.config.environments[environment].threads)
        content = {_profile_name(project): {"target": environment, "outputs": {environment: output}}}
        write_atomically(folder / PROFILES_FILE, (_MARK + dump(content)).encode())
    except OSError as error:
        raise MeshError(
            f"cannot be written: {error.strerror}", where=Location.of(error.filename or folder), hint=disk_hint(error)
        ) from None
    return folder


def has_own_profile(workspace: Workspace, project: Project) -> bool:
    """Whether the project brings a profile, which then decides where its data lies."""
    return _is_own(profile_folder(workspace, project) / PROFILES_FILE)


def own_profile(workspace: Workspace, project: Project) -> MeshError | None:
    """A warning when the project brings a profile."""
    path = profile_folder(workspace, project) / PROFILES_FILE
    environment = workspace.config.default_environment
    if workspace.config.environments[environment].storage != "duckdb" or not _is_own(path):
        return None
    file = display_path(published_file(workspace, environment, project.name))
    return MeshError(
        f"{project.name} brings a profile of its own, so mesh provides none",
        where=Location.of(path),
        hint=f"other projects find its data only in {file}; remove the profile, or say `storage: profile` in mesh.yml",
        exit_code=ExitCode.OK,
    )


def _is_own(path: Path) -> bool:
    return path.exists() and not path.read_text(encoding="utf-8", errors="replace").startswith(_MARK)


def profile_folder(workspace: Workspace, project: Project) -> Path:
    """Where the profile for plain dbt lies."""
    if all(environment.storage == "duckdb" for environment in workspace.config.environments.values()):
        return project.path
    return workspace.state / "profiles" / project.name


def _outputs(workspace: Workspace, project: Project) -> dict[str, Any]:
    outputs: dict[str, Any] = {}
    for name, settings in workspace.config.environments.items():
        if settings.storage == "duckdb":
            own = work_file(workspace, name, project.name)
            files = {upstream: published_file(workspace, name, upstream) for upstream in project.upstream_names}
            # DuckDB cannot attach what is not there; the guards on the stubs say which upstream is missing.
            present = {upstream: file for upstream, file in files.items() if file.exists()}
            outputs[name] = _output(own, present, settings.threads)
    return outputs


def _output(own: Path, upstreams: Mapping[str, Path], threads: int) -> Mapping[str, Any]:
    output: dict[str, Any] = {"type": "duckdb", "path": str(own), "schema": "main", "threads": threads}
    attached = [{"path": str(path), "alias": name, "read_only": True} for name, path in upstreams.items()]
    return {**output, "attach": attached} if attached else output


def _profile_name(project: Project) -> str:
    if project.profile is None:
        raise MeshError(
            f"{project.name} names no profile in plain text",
            where=project.where,
            hint=f"write `profile: {project.name}`; Jinja is rendered by dbt alone",
        )
    return project.profile
