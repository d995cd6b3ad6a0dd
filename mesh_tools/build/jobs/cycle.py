"""Builds projects that read each other, in waves: a project's models in turn with those of the others.

Real meshes have such cycles, nearly always between projects only and not between their models. Nothing of a cycle can
be published before all of it is built, so its projects see each other's interfaces as assumed ones: first only the
names that their files ref, enough for dbt to parse; then what the parsed manifests promise. And they read each other's
data where it is being built.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from mesh_tools.artifacts.manifest import Manifest, read_manifest
from mesh_tools.build.events import ProjectStarted
from mesh_tools.build.jobs.asking import Job, Steps, take_worker
from mesh_tools.build.jobs.context import Context
from mesh_tools.build.jobs.dbt import DbtOutcome
from mesh_tools.build.jobs.deciding import ask_sources, reasons_now, register
from mesh_tools.build.jobs.nodes import BUILDABLE
from mesh_tools.build.jobs.results import failed, refused, skipped, unchanged
from mesh_tools.build.jobs.steps import (
    Built,
    Prepared,
    build_command,
    check_sync,
    dbt_steps,
    prepare_steps,
    publish_prepared,
    with_sync,
)
from mesh_tools.build.plan.decision import reasons_of_cycle
from mesh_tools.build.plan.inputs import Gathered
from mesh_tools.build.publish import present_interface
from mesh_tools.build.runs import ProjectRun
from mesh_tools.build.storage import Target
from mesh_tools.errors import MeshError
from mesh_tools.interface.provisional import provisional_interface
from mesh_tools.interface.upstreams import committed_interface
from mesh_tools.mesh.graph import MeshGraph, Wave
from mesh_tools.mesh.refs import scan_refs
from mesh_tools.mesh.summary import summarise
from mesh_tools.model.project import Project


class _CannotParseError(Exception):
    """dbt could not parse one of the projects."""

    def __init__(self, project: Project, outcome: DbtOutcome) -> None:
        super().__init__(project.name)
        self.project = project
        self.outcome = outcome


def build_cycle(context: Context, projects: Sequence[Project], position: int, total: int) -> Job:
    """Build ``projects``, which read each other, and publish them all when everything succeeded.

    Args:
        context: Of this build.
        projects: All projects of one cycle.
        position: Of the first of them, among all of the build.
        total: How many projects there are.
    """
    results = yield from _Cycle(context, projects).run(position, total)
    for result in results:
        if result.status not in {"success", "unchanged"}:
            context.broken[result.project] = None
    return results


class _Cycle:
    def __init__(self, context: Context, projects: Sequence[Project]) -> None:
        self._context = context
        self._projects = {project.name: project for project in projects}
        self._targets: dict[str, Target] = {}
        self._gathered: dict[str, Gathered] = {}

    def run(self, position: int, total: int) -> Job:
        projects = list(self._projects.values())
        try:
            reason = next(filter(None, map(self._blocked, projects)), None)
            if reason is not None:
                return [skipped(project, reason) for project in projects]
            reasons = yield from self._reasons()
            if not any(reasons.values()):
                for project in projects:
                    register(self._context, project)
                return [unchanged(p, self._context.storage.record(p.name)) for p in projects]
            return (yield from self._build(reasons, position, total))
        except _CannotParseError as error:
            why = f"{error.project.name} cannot be parsed"
            return [failed(p, [error.outcome]) if p is error.project else skipped(p, why) for p in projects]
        except MeshError as error:
            return [refused(project, error) for project in projects]
        finally:
            # What was assumed stands in the projects' packages: put what is published there.
            self._context.sync_again(projects)

    def _blocked(self, project: Project) -> str | None:
        """Why a project cannot be built; by its files alone, since before the first build of a cycle no sync tells."""
        refs = scan_refs(project)
        used = {up: {ref.name for ref in refs if ref.project in {None, up}} for up in project.upstream_names}
        return self._context.blocked(project, used)

    def _reasons(self) -> Steps[dict[str, tuple[str, ...]]]:
        """Why each of them must be built: when one must, all must."""
        found: dict[str, tuple[str, ...]] = {}
        torn = reasons_of_cycle({name: self._context.storage.record(name) for name in self._projects})
        for name, project in self._projects.items():
            record = self._context.storage.record(name)
            own = self._context.inputs.own(project, record)
            synced = self._context.sync(project)
            gathered = self._context.inputs.whole(own, synced, self._projects)
            gathered = yield from ask_sources(self._context, project, gathered, record)
            self._gathered[name] = gathered
            missing = () if synced.ok else ("an interface that it reads was never published",)
            found[name] = missing or (*reasons_now(self._context, record, gathered), *torn)
        return found

    def _build(self, reasons: dict[str, tuple[str, ...]], position: int, total: int) -> Job:
        yield from take_worker()
        for offset, name in enumerate(self._projects):
            why = reasons[name] or ("it is built together with those that it reads, and that read it",)
            started = ProjectStarted(project=name, position=position + offset, total=total, reasons=why)
            self._context.tell(started)
        began = time.time()
        self._begin()
        graph = yield from self._parse()
        outcomes: dict[str, list[DbtOutcome]] = {name: [] for name in self._projects}
        broken = yield from self._waves(graph, outcomes)
        prepared: dict[str, Prepared | MeshError] = {}
        for name in self._projects if broken is None else ():
            # Everything that can go wrong comes first: they are published together, or not at all.
            prepared[name] = yield from self._prepare(name, began)
        results = [self._result(name, outcomes[name], broken, prepared) for name in self._projects]
        return [replace(result, reasons=reasons[result.project]) for result in results]

    def _begin(self) -> None:
        """Make room for all of them."""
        for name, project in self._projects.items():
            record = self._context.storage.record(name)
            fresh = not self._context.partial(name) and not (record is not None and record.stateful)
            self._targets[name] = self._context.storage.begin(
                project, self._context.run.id, fresh=fresh, pins=self._targets
            )

    def _target(self, project: Project) -> Target:
        """Where a project is built, with all of the others attached that are there by now."""
        target = self._context.storage.refresh(project, self._targets[project.name], pins=self._targets)
        self._targets[project.name] = target
        return target

    def _parse(self) -> Steps[MeshGraph]:
        """The graph over the cycle's models, once the projects have been parsed with each other's true interfaces.

        Raises:
            MeshError: a ref that must not be.
        """
        for project in self._projects.values():
            readers = [reader for reader in self._projects.values() if reader is not project]
            self._context.upstreams.assume(provisional_interface(project, readers))
        yield from self._parse_all()
        for name, project in self._projects.items():
            manifest = self._context.artifacts(name) / "manifest.json"
            accepted = committed_interface(project)
            presented = present_interface(self._context.workspace, project, manifest, accepted=accepted)
            self._context.upstreams.assume(presented)
        # Again: a ref to a private model, and which version an unpinned ref means, show only now.
        manifests = yield from self._parse_all()
        return MeshGraph(summarise(manifest) for manifest in manifests)

    def _parse_all(self) -> Steps[list[Manifest]]:
        manifests: list[Manifest] = []
        for name, project in self._projects.items():
            artifacts = self._context.artifacts(name)
            synced = self._context.sync(project)
            check_sync(synced)
            # Before the first build of a cycle its syncs fail, and say nothing of upstreams outside of it.
            self._gathered[name] = self._context.inputs.whole(self._gathered[name], synced, self._projects)
            outcome = yield from dbt_steps(self._context, project, self._target(project), ["parse"], artifacts)
            if not outcome.success:
                raise _CannotParseError(project, outcome)
            manifests.append(read_manifest(artifacts / "manifest.json"))
        return manifests

    def _waves(self, graph: MeshGraph, outcomes: dict[str, list[DbtOutcome]]) -> Steps[str | None]:
        """Build wave after wave; the project of the first that fails ends it."""
        for wave in graph.waves():
            selection = _selection(wave, graph, self._context.nodes.get(wave.project))
            if selection is None:
                continue
            outcome = yield from self._wave(wave, build_command(self._context, selection or None))
            outcomes[wave.project].append(outcome)
            if not outcome.success:
                return wave.project
        return None

    def _wave(self, wave: Wave, command: Sequence[str]) -> Steps[DbtOutcome]:
        project = self._projects[wave.project]
        artifacts = self._context.artifacts(wave.project) / f"wave-{wave.number}"
        synced = self._context.sync(project)
        try:
            check_sync(synced)
            outcome = yield from dbt_steps(self._context, project, self._target(project), command, artifacts)
            return with_sync(outcome, synced)
        except MeshError as error:
            return DbtOutcome(success=False, error=error)

    def _prepare(self, name: str, began: float) -> Steps[Prepared | MeshError]:
        project, request = self._projects[name], self._context.request
        partial = " ".join(request.select) if self._context.partial(name) else None
        built = Built(target=self._targets[name], gathered=self._gathered[name], began=began, partial=partial)
        try:
            return (yield from prepare_steps(self._context, project, built, self._context.artifacts(name)))
        except MeshError as error:
            return error

    def _result(
        self,
        name: str,
        outcomes: list[DbtOutcome],
        broken: str | None,
        prepared: Mapping[str, Prepared | MeshError],
    ) -> ProjectRun:
        """Publish a project, when all of them can be."""
        project = self._projects[name]
        if broken is not None and name != broken:
            return skipped(project, f"{broken} was not built, and they read each other")
        result = failed(project, outcomes, self._targets[name].id)
        if name == broken:
            return result
        found = prepared[name]
        if isinstance(found, MeshError):
            return replace(result, error=f"built, but not published: {found}")
        other = next((other for other, error in prepared.items() if isinstance(error, MeshError)), None)
        if other is not None:
            return skipped(project, f"{other} was not published, and they read each other")
        try:
            changed = publish_prepared(self._context, found)
        except MeshError as error:
            return replace(result, error=f"built, but not published: {error}")
        return replace(result, status="success", fingerprint=found.interface.fingerprint, interface_changed=changed)


def _selection(wave: Wave, graph: MeshGraph, chosen: Iterable[str] | None) -> list[str] | None:
    """The nodes of this wave, one by one: none for a whole project, ``None`` when there is nothing to do."""
    if wave.nodes is None and chosen is None:
        return []
    keys = wave.nodes if wave.nodes is not None else frozenset(graph.nodes)
    nodes = [graph.nodes[key] for key in keys if graph.nodes[key].project == wave.project]
    wanted = nodes if chosen is None else [node for node in nodes if node.unique_id in frozenset(chosen)]
    selectors = sorted(f"fqn:{'.'.join(node.fqn)}" for node in wanted if node.resource_type in BUILDABLE)
    return selectors or None
