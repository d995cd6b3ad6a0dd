"""The record of a build: ``.mesh/runs/<id>/run.json``, and dbt's artifacts of each project beside it."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from mesh_tools.errors import Location, MeshError
from mesh_tools.files import write_atomically

RUN_FILE = "run.json"
KEPT_RUNS = 20

Status = Literal["success", "failed", "refused", "skipped"]


class NodeFailure(Struct, frozen=True, kw_only=True):
    """A model or test that failed; ``path`` below the project."""

    unique_id: str
    status: str
    message: str = ""
    path: str = ""

    @property
    def kind(self) -> str:
        """``model``, ``test``, ``unit_test``, ..."""
        return self.unique_id.split(".", 1)[0]

    @property
    def name(self) -> str:
        """The name that dbt's ``--select`` takes: of a model with its version, of a test without dbt's digest."""
        name, *rest = self.unique_id.split(".")[2:]
        if self.kind == "unit_test":
            return rest[-1]  # behind the model that it tests
        return ".".join([name, *rest]) if self.kind == "model" else name


class ProjectRun(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How one project fared.

    Attributes:
        project: Its name.
        status: ``refused``: dbt was not started, see ``error``. ``skipped``: see ``reason``.
        finished_at: ISO 8601, UTC.
        seconds: Wall time.
        counts: Nodes by resource type and by dbt's status, such as ``{"model": {"success": 12}}``.
        failures: Models and tests that failed.
        error: What stopped the project as a whole.
        warnings: Of its sync.
        changes: What changed upstream, in products that it uses, since it was synced before.
        reason: Why it was skipped.
        fingerprint: Of the interface that was published.
        interface_changed: Whether the published interface differs from the one before.
    """

    project: str
    status: Status
    finished_at: str
    seconds: float = 0.0
    counts: dict[str, dict[str, int]] = {}
    failures: tuple[NodeFailure, ...] = ()
    error: str | None = None
    warnings: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    reason: str | None = None
    fingerprint: str | None = None
    interface_changed: bool = False


class Run(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One build. Times are ISO 8601, UTC; ``finished_at`` stays ``None`` when the build was killed."""

    id: str
    environment: str
    started_at: str
    finished_at: str | None = None
    projects: tuple[ProjectRun, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything was built."""
        return all(project.status == "success" for project in self.projects)

    def project(self, name: str) -> ProjectRun | None:
        """How the project called ``name`` fared, if it was part of this run."""
        return next((project for project in self.projects if project.project == name), None)


class RunHistory:
    """The runs below ``.mesh/runs``, newest last by name."""

    def __init__(self, state: Path) -> None:
        self.folder = state / "runs"

    def start(self, environment: str) -> Run:
        """Begin a run, and remove all but the newest of the earlier ones and what is the last of some project.

        Raises:
            MeshError: the folder cannot be written.
        """
        now = datetime.now(timezone.utc)
        run = Run(
            id=f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}",
            environment=environment,
            started_at=now.isoformat(timespec="seconds"),
        )
        self.save(run)
        for old in self._dispensable():
            shutil.rmtree(old, ignore_errors=True)
        return run

    def save(self, run: Run) -> None:
        """Write the record of a run, in one step.

        Raises:
            MeshError: it cannot be written.
        """
        path = self.folder / run.id / RUN_FILE
        try:
            write_atomically(path, msgspec.json.format(msgspec.json.encode(run), indent=2) + b"\n")
        except OSError as error:
            raise MeshError(f"cannot be written: {error.strerror}", where=Location.of(path)) from None

    def artifacts(self, run: Run, project: str) -> Path:
        """Where dbt's artifacts and log of a project lie."""
        return self.folder / run.id / project

    def newest_first(self) -> Iterator[Run]:
        """Every run whose record can be read."""
        for folder in reversed(self._folders()):
            if run := _read(folder):
                yield run

    def last_of(self, project: str, environment: str) -> tuple[Run, ProjectRun] | None:
        """The newest run in which ``project`` was built or refused or skipped."""
        for run in self.newest_first():
            found = run.project(project) if run.environment == environment else None
            if found is not None:
                return run, found
        return None

    def manifest_of(self, project: str, environment: str) -> Path | None:
        """The newest manifest that a run has left of ``project``."""
        for run in self.newest_first():
            path = self.artifacts(run, project) / "manifest.json"
            if run.environment == environment and path.is_file():
                return path
        return None

    def _dispensable(self) -> list[Path]:
        """Old runs that neither the status nor the newest manifest of any project is in."""
        found: list[Path] = []
        seen: set[tuple[str, ...]] = set()
        for position, folder in enumerate(reversed(self._folders())):
            holds = _holds(folder)
            if position >= KEPT_RUNS and holds <= seen:
                found.append(folder)
            seen |= holds
        return found

    def _folders(self) -> list[Path]:
        return sorted(path.parent for path in self.folder.glob(f"*/{RUN_FILE}"))


def _read(folder: Path) -> Run | None:
    try:
        return msgspec.json.decode((folder / RUN_FILE).read_bytes(), type=Run)
    except (OSError, msgspec.MsgspecError):
        return None  # of another version of mesh, or removed meanwhile: history is a convenience


def _holds(folder: Path) -> set[tuple[str, ...]]:
    """What a run may be the last word on."""
    run = _read(folder)
    if run is None:
        return set()
    manifests = {path.parent.name for path in folder.glob("*/manifest.json")}
    return {(run.environment, p.project) for p in run.projects} | {(run.environment, p, "manifest") for p in manifests}
