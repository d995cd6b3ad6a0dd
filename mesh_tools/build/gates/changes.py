"""Which projects changed since the base, by git; and who reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from mesh_tools.build.gates.values import Role
from mesh_tools.contracts.operands.git import Git
from mesh_tools.contracts.operands.spec import parse_operand
from mesh_tools.errors import MeshError
from mesh_tools.mesh.workspace import STATE_FOLDER, Workspace
from mesh_tools.model.project import Project


class Changes(Struct, frozen=True, kw_only=True):
    """What changed.

    Attributes:
        base: What it changed since, in words.
        projects: Names of projects of which a file, or a file of a local package of theirs, is another.
        note: Why that could not be told, if it could not; all count as changed then.
    """

    base: str
    projects: frozenset[str]
    note: str = ""


def changes_since(workspace: Workspace, base: str | None) -> Changes:
    """The projects that changed since ``base``: a git ref, from where this branch left it, else the last commit.

    Other bases, such as ``registry:prod``, say nothing of files: then what is not committed counts.

    Raises:
        MeshError: ``base`` is a git ref, and git does not know it.
    """
    git = Git(workspace.root)
    operand = parse_operand(base, workspace.config.environments) if base else None
    try:
        if operand is not None and operand.kind == "git":
            commit, label = git.fork(git.commit(operand.name.removesuffix("..."))), operand.name
        else:
            commit, label = git.commit("HEAD"), str(operand) if operand else "the last commit"
        changed = git.changed(commit)
    except MeshError as error:
        if operand is not None and operand.kind == "git":
            raise
        note = f"which projects changed is not known, so all count as changed: {error.message}"
        return Changes(base=base or "interface.yml", projects=frozenset(workspace.projects), note=note)
    return Changes(base=label, projects=frozenset(_concerned(workspace, changed)))


def roles_of(workspace: Workspace, changed: Iterable[str]) -> dict[str, Role]:
    """Every project with its role; those that changed first, then what reads them, then the rest."""
    upstream = workspace.upstream()
    roles: dict[str, Role] = dict.fromkeys(workspace.projects, "other")
    pending = list(changed)
    readers = {name: [other for other, reads in upstream.items() if name in reads] for name in upstream}
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            pending += readers[name]
    roles.update(dict.fromkeys(seen, "consumer"))
    roles.update(dict.fromkeys(changed, "changed"))
    ranks: tuple[Role, ...] = ("changed", "consumer", "other")
    return {name: role for rank in ranks for name in workspace.projects if (role := roles[name]) == rank}


def _concerned(workspace: Workspace, changed: Iterable[Path]) -> Iterator[str]:
    files = frozenset(changed)
    if workspace.config.path in files:  # it may say anything of any of them
        yield from workspace.projects
        return
    folders = {parent for file in files for parent in file.parents}
    for project in workspace.projects.values():
        if any(folder in folders for folder in _folders(project)):
            yield project.name


def _folders(project: Project) -> Iterator[Path]:
    yield project.path.resolve()
    for package in project.packages:
        if package.kind == "local" and STATE_FOLDER not in Path(package.source).parts:
            yield (project.path / package.source).resolve()
