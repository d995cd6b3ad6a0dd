"""The workers of a build, as mesh sees them: ask one, and wait for what any of them says.

Two ways to get a worker. ``fork``: from a nursery that has imported and warmed up dbt once, see
:mod:`mesh_tools.build.work.nursery`. ``spawn``: each imports dbt by itself, for systems that cannot fork safely, and
for a build with one worker, which would gain nothing.
"""

from __future__ import annotations

import json
import os
import selectors
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

from msgspec import Struct

from mesh_tools.build.work.environment import worker_environment
from mesh_tools.build.work.processes import BUFFER, GRACE, Nursery, SpawnedWorker, Worker, readable

StartMethod = Literal["fork", "spawn"]

RECYCLED_AFTER = 25
"""Requests that a worker serves: dbt's memory grows with each."""


class Message(Struct, frozen=True):
    """What a worker said: an event of :mod:`mesh_tools.build.work.worker`, or ``{"event": "lost", ...}``."""

    worker: int
    event: dict[str, Any]


def default_start_method() -> StartMethod:
    """``fork`` where a process can be forked safely."""
    return "fork" if sys.platform == "linux" else "spawn"


class Pool:
    """Up to ``size`` workers, started when they are needed, numbered from 0.

    Attributes:
        size: How many there can be.
        setup: Seconds that were spent waiting for dbt to be imported and warmed up.
    """

    def __init__(
        self, size: int, *, start: StartMethod, duckdb: bool, environment: Mapping[str, str], locks: Sequence[int] = ()
    ) -> None:
        """Make a pool; ``locks`` are file descriptors of locks that shall last as long as the workers."""
        self.size = size
        self.setup = 0.0
        self._duckdb = duckdb
        self._locks = tuple(locks)
        self._environment = worker_environment(environment)
        self._selector = selectors.DefaultSelector()
        self._workers: dict[int, Worker] = {}
        self._numbers = set(range(size))
        self._nursery = None
        if start == "fork":
            self._nursery = Nursery(self._command("nursery"), self._environment, self._locks)

    def idle(self) -> int | None:
        """A worker that can be asked, which is started if need be; ``None`` when all are busy."""
        for number in sorted(number for number, worker in self._workers.items() if not worker.busy):
            if not readable(self._workers[number].events, 0):
                return number
            self._let_go(number)  # an idle worker says nothing: it has died
        unborn = self._numbers - self._workers.keys()
        if not unborn:
            return None
        number = min(unborn)
        worker = self._start()
        self._workers[number] = worker
        self._selector.register(worker.events, selectors.EVENT_READ, number)
        return number

    def reserve(self, number: int) -> None:
        """Keep a worker for one job, until :meth:`release`."""
        self._workers[number].busy = True

    def ask(self, number: int, request: Mapping[str, Any]) -> None:
        """Let a worker serve ``request``; its last event is ``end``, or ``lost`` when it dies before."""
        worker = self._workers[number]
        data = json.dumps(dict(request)).encode() + b"\n"
        with suppress(BrokenPipeError):  # it has died: reading from it tells
            while data:  # a signal may cut a write short
                data = data[os.write(worker.requests, data) :]

    def release(self, number: int) -> None:
        """The worker has nothing to do any more; an old one is let go."""
        worker = self._workers.get(number)
        if worker is not None:
            worker.busy = False
            worker.served += 1
            if worker.served >= RECYCLED_AFTER:
                self._let_go(number)

    def wait(self, timeout: float | None = None) -> list[Message]:
        """What workers have said, once one of them has; nothing after ``timeout`` seconds."""
        messages: list[Message] = []
        for key, _ in self._selector.select(timeout):
            messages += self._read(key.data)
        return messages

    def stop(self, number: int) -> None:
        """Interrupt what a worker does, and end it."""
        self._let_go(number)

    def close(self) -> None:
        """End all workers: those that are busy are interrupted, and killed when they do not heed it."""
        leaving = [self._detach(number) for number in list(self._workers)]
        deadline = time.monotonic() + GRACE
        for worker in leaving:
            worker.end(max(deadline - time.monotonic(), 0.0))
        if self._nursery:
            self._nursery.close()
        self._selector.close()

    def _start(self) -> Worker:
        if self._nursery:
            began = time.monotonic()
            born = self._nursery.give_birth()
            self.setup += time.monotonic() - began
            if born is not None:
                return born
            # Unfit to be forked from: better slow than hanging.
            self._nursery.close()
            self._nursery = None
        return SpawnedWorker(self._command("worker"), self._environment, self._locks)

    def _command(self, module: str) -> list[str]:
        command = [sys.executable, "-m", f"mesh_tools.build.work.{module}"]
        return [*command, "{socket}", *(["duckdb"] if self._duckdb else [])] if module == "nursery" else command

    def _read(self, number: int) -> list[Message]:
        worker = self._workers[number]
        data = os.read(worker.events, BUFFER)
        if not data:
            served = worker.busy
            status = self._detach(number).end(GRACE)
            return [Message(number, {"event": "lost", "status": status})] if served else []
        *lines, worker.rest = (worker.rest + data).split(b"\n")
        return [Message(number, json.loads(line)) for line in lines]

    def _let_go(self, number: int) -> None:
        self._detach(number).end(GRACE)

    def _detach(self, number: int) -> Worker:
        worker = self._workers.pop(number)
        self._selector.unregister(worker.events)
        os.close(worker.requests)
        return worker
