"""What an earlier try of a project has left, and whether this build can go on with it."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from mesh_tools.artifacts.manifest import Manifest
from mesh_tools.build.events import NodeFinished
from mesh_tools.build.jobs.context import Context
from mesh_tools.build.jobs.nodes import FINISHED, finished_before
from mesh_tools.build.runs import read_journal
from mesh_tools.build.storage import Inputs, Target
from mesh_tools.model.project import Project


class Leftover(Struct, frozen=True, kw_only=True):
    """A generation that an earlier run has begun.

    Attributes:
        target: The generation.
        manifest: Of the earlier try.
        nodes: unique_ids that it has finished.
    """

    target: Target
    manifest: Path
    nodes: frozenset[str]

    def finished(self, path: Path, manifest: Manifest) -> frozenset[str]:
        """The nodes that need not run again.

        Args:
            path: The manifest of this try.
            manifest: What it holds.
        """
        return finished_before(self.manifest, path, self.nodes, manifest)


def leftover_of(context: Context, project: Project, inputs: Inputs) -> Leftover | None:
    """What the run that this build resumes has left of ``project``, if it would read the same data again."""
    run = context.resumed
    started = context.history.started(run, project.name) if run is not None else None
    if run is None or started is None:
        return None
    before, now = started.inputs, inputs
    if (before.settings, before.interfaces, before.data, before.sources) != (
        now.settings,
        now.interfaces,
        now.data,
        now.sources,
    ):
        return None
    manifest = context.history.artifacts(run, project.name) / "manifest.json"
    target = context.storage.resume(project, started.target, pins={})
    if target is None or not manifest.is_file():
        return None
    journal = read_journal(context.history.path(run))
    events = [event for event in journal.events if isinstance(event, NodeFinished) and event.project == project.name]
    last = {event.unique_id: event.status for event in events}
    return Leftover(
        target=target,
        manifest=manifest,
        nodes=frozenset(key for key, status in last.items() if status in FINISHED),
    )
