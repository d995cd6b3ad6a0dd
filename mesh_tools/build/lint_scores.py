"""The scores of a run of `mesh lint`, with those of earlier runs."""

from __future__ import annotations

from datetime import datetime, timezone

from msgspec import Struct

from mesh_tools.build.lint_history import commit_of, read_history, record
from mesh_tools.errors import Location, MeshError
from mesh_tools.lint.linter import Outcome
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


def scores_of(outcome: Outcome, workspace: Workspace | None) -> Scores:
    """The scores of what was found, over the mesh or over manifests alone."""
    mesh = outcome.mesh or Mesh(())
    return Scores(
        scorecard=scorecard_of(mesh, outcome.findings),
        history=read_history(workspace) if workspace else (),
        now=datetime.now(timezone.utc),
        commit=commit_of(workspace) if workspace else None,
    )


def keep_scores(scores: Scores, workspace: Workspace) -> MeshError | None:
    """Keep them for later trends. That they cannot be kept is no reason to fail: it is returned."""
    entry = entry_of(scores.scorecard, at=scores.now.isoformat(timespec="seconds"), commit=scores.commit)
    try:
        record(workspace, entry)
    except OSError as error:
        where = Location.of(error.filename) if error.filename else None
        return MeshError(f"the scores of this run were not kept: {error.strerror}", where=where)
    return None
