"""What an earlier try of a project has left, and whether this build can go on with it."""

from __future__ import annotations

import time
from pathlib import Path

from msgspec import Struct

from mesh_tools.artifacts.manifest import Manifest, read_manifest
from mesh_tools.build.events import NodeFinished
from mesh_tools.build.jobs.context import Context
from mesh_tools.build.jobs.digests import digests_of
from mesh_tools.build.jobs.nodes import (
    FINISHED,
    buildable,
    ephemeral,
    finished_before,
    stateful,
    with_ancestors,
)
from mesh_tools.build.plan.sources import sources_of
from mesh_tools.build.runs import Run, Started, read_journal
from mesh_tools.build.storage import Inputs, Target
from mesh_tools.errors import MeshError
from mesh_tools.model.project import Project

# What any node may depend on, although dbt's manifest does not tell which ones do: variables, hooks.
_EVERYWHERE = ("dbt_project.yml", "vars.yml", "packages.yml", "dependencies.yml")


class Leftover(Struct, frozen=True, kw_only=True):
    """A generation that an earlier run has begun.

    Attributes:
        target: The generation.
        began: When the first try of it began: seconds since the epoch.
        nodes: Digests of the nodes that are finished in it, by unique_id.
    """

    target: Target
    began: float
    nodes: dict[str, str]

    def finished(self, path: Path, manifest: Manifest) -> dict[str, str]:
        """The nodes that need not run again, with their digests.

        Args:
            path: The manifest of this try.
            manifest: What it holds.
        """
        return finished_before(self.nodes, digests_of(path), manifest)


class _Try(Struct, frozen=True, kw_only=True):
    """How far a run had come with a project.

    Attributes:
        run: The run.
        started: What it knew before dbt began.
        manifest: What it has parsed.
        digests: Of the nodes in there.
    """

    run: Run
    started: Started
    manifest: Manifest
    digests: dict[str, str]


def leftover_of(context: Context, project: Project, inputs: Inputs) -> Leftover | None:
    """What the run that this build resumes has left of ``project``, if it would read the same data again."""
    last = _last_try(context, project)
    if last is None or not _same_around(last.started.inputs, inputs) or not _same_sources(context, project, last):
        return None
    changed = _changed(last.started.inputs, inputs)
    nodes = _finished(context, project, last, changed)
    if not _can_go_on(last.manifest, nodes, changed):
        return None
    target = context.storage.resume(project, last.started.target, pins={})
    return Leftover(target=target, began=last.started.began, nodes=nodes) if target is not None else None


def _last_try(context: Context, project: Project) -> _Try | None:
    """The last run that has begun ``project``: a resumed build may have been stopped before it came to it."""
    run = context.resumed
    while run is not None:
        started = context.history.started(run, project.name)
        if started is not None:
            path = context.history.artifacts(run, project.name) / "manifest.json"
            try:
                return _Try(run=run, started=started, manifest=read_manifest(path), digests=digests_of(path))
            except MeshError:
                return None  # dbt was killed before it had parsed, or while it wrote
        earlier = context.history.find(run.resumes) if run.resumes else None
        run = earlier if earlier is not None and earlier.id < run.id else None
    return None


def _same_around(before: Inputs, now: Inputs) -> bool:
    return (before.settings, before.interfaces, before.data, before.sources) == (
        now.settings,
        now.interfaces,
        now.data,
        now.sources,
    )


def _changed(before: Inputs, now: Inputs) -> frozenset[str]:
    """Files that are not what they were, below the project or its package."""
    names = before.files.keys() | now.files.keys()
    return frozenset(name.rpartition(": ")[2] for name in names if before.files.get(name) != now.files.get(name))


def _finished(context: Context, project: Project, last: _Try, changed: frozenset[str]) -> dict[str, str]:
    """Digests of the nodes that are finished in the generation, as they were then."""
    found = dict(last.started.finished)
    for event in read_journal(context.history.path(last.run)).events:
        if isinstance(event, NodeFinished) and event.project == project.name:
            found.pop(event.unique_id, None)
            if event.status in FINISHED and event.unique_id in last.digests:
                found[event.unique_id] = last.digests[event.unique_id]
    nodes = buildable(last.manifest)
    for key in [key for key in found if key.startswith("seed.")]:
        # The manifest knows no more than the path of a large seed.
        if key not in nodes or nodes[key].original_file_path in changed:
            del found[key]
    return {**found, **{key: last.digests[key] for key in ephemeral(last.manifest) if key in last.digests}}


def _same_sources(context: Context, project: Project, last: _Try) -> bool:
    """Whether the sources are what finished nodes have read: also those that nobody knew of before dbt had parsed."""
    known = last.started.inputs.sources
    found = sources_of(last.manifest, context.workspace.projects)
    new = [source for name, source in found.items() if name not in known]
    files = [file for source in new if source.kind == "files" for file in source.files]
    newest = context.inputs.hashes.newest_change(project.path, files)
    # A clock that was put back tells nothing.
    return newest < last.started.began <= time.time() and all(source.kind != "project" for source in new)


def _can_go_on(manifest: Manifest, finished: dict[str, str], changed: frozenset[str]) -> bool:
    """Whether to go on gives what a build from the start would: an incremental model must not run twice."""
    if changed.intersection(_EVERYWHERE):
        return False
    once = stateful(manifest)
    if not once:
        return True
    nodes = buildable(manifest)
    before = with_ancestors(manifest, once)
    others = {node.original_file_path for key, node in nodes.items() if key not in before}
    models = {name for name in others if name.endswith((".sql", ".py"))}
    return once <= finished.keys() and changed <= models - {nodes[key].original_file_path for key in before}
