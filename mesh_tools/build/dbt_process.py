"""Runs inside a process of its own: dbt, asked by a request on standard input, telling what happens line by line.

dbt is imported here and nowhere else, so that no command pays for it that does not build, and so that its open
connections end with the process: a DuckDB file that is still open elsewhere must not be copied or published.

    {"commands": [["deps"], ["build", "--target", "dev"]], "log": "dbt.log"}   ->   one JSON object a line

What dbt itself prints goes to the log file; standard output carries events alone. The request is one line, and standard
input stays open as long as somebody waits for the result: when it ends, however mesh ended, dbt is interrupted.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import Any, TextIO

# dbt says this of each node that ends, with its `node_info`.
_FINISHED = "NodeFinished"
# "1 of 6 START ...": the only event that knows the true total.
_LINE = "LogStartLine"
# A guard says what it found by Jinja's log(), since a failed test tells no more than a number of rows.
_JINJA_LOG = "JinjaLogInfo"
_OURS = "mesh: "

_GRACE = 10.0
"""Seconds that dbt has to cancel its queries."""


def main() -> int:
    """Run the commands of the request in turn, up to the first that fails.

    Returns:
        0 when all of them succeeded, 1 when one failed, 2 when dbt could not do what it was asked.
    """
    request = json.loads(sys.stdin.buffer.readline())
    events = _redirect_output(request["log"])
    done = threading.Event()
    threading.Thread(target=_leave_with_parent, args=(done,), daemon=True).start()
    try:
        return _run(request["commands"], events)
    finally:
        done.set()


def _run(commands: list[list[str]], events: TextIO) -> int:
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - takes seconds

    runner = dbtRunner(callbacks=[lambda event: _tell(event, events)])
    for command in commands:
        result = runner.invoke(command)
        if result.exception is not None:
            _write(events, event="error", message=str(result.exception))
            return 2
        if not result.success:
            return 1
        _write(events, event="done", name=command[0])
    return 0


def _leave_with_parent(done: threading.Event) -> None:
    """Interrupt dbt, as Ctrl-C does, when standard input ends before the work does."""
    while os.read(0, 1):  # not sys.stdin: a thread that waits in it would disturb the interpreter's end
        pass
    if not done.is_set():
        os.kill(os.getpid(), signal.SIGINT)
        if not done.wait(_GRACE):
            os._exit(128 + signal.SIGINT)


def _redirect_output(log: str) -> TextIO:
    """Keep standard output for events, and send everything that dbt and its adapters print to the log."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)
    return events


def _tell(event: Any, events: TextIO) -> None:
    name = event.info.name
    if name == _FINISHED:
        node = event.data.node_info
        _write(events, event="finished", unique_id=node.unique_id, status=node.node_status)
    elif name == _LINE:
        _write(events, event="count", total=event.data.total)
    elif name == _JINJA_LOG and event.data.msg.startswith(_OURS):
        message = event.data.msg.removeprefix(_OURS)
        _write(events, event="problem", unique_id=event.data.node_info.unique_id, message=message)


def _write(events: TextIO, **fields: Any) -> None:
    events.write(json.dumps(fields, default=str) + "\n")


if __name__ == "__main__":
    sys.exit(main())
