"""How a project's outcome becomes its entry in the run's record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from mesh_tools.build.dbt_runner import DbtOutcome
from mesh_tools.build.runs import ProjectRun
from mesh_tools.build.steps import Steps
from mesh_tools.errors import MeshError
from mesh_tools.model.project import Project


def skipped(project: Project, reason: str) -> ProjectRun:
    """The entry of a project that was not tried."""
    return ProjectRun(project=project.name, status="skipped", finished_at="", reason=reason)


def refused(project: Project, error: MeshError) -> ProjectRun:
    """The entry of a project for which dbt was not started."""
    return ProjectRun(project=project.name, status="refused", finished_at="", error=str(error))


def failed(project: Project, outcomes: Sequence[DbtOutcome]) -> ProjectRun:
    """The entry of a project in which something failed; ``outcomes`` are those of its dbt runs, in turn."""
    error = next((outcome.error for outcome in outcomes if outcome.error), None)
    return ProjectRun(
        project=project.name,
        status="failed",
        finished_at="",
        counts=_sum(outcomes),
        failures=tuple(failure for outcome in outcomes for failure in outcome.failures),
        error=str(error) if error else None,
        changes=tuple(dict.fromkeys(change for outcome in outcomes for change in outcome.changes)),
        warnings=tuple(dict.fromkeys(str(warning) for outcome in outcomes for warning in outcome.warnings)),
    )


def concluded(project: Project, outcomes: Sequence[DbtOutcome], manifest: Path, steps: Steps) -> ProjectRun:
    """Publish the project when all of its dbt runs succeeded, and make its entry."""
    result = failed(project, outcomes)
    if not all(outcome.success for outcome in outcomes):
        return result
    try:
        published = steps.publish(project, manifest)
    except MeshError as error:
        return replace(result, error=f"built, but not published: {error}")
    return replace(
        result,
        status="success",
        fingerprint=published.interface.fingerprint,
        interface_changed=published.changed,
    )


def _sum(outcomes: Sequence[DbtOutcome]) -> dict[str, dict[str, int]]:
    total: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        for kind, statuses in outcome.counts.items():
            total.setdefault(kind, Counter()).update(statuses)
    return {kind: dict(sorted(statuses.items())) for kind, statuses in sorted(total.items())}
