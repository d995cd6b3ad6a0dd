"""The processes that run dbt, as mesh sees them: pipes to them, how they are started, and how they end."""

from __future__ import annotations

import json
import os
import selectors
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

GRACE = 15.0
"""Seconds that an interrupted dbt has to end; a little more than it gives itself."""

BUFFER = 1 << 16
# `python -m` looks for modules in the current folder first: not in the user's, where a folder may be called dbt.
_HOME = Path(__file__).resolve().parents[3]


class Worker(ABC):
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
        while (left := deadline - time.monotonic()) > 0 and readable(self.events, left):
            if not os.read(self.events, BUFFER):
                break
        os.close(self.events)
        return self._end()

    @abstractmethod
    def _end(self) -> int | None:
        """Its exit code, once it has ended by itself or by force."""


class SpawnedWorker(Worker):
    """A worker that was started by itself, and imports dbt by itself."""

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


class _Forked(Worker):
    def __init__(self, requests: int, events: int, pid: int, nursery: Nursery) -> None:
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


class Nursery:
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

    def give_birth(self) -> Worker | None:
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
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _hear(self, patience: float | None) -> None:
        if not readable(self._socket.fileno(), patience):
            return
        try:
            data = self._socket.recv(BUFFER)
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


def readable(descriptor: int, patience: float | None) -> bool:
    """Whether there is something to read, or the end, within ``patience`` seconds; ``None``: however long it takes."""
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        return bool(selector.select(patience))
