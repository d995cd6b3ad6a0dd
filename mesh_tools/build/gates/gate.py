"""What all gates share: the mesh that they look at, and their shape.

A new gate is a module with a subclass of :class:`Gate`, its name in :data:`~mesh_tools.build.gates.values.GATES`, and a
line in :mod:`mesh_tools.build.gates.check`.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from mesh_tools.build.checking import Checked
from mesh_tools.build.gates.values import Result, Role
from mesh_tools.lint.rule import Rule
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.project import Project

Progress = Callable[[str], None]


class Scene:
    """What is checked, and what is known of it so far.

    Attributes:
        workspace: The mesh.
        environment: That is checked.
        base: What `--base` names; ``None``: each gate has its own default.
        projects: To be checked: those that changed first, then what reads them, then the rest.
        roles: Of these.
        stopped: By project, the gate that has failed it, so that later ones could tell nothing true.
        checked: What the contract gate has found, by project.
        rules: Of the linter, by code: what findings name.
        not_checked: What is not known, in words.
        progress: Told what begins.
    """

    def __init__(
        self, workspace: Workspace, environment: str, base: str | None, roles: dict[str, Role], progress: Progress
    ) -> None:
        self.workspace = workspace
        self.environment = environment
        self.base = base
        self.roles = roles
        self.projects = tuple(workspace.projects[name] for name in roles)
        self.stopped: dict[str, str] = {}
        self.checked: dict[str, Checked] = {}
        self.rules: Mapping[str, Rule] = {}
        self.not_checked: list[str] = []
        self.progress = progress


class Gate(ABC):
    """One gate. Those that others rely on name themselves in :attr:`Scene.stopped` where they fail."""

    name: str

    def run(self, scene: Scene) -> Iterator[Result]:
        """What the gate says of each project, those skipped included.

        Raises:
            MeshError: it cannot be asked at all, for a reason that is no project's own.
        """
        for project in scene.projects:
            if culprit := scene.stopped.get(project.name):
                summary = f"not asked: {culprit} failed"
                yield Result(gate=self.name, project=project.name, verdict="skipped", summary=summary)
        yield from self.check(scene, [project for project in scene.projects if project.name not in scene.stopped])

    @abstractmethod
    def check(self, scene: Scene, projects: Sequence[Project]) -> Iterable[Result]:
        """What the gate says of ``projects``, which no gate has stopped."""


class Watch:
    """A stopwatch; :attr:`seconds` are set at the end."""

    seconds = 0.0


@contextmanager
def timed() -> Iterator[Watch]:
    """Take the time."""
    watch, began = Watch(), time.monotonic()
    try:
        yield watch
    finally:
        watch.seconds = round(time.monotonic() - began, 3)
