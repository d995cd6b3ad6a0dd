"""Starts dbt in a process of its own, and reads what it left behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from msgspec import Struct

from mesh_tools.artifacts.manifest import Manifest, read_manifest
from mesh_tools.artifacts.run_results import RunResults, read_run_results
from mesh_tools.build.dbt_message import dbt_error
from mesh_tools.build.events import Listener, NodeFinished, NodesCounted
from mesh_tools.build.runs import NodeFailure
from mesh_tools.errors import MeshError
from mesh_tools.model.project import Project

LOG_FILE = "dbt.log"
_DEPS_LOCK = "package-lock.yml"
_PARTIAL_PARSE = "partial_parse.msgpack"
_GRACE = 15.0  # seconds that an interrupted dbt has to end; a little more than it gives itself


class DbtOutcome(Struct, frozen=True, kw_only=True):
    """What dbt did. ``results`` is ``None`` when it ran no node; ``warnings`` and ``changes`` are of its sync."""

    success: bool
    results: RunResults | None = None
    counts: dict[str, dict[str, int]] = {}
    failures: tuple[NodeFailure, ...] = ()
    error: MeshError | None = None
    warnings: tuple[MeshError, ...] = ()
    changes: tuple[str, ...] = ()


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
    if any(path.stat().st_mtime > lock.stat().st_mtime for path in declared):
        return True
    present = {path.resolve() for path in installed.glob("*")} if installed.is_dir() else set()
    linked = [(project.path / package.source).resolve() for package in project.packages if package.kind == "local"]
    # Where dbt copies instead of linking, a copy may be stale.
    return len(present) < len(project.packages) or not present.issuperset(linked)


def run_dbt(
    project: Project, commands: Sequence[Sequence[str]], artifacts: Path, cache: Path, listener: Listener
) -> DbtOutcome:
    """Run dbt commands in turn in one process; the last one's artifacts stay in ``artifacts``.

    Args:
        project: Runs in its folder.
        commands: Arguments of each, such as ``["build", "--target", "dev"]``.
        artifacts: Becomes dbt's target path, and holds its log.
        cache: Folder of the partial parse file, kept from run to run.
        listener: Told about nodes.
    """
    artifacts.mkdir(parents=True, exist_ok=True)
    _copy(cache / _PARTIAL_PARSE, artifacts / _PARTIAL_PARSE)
    told = _run(project, commands, artifacts, listener)
    if "deps" in told.done and (lock := project.path / _DEPS_LOCK).is_file():
        lock.touch()  # dbt leaves it alone when nothing in it changes, and then it would look older than packages.yml
    _copy(artifacts / _PARTIAL_PARSE, cache / _PARTIAL_PARSE)
    (artifacts / _PARTIAL_PARSE).unlink(missing_ok=True)
    results = read_run_results(artifacts / "run_results.json") if (artifacts / "run_results.json").is_file() else None
    if results is None:
        return DbtOutcome(success=told.error is None, error=told.error)
    failures = _failures(results, artifacts, told.problems)
    return DbtOutcome(
        success=told.error is None and not failures,
        results=results,
        counts=_counts(results),
        failures=failures,
        error=told.error if not failures else None,
    )


def _run(project: Project, commands: Sequence[Sequence[str]], artifacts: Path, listener: Listener) -> _Told:
    common = ["--target-path", str(artifacts), "--log-path", str(artifacts), "--no-use-colors", "--no-version-check"]
    request = {
        "commands": [[*command, *common] if command[0] != "deps" else list(command) for command in commands],
        "log": str(artifacts / LOG_FILE),
    }
    environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
    told = _Told(project.name, listener)
    # A session of its own: Ctrl-C reaches mesh alone, which then ends dbt once and in order.
    process = subprocess.Popen(
        [sys.executable, "-m", "mesh_tools.build.dbt_process"],
        cwd=project.path,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    with process:
        try:
            _listen(process, request, told)
        finally:
            _end(process)
    if process.returncode != 0:
        told.error = dbt_error(
            told.message or f"dbt ended with exit code {process.returncode}", project, artifacts / LOG_FILE
        )
    return told


def _listen(process: subprocess.Popen[str], request: Mapping[str, Any], told: _Told) -> None:
    if process.stdin is None or process.stdout is None:  # never with PIPE; the types do not know
        raise AssertionError
    with suppress(BrokenPipeError):  # it ended at once: its exit code says so
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
    for line in process.stdout:
        with suppress(json.JSONDecodeError):  # killed while it wrote: its exit code says so
            told.hear(json.loads(line))


def _end(process: subprocess.Popen[str]) -> None:
    """Wait for the end, which an interrupted dbt comes to when its input ends; never leave it behind."""
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(_GRACE)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.kill()
        process.wait()


class _Told:
    """What the process has said: passed on to the listener, or kept."""

    def __init__(self, project: str, listener: Listener) -> None:
        self._project = project
        self._listener = listener
        self.message: str | None = None
        self.error: MeshError | None = None
        self.done: list[str] = []
        self.problems: defaultdict[str, list[str]] = defaultdict(list)

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
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
