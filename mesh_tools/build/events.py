"""What a build says while it runs. Commands show it; nothing here prints."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct


class ProjectStarted(Struct, frozen=True, kw_only=True):
    """Project ``position`` of ``total`` begins."""

    project: str
    position: int
    total: int


class NodesCounted(Struct, frozen=True, kw_only=True):
    """dbt has parsed the project and will run ``total`` nodes."""

    project: str
    total: int


class NodeFinished(Struct, frozen=True, kw_only=True):
    """A node ended with one of dbt's statuses."""

    project: str
    unique_id: str
    status: str


class ProjectFinished(Struct, frozen=True, kw_only=True):
    """A project ended; ``status`` as in :class:`mesh_tools.build.runs.ProjectRun`."""

    project: str
    status: str
    seconds: float


Event = ProjectStarted | NodesCounted | NodeFinished | ProjectFinished
Listener = Callable[[Event], None]
