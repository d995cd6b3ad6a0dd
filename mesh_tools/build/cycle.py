"""Builds projects that read each other, in waves: a project's models in turn with those of the others.

Real meshes have such cycles, nearly always between projects only and not between their models. Nothing of a cycle can
be published before all of it is built, so its projects see each other's interfaces as assumed ones: first only the
names that their files ref, enough for dbt to parse; then what the parsed manifests promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from mesh_tools.artifacts.manifest import Manifest, read_manifest
from mesh_tools.build.dbt_runner import DbtOutcome
from mesh_tools.build.results import concluded, failed, refused, skipped
from mesh_tools.build.runs import ProjectRun, Run, RunHistory
from mesh_tools.build.steps import Steps
from mesh_tools.errors import MeshError
from mesh_tools.interface.provisional import provisional_interface
from mesh_tools.mesh.graph import MeshGraph, Wave
from mesh_tools.mesh.summary import summarise
from mesh_tools.model.project import Project

# What dbt can be told to build; a source or an exposure is only read.
_BUILDABLE = frozenset({"model", "seed", "snapshot", "test", "unit_test"})


class _CannotParseError(Exception):
    """dbt could not parse one of the projects."""

    def __init__(self, project: Project, outcome: DbtOutcome) -> None:
        super().__init__(project.name)
        self.project = project
        self.outcome = outcome


def build_cycle(
    projects: Sequence[Project], steps: Steps, history: RunHistory, run: Run, arguments: Sequence[str]
) -> list[ProjectRun]:
    """Build ``projects``, which read each other, and publish them all when everything succeeded.

    Args:
        projects: All projects of one cycle.
        steps: Of this build.
        history: Where artifacts go.
        run: This build.
        arguments: dbt's build command and its options.
    """
    cycle = _Cycle(projects, steps, history, run)
    try:
        graph = cycle.parse()
        return cycle.build(graph.waves(), graph, arguments)
    except _CannotParseError as error:
        return [
            failed(p, [error.outcome]) if p is error.project else skipped(p, f"{error.project.name} cannot be parsed")
            for p in projects
        ]
    except MeshError as error:
        return [refused(project, error) for project in projects]
    finally:
        # What was assumed stands in the projects' packages: put what is published there.
        steps.sync_again(projects)


class _Cycle:
    def __init__(self, projects: Sequence[Project], steps: Steps, history: RunHistory, run: Run) -> None:
        self._projects = {project.name: project for project in projects}
        self._steps = steps
        self._artifacts = {project.name: history.artifacts(run, project.name) for project in projects}

    def parse(self) -> MeshGraph:
        """The graph over the cycle's models, once the projects have been parsed with each other's true interfaces.

        Raises:
            MeshError: a ref that must not be.
        """
        for project in self._projects.values():
            readers = [reader for reader in self._projects.values() if reader is not project]
            self._steps.upstreams.assume(provisional_interface(project, readers))
        self._parse_all()
        for name, project in self._projects.items():
            self._steps.upstreams.assume(self._steps.present(project, self._artifacts[name] / "manifest.json"))
        # Again: a ref to a private model, and which version an unpinned ref means, show only now.
        return MeshGraph(summarise(manifest) for manifest in self._parse_all())

    def build(self, waves: Iterable[Wave], graph: MeshGraph, arguments: Sequence[str]) -> list[ProjectRun]:
        """Build wave after wave, up to the first that fails."""
        outcomes: dict[str, list[DbtOutcome]] = {name: [] for name in self._projects}
        broken: str | None = None
        for wave in waves:
            selection = _selection(wave, graph)
            if broken is None and selection is not None:
                artifacts = self._artifacts[wave.project] / f"wave-{wave.number}"
                outcome = self._wave(self._projects[wave.project], [*arguments, *selection], artifacts)
                outcomes[wave.project].append(outcome)
                broken = None if outcome.success else wave.project
        return [self._result(name, outcomes[name], broken) for name in self._projects]

    def _wave(self, project: Project, command: Sequence[str], artifacts: Path) -> DbtOutcome:
        try:
            return self._steps.dbt(project, command, artifacts)
        except MeshError as error:
            return DbtOutcome(success=False, error=error)

    def _result(self, name: str, outcomes: list[DbtOutcome], broken: str | None) -> ProjectRun:
        project = self._projects[name]
        if broken is None:
            return concluded(project, outcomes, self._artifacts[name] / "manifest.json", self._steps)
        if name == broken:
            return failed(project, outcomes)
        return skipped(project, f"{broken} was not built, and they read each other")

    def _parse_all(self) -> list[Manifest]:
        return [self._parse(project, self._artifacts[name]) for name, project in self._projects.items()]

    def _parse(self, project: Project, artifacts: Path) -> Manifest:
        outcome = self._steps.dbt(project, ["parse"], artifacts)
        if not outcome.success:
            raise _CannotParseError(project, outcome)
        return read_manifest(artifacts / "manifest.json")


def _selection(wave: Wave, graph: MeshGraph) -> list[str] | None:
    """Options that make dbt build this wave alone: none for a whole project, ``None`` when there is nothing to do."""
    if wave.nodes is None:
        return []
    nodes = (graph.nodes[key] for key in wave.nodes)
    selectors = sorted(f"fqn:{'.'.join(node.fqn)}" for node in nodes if node.resource_type in _BUILDABLE)
    return ["--indirect-selection", "empty", "--select", *selectors] if selectors else None
