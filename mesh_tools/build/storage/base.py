"""What every way of storing can do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from mesh_tools.build.storage.records import Record
from mesh_tools.model.interface import Interface
from mesh_tools.model.project import Project


class Target(Struct, frozen=True, kw_only=True):
    """Where one build of a project writes: nobody reads it before it is published.

    Attributes:
        id: Of the generation, or of the run.
        profiles: Folder for dbt's ``--profiles-dir``; ``None``: where dbt always looks.
        folder: Of the generation; ``None`` where there are none.
        databases: DuckDB files by the name they are attached under: the project's own, and its upstreams'.
        pins: Which generation of each upstream is read.
    """

    id: str
    profiles: Path | None = None
    folder: Path | None = None
    databases: dict[str, Path] = {}
    pins: dict[str, str] = {}


class Storage(Protocol):
    """Stores the data of the projects of one environment."""

    fingerprints: bool
    """Whether the data of a target can be read, to compare it."""

    def record(self, project: str) -> Record | None:
        """The last good build of ``project``, of this mesh or of another one that shares the storage.

        When it cannot be read, the project is built again. Where there is data nonetheless, what is returned knows
        nothing but that: it has no inputs, and what is built next goes on from the data.
        """

    def begin(self, project: Project, run: str, *, fresh: bool, pins: Mapping[str, Target]) -> Target:
        """Make room for a build of ``project``.

        Args:
            project: To be built.
            run: Its id.
            fresh: From nothing; else from a copy of what is published.
            pins: Upstreams that are read where they are being built, instead of where they were published.

        Raises:
            MeshError: the disk is full, or protected.
        """

    def resume(self, project: Project, target: str, *, pins: Mapping[str, Target]) -> Target | None:
        """The room that an earlier build has left, if it is there and would read the same data."""

    def refresh(self, project: Project, target: Target, *, pins: Mapping[str, Target]) -> Target:
        """``target`` again, now that what it reads under ``pins`` may have come into being."""

    def adopt(self, target: Target, project: Project) -> None:
        """Fill ``target`` with what plain dbt has built.

        Raises:
            MeshError: plain dbt is building at this moment; the disk is full.
        """

    def publish(self, target: Target, record: Record, interface: Interface) -> None:
        """Let consumers read ``target`` from now on, in one step, data and interface together.

        Raises:
            MeshError: the disk is full or protected; what was published before stays.
        """

    def published(self, project: str) -> None:
        """The registry has the interface of what is published, too."""

    def unpublished(self, project: str) -> Interface | None:
        """The interface of what is published, when a crash kept it from the registry."""

    def close(self) -> None:
        """Let go of what was pinned."""
