"""Storage that the project's own dbt profile decides: mesh keeps the record alone.

dbt writes where consumers read, so that nothing is hidden before it is published; and mesh cannot read the data, so
that a product counts as changed whenever it was built.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from mesh_tools.build.storage.base import Target
from mesh_tools.build.storage.records import Record
from mesh_tools.errors import Location, MeshError
from mesh_tools.files import write_atomically
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Interface
from mesh_tools.model.project import Project


class Warehouse:
    """Records of good builds, in ``.mesh/state/<environment>/<project>.json``."""

    fingerprints = False

    def __init__(self, workspace: Workspace, environment: str, profiles: Path | None = None) -> None:
        self._folder = workspace.state / "state" / environment
        self._profiles = profiles

    def record(self, project: str) -> Record | None:
        """See :meth:`mesh_tools.build.storage.base.Storage.record`."""
        return read_record(self._folder / f"{project}.json")

    def begin(self, project: Project, run: str, *, fresh: bool, pins: Mapping[str, Target]) -> Target:  # noqa: ARG002
        """Nothing to prepare: dbt writes where it always does."""
        return Target(id=run, profiles=self._profiles)

    def resume(self, project: Project, target: str, *, pins: Mapping[str, Target]) -> Target | None:  # noqa: ARG002
        """What an earlier run has built is still there."""
        return Target(id=target, profiles=self._profiles)

    def refresh(self, project: Project, target: Target, *, pins: Mapping[str, Target]) -> Target:  # noqa: ARG002
        """The same."""
        return target

    def adopt(self, target: Target, project: Project) -> None:
        """It is there already."""

    def publish(self, target: Target, record: Record, interface: Interface) -> None:  # noqa: ARG002
        """Keep the record: the data is there already.

        Raises:
            MeshError: it cannot be written.
        """
        path = self._folder / f"{record.project}.json"
        try:
            write_atomically(path, msgspec.json.encode(record))
        except OSError as error:
            raise MeshError(f"cannot be written: {error.strerror}", where=Location.of(path)) from None

    def published(self, project: str) -> None:
        """The registry is all that there is."""

    def unpublished(self, project: str) -> Interface | None:  # noqa: ARG002
        """The record is written after the registry has the interface."""
        return None

    def close(self) -> None:
        """Nothing is held."""


def read_record(path: Path) -> Record | None:
    """The record in a file; ``None`` when there is none that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
