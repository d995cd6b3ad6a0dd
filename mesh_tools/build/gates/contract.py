"""The gate `contract`: what `mesh contract check` finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from mesh_tools.build.checking import Checked, Checking, unreadable
from mesh_tools.build.comparing import Comparing
from mesh_tools.build.gates.gate import Gate, Scene, timed
from mesh_tools.build.gates.values import WHOLE_MESH, Result, verdict_of
from mesh_tools.contracts.check import Finding as ContractFinding
from mesh_tools.contracts.gate import Gated
from mesh_tools.errors import Location, MeshError
from mesh_tools.interface.upstreams import INTERFACE_FILE
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.finding import Finding
from mesh_tools.model.project import Project


class ContractGate(Gate):
    """Is every promise accepted, and kept?"""

    name = "contract"

    def check(self, scene: Scene, projects: Sequence[Project]) -> Iterator[Result]:
        """Check each project, then those that the mesh had at the base and has no longer."""
        comparing = Comparing(scene.workspace, scene.environment, Path.cwd())
        checking = Checking(comparing, scene.workspace, scene.base)
        for project in projects:
            scene.progress(f"checking the promises of {project.name}")
            with timed() as watch:
                try:
                    checked = checking.project(project)
                except MeshError as error:
                    checked = unreadable(project, error)
            scene.checked[project.name] = checked
            yield _result(scene.workspace, checked, watch.seconds)
        if len(scene.projects) == len(scene.workspace.projects):
            for checked in checking.gone():
                scene.checked[checked.project] = checked
                yield _result(scene.workspace, checked, 0.0)
        scene.not_checked += checking.notes


def _result(workspace: Workspace, checked: Checked, seconds: float) -> Result:
    rules = {entry.verdict.change.fingerprint: entry.verdict.change.rule for entry in _entries(checked)}
    findings = tuple(_finding(workspace, checked.project, one, rules) for one in checked.findings)
    return Result(
        gate="contract",
        project=checked.project,
        verdict=verdict_of(findings),
        seconds=seconds,
        summary=_summary(checked),
        findings=findings,
    )


def _entries(checked: Checked) -> tuple[Gated, ...]:
    return checked.result.entries if checked.result else ()


def _summary(checked: Checked) -> str:
    if checked.comparison is None:
        return "could not be checked"
    number = len(checked.comparison.changes)
    return f"{number} change{'' if number == 1 else 's'} since {checked.comparison.base.label}"


def _finding(workspace: Workspace, project: str, found: ContractFinding, rules: dict[str, str]) -> Finding:
    known = workspace.projects.get(project)
    return Finding(
        code=rules.get(found.fingerprint, "CONTRACT"),
        name=f"contract-{found.kind.replace('_', '-')}",
        severity="error" if found.error else "warn",
        project=project if known else WHOLE_MESH,
        kind="contract",
        subject=found.subject,
        message=found.message,
        hint=found.hint,
        key=f"{found.kind} {found.fingerprint}",
        where=_place(known) if known else Location.of(workspace.config.path),
    )


def _place(project: Project) -> Location:
    accepted = project.path / INTERFACE_FILE
    return Location.of(accepted) if accepted.is_file() else project.where
