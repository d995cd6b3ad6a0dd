"""How a job and the build talk: a job is a generator that yields what a worker shall do, and is sent how it went.

So a job reads as a plain sequence of steps, while many of them go on at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeVar

from msgspec import Struct

from mesh_tools.build.runs import ProjectRun


class Ask(Struct, frozen=True):
    """A request for a worker, see :mod:`mesh_tools.build.work.worker`; ``hear`` is told each of its events.

    ``None`` asks only to have a worker, which the job keeps to its end.
    """

    request: dict[str, Any] | None
    hear: Callable[[dict[str, Any]], None]


class Answer(Struct, frozen=True):
    """How a worker ended a request.

    ``code`` is 0 for success, 1 when something failed, 2 when dbt could not do it, ``None`` when the worker was lost;
    ``status`` is then its exit code, or minus the signal that killed it, if it is known.
    """

    code: int | None
    status: int | None = None


_T = TypeVar("_T")
Steps = Generator[Ask, Answer, _T]
"""Steps of a job that give a ``_T`` in the end."""

Job = Generator[Ask, Answer, list[ProjectRun]]


def take_worker() -> Steps[None]:
    """Wait for a worker: what is told or prepared after this happens when the job is really its turn."""
    yield Ask(None, lambda _: None)
