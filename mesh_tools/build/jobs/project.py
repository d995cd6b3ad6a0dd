"""Builds one project: decides whether it must be, lets dbt build it where nobody looks, and publishes it."""

from __future__ import annotations

import time
from collections.abc import Collection

from msgspec.structs import replace

from mesh_tools.artifacts.manifest import Manifest, read_manifest
from mesh_tools.build.events import ProjectStarted
from mesh_tools.build.jobs.asking import Job, Steps, take_worker
from mesh_tools.build.jobs.context import Context
from mesh_tools.build.jobs.dbt import DbtOutcome
from mesh_tools.build.jobs.deciding import ask_sources, reasons_now, register
from mesh_tools.build.jobs.nodes import broken_products, buildable, needed_for_products, selectors_of
from mesh_tools.build.jobs.results import failed, refused, skipped, unchanged
from mesh_tools.build.jobs.resume import Leftover, leftover_of
from mesh_tools.build.jobs.steps import Built, build_command, check_sync, dbt_steps, publish_steps, with_sync
from mesh_tools.build.plan.decision import reasons_to_build
from mesh_tools.build.plan.files import project_files
from mesh_tools.build.plan.inputs import Gathered, changed_files
from mesh_tools.build.runs import ProjectRun, Started
from mesh_tools.build.storage import PRODUCTS_FIRST, Record, Target
from mesh_tools.errors import ExitCode, MeshError
from mesh_tools.interface.sync import ProjectSync
from mesh_tools.model.project import Project

_WORTH_WAITING = 2
"""Models that must be left after the products, before these are published first: another start of dbt takes 0.5 s."""


def build_project(context: Context, project: Project, position: int, total: int) -> Job:
    """Build ``project`` if it must be.

    Args:
        context: Of this build.
        project: To be built; all that it reads is done.
        position: Of how many.
        total: How many there are.
    """
    job = _ProjectJob(context, project)
    try:
        return [(yield from job.run(position, total))]
    except MeshError as error:
        context.broken[project.name] = None
        return [refused(project, error)]


