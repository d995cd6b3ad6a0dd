"""Lets a worker run dbt, and reads what it left behind."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from msgspec import Struct

from mesh_tools.artifacts.manifest import Manifest, read_manifest
from mesh_tools.artifacts.run_results import RunResults, read_run_results
from mesh_tools.build.events import Listener, NodeFinished, NodesCounted
from mesh_tools.build.jobs.asking import Answer, Ask, Steps
from mesh_tools.build.jobs.dbt_message import dbt_error, dbt_lost
from mesh_tools.build.runs import NodeFailure
from mesh_tools.errors import Location, MeshError
from mesh_tools.files import disk_hint, write_atomically
from mesh_tools.model.project import Project

LOG_FILE = "dbt.log"
_DEPS_LOCK = "package-lock.yml"
_PARTIAL_PARSE = "partial_parse.msgpack"


class Folders(Struct, frozen=True, kw_only=True):
    """Where dbt writes what is not data.

    Attributes:
        artifacts: Becomes its target path.
        logs: Holds its log: one for all that is done for a project in a run.
        cache: Of the partial parse file, kept from run to run.
    """

    artifacts: Path
    logs: Path
    cache: Path


class DbtOutcome(Struct, frozen=True, kw_only=True):
    """What dbt did. ``results`` is ``None`` when it ran no node; ``warnings`` and ``changes`` are of its sync."""

    success: bool
    results: RunResults | None = None
    counts: dict[str, dict[str, int]] = {}
    failures: tuple[NodeFailure, ...] = ()
    error: MeshError | None = None
    warnings: tuple[MeshError, ...] = ()
    changes: tuple[str, ...] = ()
    phases: dict[str, float] = {}


def check_dbt_installed() -> None:
    """Raise unless dbt can be run.

    Raises:
        MeshError: it is not installed in the Python that runs mesh.
    """
    if find_spec("dbt") is None or find_spec("dbt.cli") is None:
        raise MeshError(
            "dbt is not installed beside mesh-tools",
            hint="pip install 'mesh-tools[duckdb]', or dbt-core with your warehouse's adapter",
        )


def needs_deps(project: Project) -> bool:
    """Whether `dbt deps` has to run: a declared package is not installed, or the declarations are newer."""
    if not project.packages:
        return False
    installed = project.path / project.packages_install_path
    lock = project.path / _DEPS_LOCK
    if not lock.is_file():
        return True
    declared = [path for name in ("packages.yml", "dependencies.yml") if (path := project.path / name).is_file()]
    locked = lock.stat().st_mtime
    # A lock from the future was written before the clock was put back: it tells nothing.
    if locked > time.time() or any(path.stat().st_mtime > locked for path in declared):
        return True
    present = {path.resolve() for path in installed.glob("*")} if installed.is_dir() else set()
    linked = [(project.path / package.source).resolve() for package in project.packages if package.kind == "local"]
    # Where dbt copies instead of linking, a copy may be stale.
    return len(present) < len(project.packages) or not present.issuperset(linked)


def run_dbt(
    project: Project, commands: Sequence[Sequence[str]], folders: Folders, listener: Listener
) -> Steps[DbtOutcome]:
    """Run dbt commands in turn; the last one's artifacts stay.

    Args:
        project: Runs in its folder.
        commands: Arguments of each, such as ``["build", "--target", "dev"]``.
        folders: Where dbt writes what is not data.
        listener: Told about nodes.

    Raises:
        MeshError: the disk is full, or protected.
    """
    told = _Told(project.name, listener)
    artifacts, cache, log = folders.artifacts, folders.cache, folders.logs / LOG_FILE
    try:
        artifacts.mkdir(parents=True, exist_ok=True)
        (artifacts / "run_results.json").unlink(missing_ok=True)
        _copy(cache / _PARTIAL_PARSE, artifacts / _PARTIAL_PARSE)
        answer = yield Ask(_request(project, commands, artifacts, log), told.hear)
        if "deps" in told.done and (lock := project.path / _DEPS_LOCK).is_file():
            # dbt leaves it alone when nothing in it changes, and then it would look older than packages.yml.
            lock.touch()
        _copy(artifacts / _PARTIAL_PARSE, cache / _PARTIAL_PARSE)
        (artifacts / _PARTIAL_PARSE).unlink(missing_ok=True)
    except OSError as error:
        where = Location.of(error.filename or artifacts)
        raise MeshError(f"cannot be written: {error.strerror}", where=where, hint=disk_hint(error)) from None
    return _outcome(project, answer, told, artifacts, log)


def ask_fingerprints(
    project: Project, databases: Mapping[str, Path], relations: Mapping[str, tuple[str, str, str]], artifacts: Path
) -> Steps[dict[str, str]]:
    """The fingerprints of relations, see :mod:`mesh_tools.build.work.fingerprints`.

    Raises:
        MeshError: they could not be taken.
    """
    told = _Told(project.name, lambda _: None)
    wanted = {
        "databases": {name: str(path) for name, path in databases.items()},
        "relations": {key: list(parts) for key, parts in relations.items()},
    }
    log = artifacts / LOG_FILE
    answer = yield Ask({"cwd": str(project.path), "log": str(log), "fingerprints": wanted}, told.hear)
    if answer.code != 0:
        raise dbt_lost(answer.status, log) if answer.code is None else dbt_error(told.message or "", project, log)
    return told.fingerprints


def _request(project: Project, commands: Sequence[Sequence[str]], artifacts: Path, log: Path) -> dict[str, Any]:
    common = ["--target-path", str(artifacts), "--log-path", str(log.parent), "--no-use-colors", "--no-version-check"]
    return {
        "cwd": str(project.path),
        "log": str(log),
        "commands": [[*command, *common] if command[0] != "deps" else list(command) for command in commands],
    }


def _outcome(project: Project, answer: Answer, told: _Told, artifacts: Path, log: Path) -> DbtOutcome:
    error = _error(project, answer, told, log)
    path = artifacts / "run_results.json"
    # A worker that was lost may have left half of it.
    results = read_run_results(path) if answer.code is not None and path.is_file() else None
    if results is None:
        return DbtOutcome(success=error is None, error=error, phases=told.phases)
    failures = _failures(results, artifacts, told.problems)
    return DbtOutcome(
        success=error is None and not failures,
        results=results,
        counts=_counts(results),
        failures=failures,
        error=error if not failures else None,
        phases=told.phases,
    )


def _error(project: Project, answer: Answer, told: _Told, log: Path) -> MeshError | None:
    if answer.code is None:
        return dbt_lost(answer.status, log)
    if answer.code == 0:
        return None
    return dbt_error(told.message or f"dbt ended with exit code {answer.code}", project, log)


class _Told:
    """What the worker has said: passed on to the listener, or kept."""

    def __init__(self, project: str, listener: Listener) -> None:
        self._project = project
        self._listener = listener
        self.message: str | None = None
        self.done: list[str] = []
        self.problems: defaultdict[str, list[str]] = defaultdict(list)
        self.phases: dict[str, float] = {}
        self.fingerprints: dict[str, str] = {}

    def hear(self, event: dict[str, Any]) -> None:
        kind = event["event"]
        if kind == "count":
            self._listener(NodesCounted(project=self._project, total=event["total"]))
        elif kind == "finished":
            self._listener(NodeFinished(project=self._project, unique_id=event["unique_id"], status=event["status"]))
        elif kind == "problem":
            self.problems[event["unique_id"]].append(event["message"])
        elif kind == "done":
            self.done.append(event["name"])
        elif kind == "error":
            self.message = event["message"]
        elif kind == "fingerprints":
            self.fingerprints = event["found"]
        elif kind == "phases":
            self._add(event)

    def _add(self, event: Mapping[str, Any]) -> None:
        for name in ("parse", "run", "artifacts"):
            # What parses nothing is a phase of its own.
            key = event["command"] if event["command"] in {"deps", "import"} else name
            self.phases[key] = round(self.phases.get(key, 0.0) + event[name], 3)


def _counts(results: RunResults) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for result in results.results:
        counts.setdefault(result.resource_type, Counter())[result.status] += 1
    return {kind: dict(sorted(statuses.items())) for kind, statuses in sorted(counts.items())}


def _failures(results: RunResults, artifacts: Path, problems: Mapping[str, list[str]]) -> tuple[NodeFailure, ...]:
    failed = [result for result in results.results if result.failed]
    if not failed:
        return ()
    paths = _paths(read_manifest(artifacts / "manifest.json"))
    return tuple(
        NodeFailure(
            unique_id=result.unique_id,
            status=result.status,
            message="\n".join(problems.get(result.unique_id, ())) or (result.message or "").strip(),
            path=paths.get(result.unique_id, ""),
        )
        for result in failed
    )


def _paths(manifest: Manifest) -> dict[str, str]:
    """Files below the project's folder. Those of an installed package, such as a guard's, are not the user's."""
    nodes = (*manifest.nodes.values(), *manifest.unit_tests.values())
    own = (node for node in nodes if node.package_name == manifest.project)
    return {node.unique_id: node.original_file_path for node in own}


def _copy(source: Path, target: Path) -> None:
    if source.is_file():
        write_atomically(target, source.read_bytes())
