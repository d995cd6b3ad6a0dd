"""The process that runs dbt: asked by requests on standard input, it tells what happens on standard output.

    {"cwd": "projects/fleet", "log": "dbt.log", "commands": [["deps"], ["build", "--target", "dev"]]}
    {"cwd": "projects/fleet", "log": "dbt.log", "fingerprints": {...}}   see :mod:`mesh_tools.build.work.fingerprints`

Each request is a line, and is answered by events, one JSON object a line, the last of them ``end``. One process serves
many requests, since importing dbt and warming it up cost more than most projects do; but one at a time, since
``dbtRunner`` is not thread-safe. What dbt itself prints goes to the log file of the request.

Standard input stays open as long as somebody waits: when it ends, however mesh ended, dbt is interrupted.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TextIO

from mesh_tools.build.work.fingerprints import fingerprints

# dbt says this of each node that ends, with its `node_info`.
_FINISHED = "NodeFinished"
# "Found 10 models, ...": dbt has parsed the project.
_PARSED = "FoundStats"
# "1 of 6 START ...": the only event that knows the true total.
_LINE = "LogStartLine"
# A guard says what it found by Jinja's log(), since a failed test tells no more than a number of rows.
_JINJA_LOG = "JinjaLogInfo"
_OURS = "mesh: "

_GRACE = 10.0
"""Seconds that dbt has to cancel its queries."""


def serve(requests: int, events: int) -> None:
    """Serve requests until there are no more.

    Args:
        requests: File descriptor to read from.
        events: File descriptor to write to.
    """
    with os.fdopen(events, "w", encoding="utf-8", buffering=1) as out:
        line = _Line(requests)
        while (request := line.next()) is not None:
            _serve(request, out)
            line.done()


class _Line:
    """The requests, and the thread that waits for them: it also notices that nobody waits for results any more."""

    def __init__(self, descriptor: int) -> None:
        self._queue: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._idle = threading.Event()
        self._idle.set()
        threading.Thread(target=self._read, args=(descriptor,), daemon=True).start()

    def next(self) -> dict[str, Any] | None:
        return self._queue.get()

    def done(self) -> None:
        self._idle.set()

    def _read(self, descriptor: int) -> None:
        # Not sys.stdin: a thread that waits in it would disturb the interpreter's end.
        with os.fdopen(descriptor, "rb") as stream:
            for line in stream:
                if not line.endswith(b"\n"):
                    break  # mesh was killed while it wrote this
                self._idle.clear()
                self._queue.put(json.loads(line))
        if not self._idle.is_set():
            os.kill(os.getpid(), signal.SIGINT)  # as Ctrl-C does
            if not self._idle.wait(_GRACE):
                os._exit(128 + signal.SIGINT)
        self._queue.put(None)


def _serve(request: Mapping[str, Any], events: TextIO) -> None:
    told = _Teller(events)
    try:
        _log_to(request["log"])
        os.chdir(request["cwd"])
        if "fingerprints" in request:
            told.write(event="fingerprints", found=fingerprints(**request["fingerprints"]))
        code = _run(request.get("commands", ()), told)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer to this request
        told.write(event="error", message=f"{type(error).__name__}: {error}")
        code = 2
    told.write(event="end", code=code)


def _run(commands: list[list[str]], told: _Teller) -> int:
    """Run dbt's commands in turn, up to the first that fails.

    Returns:
        0 when all of them succeeded, 1 when one failed, 2 when dbt could not do what it was asked.
    """
    if not commands:
        return 0  # fingerprints need no dbt
    dbt_runner = import_dbt()
    told.imported()
    for command in commands:
        told.begin()
        try:
            result = dbt_runner(callbacks=[told.hear]).invoke(command)
        finally:
            close_connections()
        told.finish(command[0])
        if result.exception is not None:
            told.write(event="error", message=str(result.exception))
            return 2
        if not result.success:
            return 1
        told.write(event="done", name=command[0])
    return 0


def import_dbt() -> Any:
    """``dbtRunner``, with dbt's caches of parsed Jinja switched on.

    Each full parse of a project parses the 600 macros of dbt and its adapter anew, which is most of its work. dbt has
    caches for its own test suite, where one process parses many projects, too; they are keyed by the text.
    """
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - takes seconds

    with suppress(ImportError):  # another version of dbt may have none: then it is slower
        from dbt_common.tests import enable_test_caching  # noqa: PLC0415

        enable_test_caching()
    return dbtRunner


def close_connections() -> None:
    """Close what the adapters have open: a DuckDB file that is still open must not be copied or published.

    dbt leaves connections open after an invocation: https://github.com/dbt-labs/dbt-core/issues/11980
    """
    from dbt.adapters.factory import FACTORY, reset_adapters  # noqa: PLC0415 - takes seconds

    adapters: list[Any] = list(FACTORY.adapters.values())
    for adapter in adapters:
        adapter.connections.cleanup_all()
        # dbt-duckdb keeps the database in the class, and would go on with it although the file is another one.
        environment = getattr(adapter.connections, "_ENV", None)
        if environment is not None:
            environment.close()
            type(adapter.connections).close_all_connections()
    reset_adapters()  # type: ignore[no-untyped-call]  # dbt's own


class _Teller:
    """Turns what dbt says into events."""

    def __init__(self, events: TextIO) -> None:
        self._events = events
        self._lock = threading.Lock()  # dbt's threads speak at the same time
        self._created = time.monotonic()
        self.begin()

    def imported(self) -> None:
        """Tell how long importing dbt has taken, where it had to be."""
        seconds = round(time.monotonic() - self._created, 3)
        self.write(event="phases", command="import", parse=seconds, run=0.0, artifacts=0.0)

    def begin(self) -> None:
        self._started = self._parsed = self._ran = time.monotonic()

    def finish(self, command: str) -> None:
        """Tell where the time of a command went, in seconds."""
        now = time.monotonic()
        self.write(
            event="phases",
            command=command,
            parse=round(self._parsed - self._started, 3),
            run=round(max(self._ran - self._parsed, 0.0), 3),
            artifacts=round(now - max(self._ran, self._parsed), 3),
        )

    def hear(self, event: Any) -> None:
        name = event.info.name
        if name == _FINISHED:
            node = event.data.node_info
            self._ran = time.monotonic()
            self.write(event="finished", unique_id=node.unique_id, status=node.node_status)
        elif name == _PARSED:
            self._parsed = self._ran = time.monotonic()
        elif name == _LINE:
            self.write(event="count", total=event.data.total)
        elif name == _JINJA_LOG and event.data.msg.startswith(_OURS):
            message = event.data.msg.removeprefix(_OURS)
            self.write(event="problem", unique_id=event.data.node_info.unique_id, message=message)

    def write(self, **fields: Any) -> None:
        with self._lock:
            self._events.write(json.dumps(fields, default=str) + "\n")


def _log_to(path: str) -> None:
    """Send everything that dbt and its adapters print to the log, and keep it off the events."""
    sys.stdout.flush()
    sys.stderr.flush()
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)


def main() -> int:
    """A worker of its own: reads standard input, writes standard output."""
    serve(os.dup(0), os.dup(1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
