"""The last build of each project, and how its nodes ended."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mesh_tools.artifacts.run_results import Result, read_run_results
from mesh_tools.build.runs import ProjectRun, RunHistory
from mesh_tools.errors import MeshError
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.site.gather.gaps import Gaps
from mesh_tools.site.gather.world import Build

_FILE = "run_results.json"


def builds_of(
    workspace: Workspace, environment: str, gaps: Gaps
) -> tuple[Mapping[str, Build], Mapping[str, ProjectRun]]:
    """The last build of each project, and its record where `mesh build` did it."""
    history = RunHistory(workspace.state)
    lasts = {name: last for name, (_, last) in history.last_of_each(environment).items()}
    results = _results(history, environment)
    build = build_command(workspace, environment)
    # What plain dbt left there is of its default target.
    is_default = environment == workspace.config.default_environment
    builds: dict[str, Build] = {}
    for project in workspace.projects.values():
        last = lasts.get(project.name)
        by_dbt = project.path / project.target_path / _FILE
        paths = results.get(project.name) or ([by_dbt] if is_default and by_dbt.is_file() else [])
        found, at = _read(paths, project.name, gaps)
        if not paths:
            gaps.add_project("quality", project.name, "how the tests ended is not known", f"{build} --force")
        builds[project.name] = Build(
            status=last.status if last else None,
            at=last.finished_at if last else None,
            results=found,
            results_at=at,
        )
    return builds, lasts


def build_command(workspace: Workspace, environment: str) -> str:
    """What builds and publishes in ``environment``."""
    is_default = environment == workspace.config.default_environment
    return "mesh build" if is_default else f"mesh build --env {environment}"


def _results(history: RunHistory, environment: str) -> dict[str, list[Path]]:
    """The run results of the newest run that has any of each project; several of one that was built in parts."""
    found: dict[str, list[Path]] = {}
    for run in history.newest_first():
        if run.environment == environment:
            for project in run.projects:
                folder = history.artifacts(run, project.project)
                if project.project not in found and (paths := sorted(folder.glob(f"**/{_FILE}"))):
                    found[project.project] = paths
    return found


def _read(paths: list[Path], project: str, gaps: Gaps) -> tuple[dict[str, Result], str | None]:
    results: dict[str, Result] = {}
    at: str | None = None
    for path in paths:
        try:
            found = read_run_results(path)
        except MeshError as error:
            gaps.add("builds", f"the run results of {project}: {error.message}")
            continue
        results |= {result.unique_id: result for result in found.results}
        at = max(filter(None, (at, found.metadata.generated_at)), default=None)
    return results, at
