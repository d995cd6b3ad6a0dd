"""The process that is forked for each program: its first argument is the address of the socket where it is asked.

A request is a message with file descriptors, and a line of JSON; the answer, once the program has ended, is its exit
code. It ends, and with it all that it has started, when its standard input does.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import mesh_tools.cli
from mesh_tools.build.work import nursery, worker

_MOST = 64
"""File descriptors of a request."""


def main() -> None:
    """Warm up, then fork."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as asked:
        asked.bind(sys.argv[1])
        asked.listen(64)
        nursery.warm_up(duckdb=True)
        importlib.import_module("sqlfluff.cli.commands")
        for module in pkgutil.iter_modules(mesh_tools.cli.__path__, "mesh_tools.cli."):
            importlib.import_module(module.name)
        assert nursery.native_threads() == 1, "a process with threads must not be forked"
        os.write(1, b"warm\n")
        job = _Server(asked).run()
    if job is not None:
        _end(job)


class _Server:
    def __init__(self, asked: socket.socket) -> None:
        self._asked = asked
        self._waiting: dict[int, socket.socket] = {}

    def run(self) -> dict[str, Any] | None:
        """Fork until nobody asks any more; in a forked process what it has to run."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer)
        while True:
            ready, _, _ = select.select([0, self._asked, reader], [], [])
            if 0 in ready:
                for pid in self._waiting:
                    os.kill(pid, signal.SIGTERM)
                return None
            if reader in ready:
                os.read(reader, 4096)
                self._bury()
            if self._asked in ready and (request := self._fork(reader, writer)) is not None:
                return request

    def _fork(self, *ours: int) -> dict[str, Any] | None:
        asking, _ = self._asked.accept()
        _, received, _, _ = socket.recv_fds(asking, 1, _MOST)
        with asking.makefile("rb") as stream:
            request: dict[str, Any] = json.loads(stream.readline())
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            for descriptor in ours:
                os.close(descriptor)
            for other in (asking, self._asked, *self._waiting.values()):
                other.close()
            _become(request, received)
            return request
        for descriptor in received:
            os.close(descriptor)
        self._waiting[pid] = asking
        return None

    def _bury(self) -> None:
        while self._waiting:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            with self._waiting.pop(pid) as asking, contextlib.suppress(OSError):
                asking.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))


def _become(request: dict[str, Any], received: list[int]) -> None:
    """Take over what the process that has asked would have."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # First out of the way of all the numbers that are to be taken.
    away = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 256) for descriptor in received]
    for descriptor in received:
        os.close(descriptor)
    for descriptor, number in zip(away, request["descriptors"], strict=True):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["cwd"])


def _end(request: dict[str, Any]) -> None:
    """Run the program, and end with its exit code."""
    code = 1
    try:
        code = _run(request["argv"])
    finally:
        # What the interpreter does at its end, without taking everything apart that is shared.
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001
        atexit._run_exitfuncs()  # noqa: SLF001
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _run(argv: list[str]) -> int:
    try:
        if argv[0] == "-m":
            sys.path[0] = str(Path.cwd())
            sys.argv = argv[1:]
            return {"nursery": _nursery, "worker": worker.main}[argv[1].rpartition(".")[2]]()
        sys.path[0] = str(Path(argv[0]).parent)
        sys.argv = argv
        runpy.run_path(argv[0], run_name="__main__")
    except SystemExit as leaving:
        if isinstance(leaving.code, str):
            sys.stderr.write(f"{leaving.code}\n")
            return 1
        return leaving.code or 0
    except BaseException:  # noqa: BLE001 - shown as the interpreter would
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def _nursery() -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return nursery.attend(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    main()
