"""How a project's outcome becomes its entry in the run's record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mesh_tools.build.jobs.dbt import DbtOutcome
from mesh_tools.build.runs import ProjectRun
from mesh_tools.build.storage import Record
from mesh_tools.errors import MeshError
from mesh_tools.model.project import Project


def skipped(project: Project, reason: str) -> ProjectRun:
    """The entry of a project that was not tried."""
    return ProjectRun(project=project.name, status="skipped", finished_at="", reason=reason)


def refused(project: Project, error: MeshError) -> ProjectRun:
    """The entry of a project for which dbt was not started."""
    return ProjectRun(project=project.name, status="refused", finished_at="", error=str(error))


def unchanged(project: Project, record: Record | None) -> ProjectRun:
    """The entry of a project that need not be built; ``record`` is of its last good build."""
    return ProjectRun(
        project=project.name,
        status="unchanged",
        finished_at="",
        target=record.id if record else None,
        reason="nothing that it is made of has changed",
    )


def failed(project: Project, outcomes: Sequence[DbtOutcome], target: str | None = None) -> ProjectRun:
    """The entry of a project in which something failed; ``outcomes`` are those of its dbt runs, in turn."""
    error = next((outcome.error for outcome in outcomes if outcome.error), None)
    return ProjectRun(
        project=project.name,
        status="failed",
        finished_at="",
        counts=_sum([outcome.counts for outcome in outcomes]),
        failures=tuple(failure for outcome in outcomes for failure in outcome.failures),
        error=str(error) if error else None,
        changes=tuple(dict.fromkeys(change for outcome in outcomes for change in outcome.changes)),
        warnings=tuple(dict.fromkeys(str(warning) for outcome in outcomes for warning in outcome.warnings)),
        target=target,
        phases=_total(outcomes),
    )


def _sum(counts: Sequence[dict[str, dict[str, int]]]) -> dict[str, dict[str, int]]:
    total: dict[str, Counter[str]] = {}
    for count in counts:
        for kind, statuses in count.items():
            total.setdefault(kind, Counter()).update(statuses)
    return {kind: dict(sorted(statuses.items())) for kind, statuses in sorted(total.items())}


def _total(outcomes: Sequence[DbtOutcome]) -> dict[str, float]:
    names = dict.fromkeys(name for outcome in outcomes for name in outcome.phases)
    return {name: round(sum(outcome.phases.get(name, 0.0) for outcome in outcomes), 3) for name in names}
