"""The workers of a build, as mesh sees them: ask one, and wait for what any of them says.

Two ways to get a worker. ``fork``: from a nursery that has imported and warmed up dbt once, see
:mod:`mesh_tools.build.work.nursery`. ``spawn``: each imports dbt by itself, for systems that cannot fork safely, and
for a build with one worker, which would gain nothing.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

StartMethod = Literal["fork", "spawn"]

RECYCLED_AFTER = 25
"""Requests that a worker serves: dbt's memory grows with each."""

_GRACE = 15.0  # seconds that an interrupted dbt has to end; a little more than it gives itself
_BUFFER = 1 << 16
# `python -m` looks for modules in the current folder first: not in the user's, where a folder may be called dbt.
_HOME = Path(__file__).resolve().parents[3]


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
        self._environment = {**environment, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
        self._selector = selectors.DefaultSelector()
        self._workers: dict[int, _Worker] = {}
        self._numbers = set(range(size))
        self._nursery = None
        if start == "fork":
            self._nursery = _Nursery(self._command("nursery"), self._environment, self._locks)

    def idle(self) -> int | None:
        """A worker that can be asked, which is started if need be; ``None`` when all are busy."""
        free = [number for number, worker in self._workers.items() if not worker.busy]
        if free:
            return min(free)
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
        deadline = time.monotonic() + _GRACE
        for worker in leaving:
            worker.end(max(deadline - time.monotonic(), 0.0))
        if self._nursery:
            self._nursery.close()
        self._selector.close()

    def _start(self) -> _Worker:
        if self._nursery:
            began = time.monotonic()
            born = self._nursery.give_birth()
            self.setup += time.monotonic() - began
            if born is not None:
                return born
            # Unfit to be forked from: better slow than hanging.
            self._nursery.close()
            self._nursery = None
        return _Spawned(self._command("worker"), self._environment, self._locks)

    def _command(self, module: str) -> list[str]:
        command = [sys.executable, "-m", f"mesh_tools.build.work.{module}"]
        return [*command, "{socket}", *(["duckdb"] if self._duckdb else [])] if module == "nursery" else command

    def _read(self, number: int) -> list[Message]:
        worker = self._workers[number]
        data = os.read(worker.events, _BUFFER)
        if not data:
            served = worker.busy
            status = self._detach(number).end(_GRACE)
            return [Message(number, {"event": "lost", "status": status})] if served else []
        *lines, worker.rest = (worker.rest + data).split(b"\n")
        return [Message(number, json.loads(line)) for line in lines]

    def _let_go(self, number: int) -> None:
        self._detach(number).end(_GRACE)

    def _detach(self, number: int) -> _Worker:
        worker = self._workers.pop(number)
        self._selector.unregister(worker.events)
        os.close(worker.requests)
        return worker


class _Worker:
    """A process and the pipes to it.

    Attributes:
        requests: File descriptor to write to.
        events: File descriptor to read from.
        busy: Whether it serves a request.
        served: How many it has served.
        rest: The beginning of a line that is not complete yet.
    """

    def __init__(self, requests: int, events: int) -> None:
        self.requests = requests
        self.events = events
        self.busy = False
        self.served = 0
        self.rest = b""

    def end(self, patience: float) -> int | None:
        """Wait for the process to end, or make it; its requests have ended already.

        Returns:
            Its exit code, minus the signal that killed it, or ``None`` when that is not known.
        """
        deadline = time.monotonic() + patience
        # Its end of the pipe is closed when it ends. What it still says is of no interest.
        while (left := deadline - time.monotonic()) > 0 and _readable(self.events, left):
            if not os.read(self.events, _BUFFER):
                break
        os.close(self.events)
        return self._end()

    def _end(self) -> int | None:
        raise NotImplementedError


class _Spawned(_Worker):
    def __init__(self, command: Sequence[str], environment: Mapping[str, str], locks: Sequence[int]) -> None:
        # A session of its own: Ctrl-C reaches mesh alone, which then ends dbt once and in order.
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            cwd=_HOME,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=locks,
            start_new_session=True,
        )
        if self._process.stdin is None or self._process.stdout is None:  # never with PIPE; the types do not know
            raise AssertionError
        super().__init__(os.dup(self._process.stdin.fileno()), os.dup(self._process.stdout.fileno()))
        self._process.stdin.close()
        self._process.stdout.close()

    def _end(self) -> int | None:
        try:
            return self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
        except KeyboardInterrupt:
            self._process.kill()
            raise


class _Forked(_Worker):
    def __init__(self, requests: int, events: int, pid: int, nursery: _Nursery) -> None:
        super().__init__(requests, events)
        self._pid = pid
        self._nursery = nursery

    def _end(self) -> int | None:
        status = self._nursery.status_of(self._pid, 1.0)
        if status is None:
            with suppress(ProcessLookupError):
                os.kill(self._pid, 9)
            status = self._nursery.status_of(self._pid, 1.0)
        return status


class _Nursery:
    """The process that workers are forked from."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], locks: Sequence[int]) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            number = str(theirs.fileno())
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [number if part == "{socket}" else part for part in command],
                cwd=_HOME,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno(), *locks],
                start_new_session=True,
            )
        self._rest = b""
        self._born: list[int] = []
        self._died: dict[int, int] = {}
        self._fit = True

    def give_birth(self) -> _Worker | None:
        """A new worker; ``None`` when there can be none."""
        request_end, requests = os.pipe()
        events, event_end = os.pipe()
        try:
            socket.send_fds(self._socket, [b"f"], [request_end, event_end])
        except OSError:
            self._fit = False
        os.close(request_end)
        os.close(event_end)
        while self._fit and not self._born:
            self._hear(None)
        if self._born:
            return _Forked(requests, events, self._born.pop(), self)
        os.close(requests)
        os.close(events)
        return None

    def status_of(self, pid: int, patience: float) -> int | None:
        """With which exit code the worker ended, once it has."""
        deadline = time.monotonic() + patience
        while pid not in self._died and self._fit and (left := deadline - time.monotonic()) > 0:
            self._hear(left)
        return self._died.pop(pid, None)

    def close(self) -> None:
        """End the nursery; its workers live on until they are let go."""
        self._socket.close()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _hear(self, patience: float | None) -> None:
        if not _readable(self._socket.fileno(), patience):
            return
        try:
            data = self._socket.recv(_BUFFER)
        except ConnectionError:  # it was killed before it read what it was asked
            data = b""
        if not data:
            self._fit = False
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            said = json.loads(line)
            if "born" in said:
                self._born.append(said["born"])
            elif "died" in said:
                self._died[said["died"]] = said["status"]
            else:
                self._fit = False


def _readable(descriptor: int, patience: float | None) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        return bool(selector.select(patience))
