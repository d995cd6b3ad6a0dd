"""Whether a manifest still tells what its project is: by what went into it, else by the age of files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from mesh_tools.artifacts.manifest import ModelNode, read_manifest
from mesh_tools.build.manifests import newest_manifests
from mesh_tools.build.plan.files import own_files, project_files
from mesh_tools.build.runs import RunHistory
from mesh_tools.build.storage import open_storage
from mesh_tools.files import write_atomically
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.project import Project

# What can change a promise: models, macros, tests, properties, and texts that descriptions name.
_SOURCES = (".sql", ".yml", ".yaml", ".py", ".md")
_NO_SOURCE = "interface.yml"
_REMEMBERED = "inputs.json"


class Parsed(Struct, frozen=True):
    """What went into a manifest: digests of files, and of the packages of upstream projects."""

    files: dict[str, str]
    packages: dict[str, str]


def remember(project: Project, manifest: Path, packages: Mapping[str, str]) -> None:
    """Keep beside ``manifest`` what it was made of: a clone or a cache gives files any age.

    Raises:
        OSError: the disk is full, or protected.
    """
    parsed = Parsed(project_files(project).digests, dict(packages))
    write_atomically(manifest.with_name(_REMEMBERED), msgspec.json.encode(parsed))


def remembered(manifest: Path) -> Parsed | None:
    """What went into ``manifest``, if it was kept."""
    try:
        return msgspec.json.decode(manifest.with_name(_REMEMBERED).read_bytes(), type=Parsed)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def stale_because(workspace: Workspace, project: Project, manifest: Path, environment: str) -> str | None:
    """Why ``manifest`` may not know what ``project`` promises: ``models/a.sql was changed``; ``None`` if it does.

    Args:
        workspace: The mesh.
        project: One of its projects.
        manifest: The newest of the project.
        environment: Whose builds are asked.

    Raises:
        MeshError: the manifest cannot be read.
    """
    why = seems_stale_because(workspace, project, manifest, environment)
    if why or _files_then(workspace, project, manifest, environment) is not None:
        return why
    return next(_gone(project, manifest), None)


def seems_stale_because(workspace: Workspace, project: Project, manifest: Path, environment: str) -> str | None:
    """As :func:`stale_because`, without reading the manifest: of one that plain dbt left, removals are not noticed."""
    then = _files_then(workspace, project, manifest, environment)
    return next(_younger(project, manifest) if then is None else _changed(project, then), None)


def _files_then(workspace: Workspace, project: Project, manifest: Path, environment: str) -> dict[str, str] | None:
    """Digests of the files that ``manifest`` was made of, where they were kept."""
    record = open_storage(workspace, environment).record(project.name)
    if record is not None and record.inputs is not None and manifest.parent.parent.name == record.run:
        return record.inputs.files
    parsed = remembered(manifest)
    return parsed.files if parsed else None


def is_as_built(workspace: Workspace, project: str, environment: str) -> bool:
    """Whether the files of ``project`` are what its last good build was made of; ``False`` when nothing tells."""
    record = open_storage(workspace, environment).record(project)
    if project not in workspace.projects or record is None or record.inputs is None:
        return False
    return next(_changed(workspace.projects[project], record.inputs.files), None) is None


def whole_manifests(workspace: Workspace, environment: str) -> dict[str, Path]:
    """The manifest of each project that tells most: the newest, or that of its last good build.

    Plain dbt that parses or lists leaves a manifest without compiled SQL. While the files of a project are those of
    its last good build, that build's manifest says the same, and holds the SQL.
    """
    newest = newest_manifests(workspace, environment)
    return {name: _as_built(workspace, name, path, environment) or path for name, path in newest.items()}


def _as_built(workspace: Workspace, project: str, newest: Path, environment: str) -> Path | None:
    record = open_storage(workspace, environment).record(project)
    if record is None or newest.parent.parent.name == record.run:
        return None
    built = RunHistory(workspace.state).folder / record.run / project / newest.name
    return built if built.is_file() and is_as_built(workspace, project, environment) else None


def _changed(project: Project, built: dict[str, str]) -> Iterator[str]:
    now = project_files(project).digests
    for label in sorted(now.keys() | built.keys()):
        if label.endswith(_SOURCES) and label != _NO_SOURCE and now.get(label) != built.get(label):
            done = "changed" if label in built and label in now else "removed" if label in built else "added"
            yield f"{label} was {done}"


def _younger(project: Project, manifest: Path) -> Iterator[str]:
    written = manifest.stat().st_mtime
    for label, path in own_files(project):
        if label.endswith(_SOURCES) and label != _NO_SOURCE and path.stat().st_mtime > written:
            yield f"{label} was changed"


def _gone(project: Project, manifest: Path) -> Iterator[str]:
    nodes = read_manifest(manifest).nodes.values()
    models = (node for node in nodes if isinstance(node, ModelNode) and node.package_name == project.name)
    for label in sorted({node.original_file_path for node in models}):
        if label and not (project.path / label).exists():
            yield f"{label} was removed"
