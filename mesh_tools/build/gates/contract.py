"""The gate `contract`: what `mesh contract check` finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from mesh_tools.artifacts.manifest import Manifest, ModelNode, read_manifest
from mesh_tools.build.checking import Checked, Checking, unreadable
from mesh_tools.build.comparing import Comparing
from mesh_tools.build.gates.gate import Gate, Scene, timed
from mesh_tools.build.gates.values import WHOLE_MESH, Result, verdict_of
from mesh_tools.build.manifests import newest_manifest
from mesh_tools.contracts.check import Finding as ContractFinding
from mesh_tools.errors import Location, MeshError
from mesh_tools.interface.upstreams import INTERFACE_FILE
from mesh_tools.lint.places import Places, YamlPlace, entry_place
from mesh_tools.model.change import Change
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
            yield _result(scene, checked, watch.seconds)
        if len(scene.projects) == len(scene.workspace.projects):
            for checked in checking.gone():
                scene.checked[checked.project] = checked
                yield _result(scene, checked, 0.0)
        scene.not_checked += checking.notes


def _result(scene: Scene, checked: Checked, seconds: float) -> Result:
    entries = checked.result.entries if checked.result else ()
    changes = {entry.verdict.change.fingerprint: entry.verdict.change for entry in entries}
    known = scene.workspace.projects.get(checked.project)
    places = _Places(scene, known) if known else None
    findings = tuple(
        _finding(checked.project if known else WHOLE_MESH, one, changes.get(one.fingerprint), places)
        for one in checked.findings
    )
    return Result(
        gate="contract",
        project=checked.project,
        verdict=verdict_of(findings),
        seconds=seconds,
        summary=_summary(checked),
        findings=findings,
    )


def _summary(checked: Checked) -> str:
    if checked.comparison is None:
        return "could not be checked"
    number = len(checked.comparison.changes)
    return f"{number} change{'' if number == 1 else 's'} since {checked.comparison.base.label}"


def _finding(project: str, found: ContractFinding, change: Change | None, places: _Places | None) -> Finding:
    code = change.rule if change else "CONTRACT"
    return Finding(
        code=code,
        name=f"contract-{found.kind.replace('_', '-')}",
        severity="error" if found.error else "warn",
        project=project,
        kind="contract",
        subject=found.subject,
        message=found.message.removeprefix(f"{code} "),
        hint=found.hint,
        key=f"{found.kind} {found.fingerprint}",
        where=places.of(change) if places else None,
    )


class _Places:
    """Where a promise is written: the product's entry in YAML, as far as it is still there, else interface.yml."""

    def __init__(self, scene: Scene, project: Project) -> None:
        self._scene = scene
        self._project = project
        self._files = Places({project.name: project.path})
        accepted = project.path / INTERFACE_FILE
        self._accepted = Location.of(accepted) if accepted.is_file() else project.where

    def of(self, change: Change | None) -> Location:
        node = self._node(change) if change else None
        if change is None or node is None:
            return self._accepted
        place = entry_place(
            "models", node.name, v=node.version, patch_path=node.patch_path, file=node.original_file_path
        )
        if isinstance(place, YamlPlace) and len(change.columns) == 1:
            place = place.below(("columns", change.columns[0]))
        return self._files.locate(self._project.name, place) or self._accepted

    def _node(self, change: Change) -> ModelNode | None:
        """The model that promises it, unless it is gone; without a version, any that has it."""
        models = (node for node in self._manifest.nodes.values() if isinstance(node, ModelNode))
        named = [node for node in models if node.name == change.product and node.package_name == self._project.name]
        exact = [node for node in named if str(node.version) == str(change.v)]
        return next(iter(exact or named), None)

    @cached_property
    def _manifest(self) -> Manifest:
        return read_manifest(newest_manifest(self._scene.workspace, self._project, self._scene.environment))
