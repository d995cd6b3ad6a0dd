"""Reads what an operand names: the interface of one project, and where it is from in words."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from mesh_tools.artifacts.manifest import Manifest
from mesh_tools.contracts.consumption import lineage_cache, traced_interface
from mesh_tools.contracts.operands.documents import path_of, read_document
from mesh_tools.contracts.operands.git import Git
from mesh_tools.contracts.operands.spec import FORK, Operand
from mesh_tools.errors import Location, MeshError, did_you_mean
from mesh_tools.interface.document import from_yaml
from mesh_tools.interface.extract import interface_of
from mesh_tools.interface.registry import open_registry
from mesh_tools.interface.upstreams import INTERFACE_FILE, committed_interface
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Interface
from mesh_tools.model.project import Project

_SHORT = 10  # digits of a commit's id


class Side(Struct, frozen=True, kw_only=True):
    """One side of a comparison, read.

    Attributes:
        label: What it is, for reports: ``interface.yml``, ``git:main``.
        interface: What the project promises there; ``None`` when it promises nothing there yet.
        note: What the reader has to know about it, such as why there is nothing.
        is_numbered: Whether its semantic versions were given to it; those of a manifest follow from what changed.
    """

    label: str
    interface: Interface | None
    note: str = ""
    is_numbered: bool = True


class Operands:
    """Reads operands for the projects of a mesh, or documents alone when there is no mesh.

    Args:
        workspace: The mesh; ``None`` outside of any.
        present: Makes the present interface of a project from its newest manifest. Only the caller knows the builds.
        folder: The working directory, which relative paths count from.
    """

    def __init__(self, workspace: Workspace | None, present: Callable[[Project], Interface], folder: Path) -> None:
        self._workspace = workspace
        self._present = present
        self._folder = folder
        self._documents: dict[str, Interface] = {}
        self._manifests: set[str] = set()

    def project_of(self, operand: Operand) -> str | None:
        """The project that a document is of; ``None`` for what every project has.

        Raises:
            MeshError: the document cannot be read.
        """
        return self._document(operand.name).project if operand.kind == "file" else None

    def side(self, operand: Operand, project: str) -> Side:
        """What ``operand`` says of ``project``.

        Raises:
            MeshError: it is not there, cannot be read, or is of another project.
        """
        if operand.kind == "file":
            found = self._file(operand, project)
            return Side(label=str(operand), interface=found, is_numbered=operand.name not in self._manifests)
        if self._workspace is None:
            raise MeshError(
                f"'{operand}' can be compared within a mesh only, and there is no mesh.yml in this folder or above it",
                hint="name documents: --base OLD-MANIFEST.json --head NEW-MANIFEST.json; or run `mesh init` first",
            )
        if operand.kind == "registry":
            return self._registry(self._workspace, operand, project)
        known = self._workspace.project(project)
        if operand.kind == "git":
            return self._committed(known, operand)
        return present_side(self._present(known)) if operand.kind == "present" else accepted_side(known)

    def gone(self, operand: Operand) -> dict[str, Side]:
        """Projects that were below the mesh's folder at a git ref, and are neither there nor in the mesh any more.

        Nothing for other operands: they do not say which projects the mesh had.

        Raises:
            MeshError: git cannot tell.
        """
        if self._workspace is None or operand.kind != "git":
            return {}
        git = Git(self._workspace.root)
        known = {*self._workspace.projects, *self._workspace.config.file.upstreams}
        found: dict[str, Side] = {}
        for path, data in git.removed(_commits_of(git, operand)[1], INTERFACE_FILE).items():
            with suppress(MeshError):  # what nobody can read has promised nothing
                interface = from_yaml(data, f"{operand.name}:{path}")
                if interface.project not in known:
                    found[interface.project] = Side(label=str(operand), interface=interface)
        return found

    def _file(self, operand: Operand, project: str) -> Interface:
        found = self._document(operand.name)
        if found.project != project:
            raise MeshError(
                f"{operand.name} is of the project '{found.project}', not of '{project}'",
                hint=f"run `mesh contract diff {found.project} ...`, or name a document of {project}",
            )
        return found

    def _document(self, location: str) -> Interface:
        if location not in self._documents:
            found = read_document(location, self._folder)
            if isinstance(found, Manifest):
                self._manifests.add(location)
                found = self._interface_in(found, location)
            self._documents[location] = found
        return self._documents[location]

    def _interface_in(self, manifest: Manifest, location: str) -> Interface:
        """Owned by the domain that the mesh says, so that it does not differ from an interface.yml by that."""
        domain = self._workspace.config.domain_of(manifest.project) if self._workspace else None
        found = interface_of(manifest, domain=domain)
        path = path_of(location, self._folder)
        cache = lineage_cache(self._workspace) if self._workspace else None
        return traced_interface(found, path, cache) if path else found

    def _registry(self, workspace: Workspace, operand: Operand, project: str) -> Side:
        environments = workspace.config.environments
        settings = workspace.config.registry
        registry = open_registry(settings.url, base=workspace.root, options=settings.options)
        found = registry.get(project, operand.name)
        if found is None and operand.name not in environments:
            hint = did_you_mean(operand.name, environments) or f"known: {', '.join(environments)}"
            raise MeshError(f"no environment '{operand.name}' in {workspace.config.path.name}", hint=hint)
        note = "" if found else f"{project} has not been published in the environment '{operand.name}' yet"
        return Side(label=str(operand), interface=found, note=note)

    def _committed(self, project: Project, operand: Operand) -> Side:
        git = Git(project.path)
        tip, commit = _commits_of(git, operand)
        note = "" if commit == tip else f"as of {commit[:_SHORT]}, where this branch left it"
        data = git.read(commit, INTERFACE_FILE)
        if data is not None:
            found = from_yaml(data, f"{operand.name}:{INTERFACE_FILE}")
            if found.project == project.name:
                return Side(label=str(operand), interface=found, note=note)
        moved = _moved(git, commit, operand, project)
        if moved is not None:
            return moved
        note = f"{project.name} has no {INTERFACE_FILE} at {operand.name}: it has never been accepted there"
        return Side(label=str(operand), interface=None, note=note)


def present_side(interface: Interface) -> Side:
    """What the newest manifest promises."""
    return Side(label="present", interface=interface, is_numbered=False)


def accepted_side(project: Project) -> Side:
    """The interface.yml of the work tree.

    Raises:
        MeshError: it is no interface document, or another project's.
    """
    found = committed_interface(project)
    if found is not None and found.project != project.name:
        raise MeshError(
            f"this {INTERFACE_FILE} is of the project '{found.project}', not of '{project.name}'",
            where=Location.of(project.path / INTERFACE_FILE),
            hint=f"remove it, then run `mesh contract accept {project.name}`",
        )
    note = "" if found else f"{project.name} has no {INTERFACE_FILE}: it has never been accepted"
    return Side(label=INTERFACE_FILE, interface=found, note=note)


def _commits_of(git: Git, operand: Operand) -> tuple[str, str]:
    """The commit that a git operand names, and the one that is meant: the same, or where this branch left it."""
    tip = git.commit(operand.name.removesuffix(FORK))
    return tip, git.fork(tip) if operand.name.endswith(FORK) else tip


def _moved(git: Git, commit: str, operand: Operand, project: Project) -> Side | None:
    """A project whose folder had another name then promised no less."""
    for path, data in git.files(commit, INTERFACE_FILE).items():
        try:
            found = from_yaml(data, f"{operand.name}:{path}")
        except MeshError:
            if project.name.encode() in data:
                raise
            continue
        if found.project == project.name:
            return Side(label=str(operand), interface=found, note=f"{project.name} was in {path} at {operand.name}")
    return None
