"""The runs that are kept below ``.mesh/runs``."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec

from mesh_tools.build.runs.records import ProjectRun, Request, Run, Started
from mesh_tools.build.runs.running import is_running
from mesh_tools.errors import Location, MeshError, did_you_mean
from mesh_tools.files import disk_hint, write_atomically

RUN_FILE = "run.json"
STARTED_FILE = "started.json"
KEPT_RUNS = 20


class RunHistory:
    """The runs below ``.mesh/runs``, newest last by name."""

    def __init__(self, state: Path) -> None:
        self.folder = state / "runs"

    def start(self, environment: str, request: Request | None = None, resumes: str | None = None) -> Run:
        """Begin a run, and remove all but the newest of the earlier ones and what is the last of some project.

        Raises:
            MeshError: the folder cannot be written.
        """
        now = datetime.now(timezone.utc)
        run = Run(
            id=f"{self._moment(now)}-{secrets.token_hex(3)}",
            environment=environment,
            started_at=now.isoformat(timespec="seconds"),
            pid=os.getpid(),
            request=request or Request(),
            resumes=resumes,
        )
        self.save(run)
        for old in self._dispensable():
            shutil.rmtree(old, ignore_errors=True)
        return run

    def discard(self, run: Run) -> None:
        """Forget a run in which nothing was built."""
        shutil.rmtree(self.path(run), ignore_errors=True)

    def _moment(self, now: datetime) -> str:
        """The beginning of a new id, after those of all runs: names tell the order, even if the clock goes back."""
        moment = f"{now:%Y%m%dT%H%M%S}"
        newest = self._folders()[-1:]
        last = newest[0].name.split("-")[0] if newest else ""
        if last < moment:
            return moment
        with suppress(ValueError, OverflowError):
            return f"{datetime.strptime(last, '%Y%m%dT%H%M%S') + timedelta(seconds=1):%Y%m%dT%H%M%S}"  # noqa: DTZ007
        return moment

    def get(self, run_id: str) -> Run:
        """The run called ``run_id``; the beginning of its id is enough.

        Raises:
            MeshError: there is none, or more than one.
        """
        found = [folder for folder in self._folders() if folder.name.startswith(run_id)] if run_id else []
        exact = [folder for folder in found if folder.name == run_id]
        names = [folder.name for folder in self._folders()]
        if not found:
            hint = did_you_mean(run_id, names) or "`mesh runs` lists those that are kept"
            raise MeshError(f"there is no run '{run_id}'", hint=hint)
        if len(found) > 1 and not exact:
            raise MeshError(f"'{run_id}' is the beginning of {len(found)} runs", hint=", ".join(f.name for f in found))
        folder = (exact or found)[0]
        run = _read(folder)
        if run is None:
            raise MeshError("the record of this run is damaged", where=Location.of(folder / RUN_FILE))
        return run

    def find(self, run_id: str) -> Run | None:
        """The run with this very id, if its record is there and can be read."""
        return _read(self.folder / run_id)

    def damaged_newest(self) -> Path | None:
        """The record of the newest run, if it cannot be read."""
        newest = self._folders()[-1:]
        return newest[0] / RUN_FILE if newest and _read(newest[0]) is None else None

    def last(self, environment: str) -> Run | None:
        """The newest run in ``environment`` that was no single job of a plan, and no `mesh publish`."""
        found = (run for run in self.newest_first() if run.environment == environment and run.request.job is None)
        return next(found, None)

    def path(self, run: Run) -> Path:
        """The folder of a run."""
        return self.folder / run.id

    def begin(self, run: Run, project: str, started: Started) -> None:
        """Keep what is known of a project before it is built.

        Raises:
            MeshError: it cannot be written.
        """
        self._write(self.artifacts(run, project) / STARTED_FILE, msgspec.json.encode(started))

    def started(self, run: Run, project: str) -> Started | None:
        """What was known of a project before ``run`` built it; ``None`` when it did not."""
        try:
            return msgspec.json.decode((self.artifacts(run, project) / STARTED_FILE).read_bytes(), type=Started)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return None

    def save(self, run: Run) -> None:
        """Write the record of a run, in one step.

        Raises:
            MeshError: it cannot be written.
        """
        self._write(self.folder / run.id / RUN_FILE, msgspec.json.format(msgspec.json.encode(run), indent=2) + b"\n")

    def _write(self, path: Path, data: bytes) -> None:
        try:
            write_atomically(path, data)
        except OSError as error:
            with suppress(OSError):
                path.parent.rmdir()  # a new run, of which nothing could be written
            hint = disk_hint(error)
            raise MeshError(f"cannot be written: {error.strerror}", where=Location.of(path), hint=hint) from None

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
        return self.last_of_each(environment).get(project)

    def last_of_each(self, environment: str) -> dict[str, tuple[Run, ProjectRun]]:
        """The newest run of each project that ``environment`` has seen, by name."""
        found: dict[str, tuple[Run, ProjectRun]] = {}
        for run in self.newest_first():
            if run.environment == environment:
                for project in run.projects:
                    found.setdefault(project.project, (run, project))
        return found

    def manifest_of(self, project: str, environment: str) -> Path | None:
        """The newest manifest that a run has left of ``project``."""
        return self.manifests(environment).get(project)

    def manifests(self, environment: str) -> dict[str, Path]:
        """The newest manifest that a run has left of each project."""
        found: dict[str, Path] = {}
        for run in self.newest_first():
            if run.environment == environment:
                for path in (self.folder / run.id).glob("*/manifest.json"):
                    found.setdefault(path.parent.name, path)
        return found

    def _dispensable(self) -> list[Path]:
        """Old runs that have ended, and that neither the status nor the newest manifest of any project is in."""
        found: list[Path] = []
        seen: set[tuple[str, ...]] = set()
        for position, folder in enumerate(reversed(self._folders())):
            holds = _holds(folder)
            if position >= KEPT_RUNS and holds <= seen and not _goes_on(folder):
                found.append(folder)
            seen |= holds
        return found

    def _folders(self) -> list[Path]:
        return sorted(path.parent for path in self.folder.glob(f"*/{RUN_FILE}"))


def now() -> str:
    """This moment: ISO 8601, UTC, whole seconds."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def _read(folder: Path) -> Run | None:
    try:
        return msgspec.json.decode((folder / RUN_FILE).read_bytes(), type=Run)
    except (OSError, msgspec.MsgspecError):
        return None  # of another version of mesh, or removed meanwhile: history is a convenience


def _goes_on(folder: Path) -> bool:
    run = _read(folder)
    return run is not None and run.finished_at is None and run.pid is not None and is_running(run.pid)


def _holds(folder: Path) -> set[tuple[str, ...]]:
    """What a run may be the last word on."""
    run = _read(folder)
    if run is None:
        return set()
    manifests = {path.parent.name for path in folder.glob("*/manifest.json")}
    return {(run.environment, p.project) for p in run.projects} | {(run.environment, p, "manifest") for p in manifests}
