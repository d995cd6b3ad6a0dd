"""One build of an environment at a time, and none while a killed one's workers still write."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mesh_tools.build.runs.history import now
from mesh_tools.errors import MeshError
from mesh_tools.files import locked, outliving_lock
from mesh_tools.mesh.workspace import Workspace

_PATIENCE = 30.0
"""Seconds that the workers of a killed build have to notice it; they give their queries ten."""


@contextmanager
def build_lock(
    workspace: Workspace, environment: str, *, job: str | None = None, wait: bool = False
) -> Iterator[list[int]]:
    """Hold the right to build in ``environment``.

    Args:
        workspace: The mesh.
        environment: To be built.
        job: Of a single job of a plan: others may run at the same time, but not the same one.
        wait: For whoever has it, instead of refusing.

    Yields:
        File descriptors to be passed on to workers, so that nobody builds as long as one of them lives.

    Raises:
        MeshError: another build is running; or the workers of one that was killed do not end.
    """
    folder = workspace.state / "lock" / environment
    if folder.is_file():  # an older mesh-tools had its lock there
        folder.unlink(missing_ok=True)
    with ExitStack() as held:
        _hold(held, folder / "build", environment, shared=job is not None, wait=wait)
        children = [(folder / "workers", job is not None)]
        if job is not None:
            own = folder / "jobs" / _name_of(job)
            _hold(held, own, f"{job} in {environment}", shared=False, wait=wait)
            children.append((own.with_suffix(".workers"), False))
        yield [_passed_on(held, path, shared=shared) for path, shared in children]


def _name_of(job: str) -> str:
    """Of its lock's file: a job names all projects of a cycle, which may be more than a file's name can hold."""
    return hashlib.blake2b(job.encode(), digest_size=12).hexdigest()


def _passed_on(stack: ExitStack, path: Path, *, shared: bool) -> int:
    descriptor = outliving_lock(path, _PATIENCE, shared=shared)
    if descriptor is None:
        raise MeshError(
            "a build was killed, and its dbt still runs", hint="end it: ps -ef | grep mesh_tools.build.work"
        )
    stack.callback(os.close, descriptor)
    return descriptor


def _hold(stack: ExitStack, path: Path, what: str, *, shared: bool, wait: bool) -> None:
    while True:
        attempt = ExitStack()
        holder = attempt.enter_context(locked(path, f"process {os.getpid()} since {now()}", shared=shared))
        if holder is None:
            stack.push(attempt.pop_all())
            return
        attempt.close()
        if not wait:
            raise MeshError(
                f"another build of {what} is running: {holder}",
                hint="wait for it, or let mesh do so with --wait; two builds would write the same files",
            )
        time.sleep(0.2)
