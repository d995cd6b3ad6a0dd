"""What the linter thinks of the mesh."""

from __future__ import annotations

from mesh_tools.build.lint_scores import scores_of
from mesh_tools.build.linting import Linting, Wanted
from mesh_tools.errors import MeshError
from mesh_tools.lint.scorecard import Scorecard
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.site.gather.gaps import Gaps


def scores_of_mesh(workspace: Workspace, environment: str, gaps: Gaps) -> Scorecard | None:
    """The scores of all products, projects and domains; ``None`` when the linter cannot run, which is a gap."""
    try:
        linting = Linting.of_mesh(workspace.config.path, environment, (), Wanted(scores=True))
        if not linting.has_projects:
            return None
        return scores_of(linting.run(), workspace).scorecard
    except MeshError as error:
        gaps.add("quality", f"there are no scores: {error.message}", "mesh lint")
        return None
