"""What a build says while it runs. Commands show it, and the journal keeps it; nothing here prints."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct


class Event(Struct, frozen=True, kw_only=True, tag_field="event", omit_defaults=True):
    """Anything that is said. In the journal each has its class's tag under ``event``."""


class RunStarted(Event, frozen=True, kw_only=True, tag="run"):
    """A build begins; ``at`` in ISO 8601, UTC."""

    id: str
    environment: str
    at: str
    pid: int
    projects: tuple[str, ...]


class ProjectStarted(Event, frozen=True, kw_only=True, tag="project"):
    """A project begins, the ``position``-th of ``total``; why; and where it is built."""

    project: str
    position: int
    total: int
    reasons: tuple[str, ...] = ()


class NodesCounted(Event, frozen=True, kw_only=True, tag="counted"):
    """dbt has parsed the project and will run ``total`` more nodes."""

    project: str
    total: int


class NodeFinished(Event, frozen=True, kw_only=True, tag="node"):
    """A node ended with one of dbt's statuses."""

    project: str
    unique_id: str
    status: str


class ProductsPublished(Event, frozen=True, kw_only=True, tag="published"):
    """Consumers read what was built from now on; the rest of the project may still be built."""

    project: str
    target: str


class ProjectFinished(Event, frozen=True, kw_only=True, tag="finished"):
    """A project ended; ``status`` as in :class:`mesh_tools.build.runs.ProjectRun`."""

    project: str
    status: str
    seconds: float
    reason: str | None = None


class RunFinished(Event, frozen=True, kw_only=True, tag="end"):
    """A build ended; ``outcome``: ``success``, ``failed`` or ``interrupted``."""

    outcome: str
    at: str


AnyEvent = RunStarted | ProjectStarted | NodesCounted | NodeFinished | ProductsPublished | ProjectFinished | RunFinished
Listener = Callable[[AnyEvent], None]