class _ProjectJob:
    def __init__(self, context: Context, project: Project) -> None:
        self._context = context
        self._project = project
        self._artifacts = context.artifacts(project.name)
        self._kept: dict[str, str] = {}  # digests of nodes that an earlier try has finished

    def run(self, position: int, total: int) -> Steps[ProjectRun]:
        context, project = self._context, self._project
        synced = context.sync(project)
        reason = context.blocked(project, {upstream.name: upstream.stubs for upstream in synced.upstreams})
        if reason is not None:
            context.broken[project.name] = None
            return skipped(project, reason)
        check_sync(synced)
        record = context.storage.record(project.name)
        gathered = context.inputs.whole(context.inputs.own(project, record), synced, ())
        gathered = yield from ask_sources(context, project, gathered, record)
        reasons = reasons_now(context, record, gathered)
        if not reasons:
            register(context, project)
            return unchanged(project, record)
        yield from take_worker()
        context.tell(ProjectStarted(project=project.name, position=position, total=total, reasons=reasons))
        return replace((yield from self._build(synced, gathered, record)), reasons=reasons)

    def _build(self, synced: ProjectSync, gathered: Gathered, record: Record | None) -> Steps[ProjectRun]:
        leftover = leftover_of(self._context, self._project, gathered.inputs)
        began = leftover.began if leftover else time.time()
        target = leftover.target if leftover else self._begin(record)
        if leftover is None:
            self._remember(target, gathered, began)
        partial = self._partial(record, gathered)
        built = Built(target=target, gathered=gathered, began=began, partial=partial)
        outcomes: list[DbtOutcome] = []
        selection = yield from self._selection(leftover, built, outcomes)
        if not outcomes or outcomes[-1].success:
            parts = self._parts(selection)
            if parts is not None:
                return (yield from self._in_two(built, *parts, outcomes, synced))
            yield from self._dbt(target, selection, outcomes)
        return (yield from self._conclude(built, outcomes, synced))

    def _begin(self, record: Record | None) -> Target:
        """Where to build: from nothing, unless something is to be kept of the generation before."""
        context, project = self._context, self._project
        keeps = context.partial(project.name) or (record is not None and record.stateful)
        return context.storage.begin(project, context.run.id, fresh=not keeps, pins={})

    def _remember(self, target: Target, gathered: Gathered, began: float) -> None:
        nodes = self._context.nodes.get(self._project.name)
        started = Started(
            target=target.id,
            inputs=gathered.inputs,
            pins=target.pins,
            nodes=tuple(sorted(nodes)) if nodes is not None else None,
            began=began,
            finished=self._kept,
        )
        self._context.history.begin(self._context.run, self._project.name, started)

    def _partial(self, record: Record | None, gathered: Gathered) -> str | None:
        """What a build of a part is called; ``None`` when everything is what the files say after it."""
        if not self._context.partial(self._project.name):
            return None
        if record is not None and not reasons_to_build(record, gathered.inputs):
            return None
        request = self._context.request
        return " ".join((*request.select, *(f"--exclude {name}" for name in request.exclude)))

    def _selection(
        self, leftover: Leftover | None, built: Built, outcomes: list[DbtOutcome]
    ) -> Steps[frozenset[str] | None]:
        """The nodes to build, which takes a parse where an earlier try is gone on with; ``None``: all."""
        chosen = self._context.nodes.get(self._project.name)
        must_parse = leftover is not None or (
            chosen is None and self._context.storage.fingerprints and self._context.someone_waits(self._project.name)
        )
        if not must_parse:
            return chosen
        yield from self._dbt(built.target, None, outcomes, "parse")
        if not outcomes[-1].success or leftover is None:
            return chosen
        manifest_path = self._artifacts / "manifest.json"
        manifest = read_manifest(manifest_path)
        wanted = frozenset(buildable(manifest)) if chosen is None else chosen
        self._kept = leftover.finished(manifest_path, manifest)
        # Not before: should this try end sooner, the next one goes on from the one before.
        self._remember(built.target, built.gathered, built.began)
        return wanted - self._kept.keys()

    def _parts(self, selection: frozenset[str] | None) -> tuple[frozenset[str], frozenset[str]] | None:
        """What to build and publish first, because somebody waits for it, and the rest; ``None``: all at once."""
        name = self._project.name
        path = self._artifacts / "manifest.json"
        if self._context.partial(name) or not path.is_file() or not self._context.someone_waits(name):
            return None
        manifest = read_manifest(path)
        nodes = frozenset(buildable(manifest)) if selection is None else selection
        first = nodes & needed_for_products(manifest)
        rest = nodes - first
        models = [key for key in rest if key.startswith(("model.", "seed.", "snapshot."))]
        return (first, rest) if first and len(models) >= _WORTH_WAITING else None

    def _in_two(
        self,
        built: Built,
        first: frozenset[str],
        rest: frozenset[str],
        outcomes: list[DbtOutcome],
        synced: ProjectSync,
    ) -> Steps[ProjectRun]:
        """Publish the products before the rest is built: consumers need not wait for what they cannot see."""
        yield from self._dbt(built.target, first, outcomes)
        if not outcomes[-1].success:
            return (yield from self._conclude(built, outcomes, synced))
        # The rest is not there yet: should it fail, the next build must not think that it is.
        early = replace(built, partial=PRODUCTS_FIRST)
        yield from publish_steps(self._context, self._project, early, self._artifacts)
        target = self._context.storage.begin(self._project, self._context.run.id, fresh=False, pins={})
        self._remember(target, built.gathered, built.began)
        yield from self._dbt(target, rest, outcomes, part="rest")
        return (yield from self._conclude(replace(built, target=target), outcomes, synced, published=True))

    def _dbt(
        self,
        target: Target,
        nodes: Collection[str] | None,
        outcomes: list[DbtOutcome],
        command: str = "build",
        part: str = "",
    ) -> Steps[None]:
        """Run dbt over ``nodes``, and add how it went; ``part`` names a folder for artifacts of its own."""
        if command == "parse":
            arguments = ["parse"]
        elif nodes is None:
            arguments = build_command(self._context)
        elif nodes:
            known = buildable(self._manifest())
            arguments = build_command(self._context, selectors_of(known[key] for key in nodes if key in known))
        else:
            return  # everything is there already
        outcome = yield from dbt_steps(self._context, self._project, target, arguments, self._artifacts / part)
        outcomes.append(outcome)

    def _manifest(self) -> Manifest:
        path = self._artifacts / "manifest.json"
        return read_manifest(path if path.is_file() else self._context.parsed[self._project.name])

    def _conclude(
        self, built: Built, outcomes: list[DbtOutcome], synced: ProjectSync, *, published: bool = False
    ) -> Steps[ProjectRun]:
        context, project = self._context, self._project
        result = failed(project, [with_sync(outcome, synced) for outcome in outcomes], built.target.id)
        if not all(outcome.success for outcome in outcomes):
            context.broken[project.name] = frozenset() if published else self._broken(outcomes)
            return result
        try:
            interface, changed = yield from publish_steps(context, project, built, self._artifacts)
        except MeshError as error:
            context.broken[project.name] = None
            return replace(result, error=f"built, but not published: {error}")
        return replace(
            result,
            status="success",
            fingerprint=interface.fingerprint,
            interface_changed=changed,
            warnings=(*result.warnings, *self._changed_meanwhile(built)),
        )

    def _broken(self, outcomes: list[DbtOutcome]) -> frozenset[str] | None:
        """The products that consumers must not be built on; ``None``: all of them."""
        bad = {
            result.unique_id
            for outcome in outcomes
            if outcome.results
            for result in outcome.results.results
            if result.failed or result.status == "skipped"
        }
        if not bad or any(outcome.error and not outcome.failures for outcome in outcomes):
            return None
        return broken_products(self._manifest(), bad)

    def _changed_meanwhile(self, built: Built) -> list[str]:
        names = changed_files(built.gathered.files, project_files(self._project))
        if not names:
            return []
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        warning = MeshError(
            f"{names[0]}{more} changed while the project was built",
            hint="dbt built what it read at its start; the next `mesh build` builds the project again",
            exit_code=ExitCode.OK,
        )
        return [str(warning)]
