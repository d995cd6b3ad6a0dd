"""Finds the dbt projects of a mesh and reads what their own files declare."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mesh_tools.errors import Location, MeshError
from mesh_tools.mesh.config import MeshConfig
from mesh_tools.mesh.yaml_file import YamlFile
from mesh_tools.model.names import check_project_name
from mesh_tools.model.project import InstalledPackage, Project, Upstream

PROJECT_FILE = "dbt_project.yml"
# What dbt and mesh install or write: no glob means a project in there.
_GENERATED = frozenset({"dbt_packages", "dbt_modules", "target"})

# dbt's own defaults, by key of dbt_project.yml.
_RESOURCE_PATHS = {
    "model-paths": ("models",),
    "seed-paths": ("seeds",),
    "snapshot-paths": ("snapshots",),
    "test-paths": ("tests",),
    "analysis-paths": ("analyses",),
    "macro-paths": ("macros",),
    "function-paths": ("functions",),
}
_PACKAGE_KINDS = ("local", "git", "package", "tarball")


def discover(config: MeshConfig) -> tuple[Project, ...]:
    """The projects of the mesh, in the order of mesh.yml and then of their folders' names.

    Raises:
        MeshError: a path that is no dbt project, a glob that matches none, two projects of one name.
    """
    folders: dict[Path, int] = {}
    for position, pattern in enumerate(config.file.projects):
        for folder in _folders(config, pattern, position):
            folders.setdefault(folder, position)
    projects: dict[str, Project] = {}
    for folder in folders:
        project = read_project(folder, config)
        if project.name in projects:
            raise MeshError(
                f"two projects are called '{project.name}'",
                where=project.where,
                hint=f"the other is {projects[project.name].where}; a project's name must be unique in the mesh",
            )
        projects[project.name] = project
    return tuple(projects.values())


def read_project(folder: Path, config: MeshConfig) -> Project:
    """Read the dbt project in ``folder``.

    Raises:
        MeshError: a file of it is wrong; with the line.
    """
    file = YamlFile.read(folder / PROJECT_FILE)
    content = _mapping(file)
    name = content.get("name")
    if not isinstance(name, str):
        raise MeshError("'name' is missing: dbt needs it", where=file.locate("name"))
    _project_name(name, file.locate("name"))
    upstreams, packages = _dependencies(folder, name)
    return Project(
        name=name,
        path=folder,
        domain=config.domain_of(name),
        profile=_plain(content.get("profile"), None),
        resource_paths={key: _paths(content.get(key), default) for key, default in _RESOURCE_PATHS.items()},
        target_path=_plain(content.get("target-path"), "target"),
        packages_install_path=_plain(content.get("packages-install-path"), "dbt_packages"),
        upstreams=upstreams,
        packages=packages,
        where=file.locate("name"),
    )


def packages_of(folder: Path) -> tuple[InstalledPackage, ...]:
    """The packages that a dbt package in ``folder``, which need not be a project of the mesh, declares.

    Raises:
        MeshError: a file of it is wrong; with the line.
    """
    return _dependencies(folder, "")[1]


def _project_name(name: str, where: Location) -> str:
    try:
        return check_project_name(name)
    except MeshError as error:
        raise MeshError(error.message, where=where, hint=error.hint) from None


def _folders(config: MeshConfig, pattern: str, position: int) -> list[Path]:
    where = config.yaml.locate("projects", position)
    if any(character in pattern for character in "*?["):
        found = sorted(path.parent.resolve() for path in _matches(config.root, pattern, where))
        if not found:
            raise MeshError(
                f"projects: '{pattern}' matches no dbt project",
                where=where,
                hint=f"a dbt project is a folder with a {PROJECT_FILE}",
            )
        return found
    folder = (config.root / pattern).resolve()
    if not folder.is_dir():
        raise MeshError(f"projects: there is no folder '{pattern}'", where=where)
    if not (folder / PROJECT_FILE).is_file():
        raise MeshError(f"projects: '{pattern}' is no dbt project: it has no {PROJECT_FILE}", where=where)
    return [folder]


def _matches(root: Path, pattern: str, where: Location) -> list[Path]:
    try:
        found = list(root.glob(f"{pattern.rstrip('/')}/{PROJECT_FILE}"))
    except (ValueError, NotImplementedError) as error:
        hint = "globs are relative to mesh.yml; ** stands between two slashes"
        raise MeshError(f"projects: '{pattern}' is no glob: {error}", where=where, hint=hint) from None
    return [path for path in found if not _is_generated(path.relative_to(root))]


def _is_generated(path: Path) -> bool:
    return any(part in _GENERATED or (part.startswith(".") and part != "..") for part in path.parts)


def _dependencies(folder: Path, project: str) -> tuple[tuple[Upstream, ...], tuple[InstalledPackage, ...]]:
    upstreams: list[Upstream] = []
    packages: list[InstalledPackage] = []
    for file_name in ("dependencies.yml", "packages.yml"):
        if not (folder / file_name).is_file():
            continue
        file = YamlFile.read(folder / file_name)
        content = _mapping(file)
        for i, entry in enumerate(_entries(file, content, "projects")):
            where = file.locate("projects", i)
            if not isinstance(entry.get("name"), str):
                raise MeshError(
                    "an upstream project needs a 'name'", where=where, hint="projects: [{name: operations}]"
                )
            name = _project_name(entry["name"], file.locate("projects", i, "name"))
            if name == project:
                hint = f"take '{name}' away here: within the project, refs need no project name"
                raise MeshError("a project cannot be its own upstream", where=where, hint=hint)
            upstreams.append(Upstream(name, where))
        for i, entry in enumerate(_entries(file, content, "packages")):
            kind = next((kind for kind in _PACKAGE_KINDS if kind in entry), None)
            if kind is not None:
                packages.append(InstalledPackage(kind, str(entry[kind]), file.locate("packages", i)))
    return tuple(upstreams), tuple(packages)


def _mapping(file: YamlFile) -> dict[str, Any]:
    if file.value is None:
        return {}
    if not isinstance(file.value, dict):
        raise MeshError("expected keys and values", where=file.locate())
    return file.value


def _entries(file: YamlFile, content: dict[str, Any], key: str) -> list[dict[str, Any]]:
    entries = content.get(key) or []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise MeshError(f"'{key}' must be a list of mappings", where=file.locate(key))
    return entries


def _paths(value: Any, default: tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(str(path) for path in value)
    return (value,) if isinstance(value, str) else default


def _plain(value: Any, default: Any) -> Any:
    """``value`` when it is a plain string: only dbt can render Jinja here."""
    return value if isinstance(value, str) and "{{" not in value else default
