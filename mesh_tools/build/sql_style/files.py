"""Which SQL files are looked at: those that changed, or all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mesh_tools.contracts.operands.git import Git
from mesh_tools.contracts.operands.spec import parse_operand
from mesh_tools.errors import MeshError
from mesh_tools.mesh.refs import resource_files
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.project import Project

# Macros are Jinja rather than SQL, and sqlfluff says little of them.
_KEYS = ("model-paths", "snapshot-paths", "test-paths", "analysis-paths")

FilesOf = dict[str, tuple[Path, ...]]
"""SQL files by project."""


def sql_files(
    workspace: Workspace, projects: Iterable[Project], base: str | None, *, every: bool
) -> tuple[FilesOf, str]:
    """The SQL files to look at, by project, and in words which they are.

    Args:
        workspace: The mesh.
        projects: Whose.
        base: A git ref: what changed since this branch left it; ``None``: since the last commit.
        every: All of them, whether they changed or not.

    Raises:
        MeshError: git does not know ``base``.
    """
    found = {
        project.name: tuple(path for path in resource_files(project, _KEYS) if path.suffix == ".sql")
        for project in projects
    }
    if every:
        return found, "all SQL files"
    try:
        changed = frozenset(_changed(workspace, base))
    except MeshError as error:
        if base:
            raise
        return found, f"all SQL files, since git cannot tell what changed: {error.message}"
    kept = {name: tuple(path for path in paths if path.resolve() in changed) for name, paths in found.items()}
    return kept, f"SQL files that changed since {base or 'the last commit'}"


def _changed(workspace: Workspace, base: str | None) -> Iterable[Path]:
    git = Git(workspace.root)
    operand = parse_operand(base, workspace.config.environments) if base else None
    if operand is not None and operand.kind != "git":
        raise MeshError(f"'{base}' says nothing of files", hint="name a git ref with --base, or look at --all")
    commit = git.fork(git.commit(operand.name.removesuffix("..."))) if operand else git.commit("HEAD")
    return git.changed(commit)
