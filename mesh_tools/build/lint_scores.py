"""The scores of a run of `mesh lint`, with those of earlier runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone

from msgspec import Struct

from mesh_tools.build.lint_history import commit_of, read_history, record
from mesh_tools.errors import Location, MeshError
from mesh_tools.lint.outcome import Outcome
from mesh_tools.lint.scorecard import Entry, Scorecard, entry_of, scorecard_of
from mesh_tools.lint.subjects import Mesh
from mesh_tools.mesh.workspace import Workspace


class Scores(Struct, frozen=True, kw_only=True):
    """The scores of a run.

    Attributes:
        scorecard: Of now.
        history: Earlier runs, oldest first; none outside a mesh.
        now: In UTC.
        commit: That is checked out.
    """

    scorecard: Scorecard
    history: tuple[Entry, ...]
    now: datetime
    commit: str | None


def scores_of(outcome: Outcome, workspace: Workspace | None, selected: Sequence[str] = ()) -> Scores:
    """The scores of what was found, over the mesh or over manifests alone.

    Args:
        outcome: With the mesh.
        workspace: The mesh's files; ``None`` outside any.
        selected: Of the projects; only these are scored, since of the others nothing is told. Default: all.
    """
    mesh = outcome.mesh or Mesh(())
    names = {project.name for project in workspace.select(selected)} if workspace and selected else None
    return Scores(
        scorecard=scorecard_of(mesh, outcome.findings, names),
        history=read_history(workspace) if workspace else (),
        now=datetime.now(timezone.utc),
        commit=commit_of(workspace) if workspace else None,
    )


def keep_scores(scores: Scores, workspace: Workspace) -> MeshError | None:
    """Keep them for later trends, if they are of all projects.

    Returns:
        Why they cannot be kept; that is no reason to fail.
    """
    if {card.name for card in scores.scorecard.projects} != set(workspace.projects):
        return None
    entry = entry_of(scores.scorecard, at=scores.now.isoformat(timespec="seconds"), commit=scores.commit)
    try:
        record(workspace, entry)
    except OSError as error:
        where = Location.of(error.filename) if error.filename else None
        return MeshError(f"the scores of this run were not kept: {error.strerror}", where=where)
    return None
