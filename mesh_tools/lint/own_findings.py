"""Findings of the engine itself: projects that were not read, promises that are none, entries that nothing needs."""

from __future__ import annotations

from mesh_tools.errors import Location, MeshError
from mesh_tools.lint.baseline import Entry
from mesh_tools.lint.fixes.suppression import removal
from mesh_tools.lint.inputs import ProjectInput
from mesh_tools.lint.pending import Pending
from mesh_tools.lint.places import CodePlace
from mesh_tools.lint.rules.engine import BASELINE, META_WRONG, PROJECT_NOT_READ, SUPPRESSION
from mesh_tools.lint.subjects import Project
from mesh_tools.lint.suppressions import UNUSED, Inline, Written

_MANIFEST_FILE = "target/manifest.json"


def meta_wrong(project: Project, error: MeshError) -> Pending:
    """What a project says in ``meta.mesh`` makes no interface."""
    where = error.where
    place = CodePlace(file=where.path, line=where.line) if where else project.place
    return Pending(
        rule=META_WRONG,
        project=project.name,
        reporter=project.name,
        kind="project",
        subject=project.name,
        message=error.message,
        hint=error.hint or "",
        place=place,
        path=place.file,
    )


def suppression_at_fault(entry: Inline | Written, project: str, message: str, *, mesh: str) -> Pending:
    """A suppression that suppresses nothing, or not any more; ``mesh``: the name of the mesh."""
    where = None if isinstance(entry, Inline) else entry.where
    place = entry.place if isinstance(entry, Inline) else CodePlace(file=where.path if where else "")
    return Pending(
        rule=SUPPRESSION,
        project=project,
        reporter=project,
        kind="suppression",
        subject=entry.subject if isinstance(entry, Inline) else project or mesh or "mesh",
        message=message,
        key=f"{message}:{entry.index}" if isinstance(entry, Inline) else f"{message}:{entry.ignore.path}",
        place=place,
        path=place.file,
        where=where,
        fix=removal(entry) if message.endswith(UNUSED) else None,
    )


def gone_from_baseline(entry: Entry, fingerprint: str, file: str) -> Pending:
    """An entry of the baseline, whose path is ``file``, for what does not occur any more."""
    return Pending(
        rule=BASELINE,
        project=entry.project,
        reporter="",
        kind="baseline",
        subject=entry.subject,
        message=f"is in the baseline for {entry.code}, but does not occur any more",
        key=fingerprint,
        place=CodePlace(file=file, text=fingerprint),
        path=file,
    )


def missing(name: str, error: MeshError) -> Pending:
    """A project that nobody could read."""
    said = f"was not linted: {error.message}"
    return _not_read(name, said, hint=error.hint or "", key="manifest.json", where=error.where)


def unreadable(given: ProjectInput, error: MeshError) -> Pending:
    """A project whose manifest cannot be read."""
    folder = given.root or given.manifest.resolve().parent
    name = given.name or (folder.parent.name if folder.name == "target" else folder.name)
    where = error.where or Location.of(given.manifest)
    said = f"was not linted: {error.message} ({where})"
    return _not_read(name, said, hint=error.hint or "", key=given.manifest.name, where=where)


def twice(given: ProjectInput, name: str) -> Pending:
    """A second manifest of a project."""
    where = Location.of(given.manifest)
    said = f"was read twice; {where} was left out"
    return _not_read(name, said, hint="name each project's manifest once", key=str(where), where=where)


def _not_read(name: str, message: str, *, hint: str, key: str, where: Location | None) -> Pending:
    return Pending(
        rule=PROJECT_NOT_READ,
        project=name,
        reporter=name,
        kind="project",
        subject=name,
        message=message,
        hint=hint,
        key=key,
        place=CodePlace(file=_MANIFEST_FILE),
        path=_MANIFEST_FILE,
        where=where,
    )
