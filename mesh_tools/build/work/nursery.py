"""The process that workers are forked from: dbt imported, and warmed up by a tiny build.

A forked child shares what its parent has in memory, so that the warming up is paid for once. It must never be forked
from a process with native threads, which a child would wait for in vain: dbt's static parser starts some, and DuckDB's
default connection one. So the warming up goes without the first, closes the second, and is checked.

The nursery is asked over a Unix socket: each message carries the two file descriptors of a new worker. It answers with
``{"born": pid}``, and later ``{"died": pid, "status": ...}``. It ends when the socket does.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import tempfile
from pathlib import Path

from mesh_tools.build.work.worker import close_connections, import_dbt, serve

_PROJECT = {
    "dbt_project.yml": "{name: warm, version: 1.0.0, profile: warm}",
    "profiles.yml": "warm: {target: dev, outputs: {dev: {type: duckdb, path: warm.duckdb, threads: 1,"
    " config_options: {threads: 1}}}}",
    "models/one.sql": "{{ config(materialized='table') }} select 1 as id",
    "models/two.sql": "{{ config(materialized='view') }} select * from {{ ref('one') }}",
    "models/one.yml": "models: [{name: one, config: {contract: {enforced: true}},"
    " columns: [{name: id, data_type: integer, data_tests: [not_null, unique]}]}]",
}


def main() -> int:
    """Warm up, then fork a worker for each message on the socket whose number is the first argument."""
    asked = socket.socket(fileno=int(sys.argv[1]))
    _silence()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # mesh alone decides when to end
    warm_up(duckdb="duckdb" in sys.argv[2:])
    return attend(asked)


def attend(asked: socket.socket) -> int:
    """Fork a worker for each message on the socket, up to its end; this process has been warmed up.

    Returns:
        The exit code.
    """
    if native_threads() > 1:
        asked.sendall(b'{"unfit": true}\n')
        return 1
    return _Nursery(asked).run()


def warm_up(*, duckdb: bool) -> None:
    """Import dbt and run it once, so that what it imports and fills lazily is there.

    Args:
        duckdb: Whether DuckDB is the adapter; else dbt is imported, and nothing run.
    """
    dbt_runner = import_dbt()
    if duckdb:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in _PROJECT.items():
                path = Path(folder, name)
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
            os.chdir(folder)
            places = ["--project-dir", folder, "--profiles-dir", folder, "--target-path", "t", "--log-path", "l"]
            quiet = ["--quiet", "--log-level-file", "none", "--no-version-check", "--no-send-anonymous-usage-stats"]
            dbt_runner().invoke(["build", "--no-static-parser", "--no-partial-parse", *places, *quiet])
            os.chdir("/")
        close_connections()
        import duckdb as engine  # noqa: PLC0415

        engine.default_connection().close()
    gc.collect()
    gc.freeze()  # or the collector would touch, and so copy, what the children share


def native_threads() -> int:
    """How many threads this process has; 1 where the system does not tell."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else 1


class _Nursery:
    def __init__(self, asked: socket.socket) -> None:
        self._asked = asked

    def run(self) -> int:
        # A child's end interrupts the wait for the next message.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer)
        while self._wait(reader):
            pass
        return 0

    def _wait(self, reader: int) -> bool:
        import select  # noqa: PLC0415 - after the fork nobody needs it

        ready, _, _ = select.select([self._asked, reader], [], [])
        if reader in ready:
            os.read(reader, 4096)
            self._bury()
        return self._asked not in ready or self._give_birth()

    def _give_birth(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._asked, 1, 2)
        if not message:
            return False
        pid = os.fork()
        if pid == 0:
            self._live(*descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        self._say(born=pid)
        return True

    def _live(self, requests: int, events: int) -> None:
        """What the child does, up to its end."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self._asked.close()
            _open_default_connection()
            serve(requests, events)
            code = 0
        except KeyboardInterrupt:
            code = 128 + signal.SIGINT
        finally:
            sys.stdout.flush()
            os._exit(code)

    def _bury(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._say(died=pid, status=os.waitstatus_to_exitcode(status))

    def _say(self, **fields: int) -> None:
        try:
            self._asked.sendall(json.dumps(fields).encode() + b"\n")
        except OSError:
            os._exit(0)  # nobody is there any more


def _open_default_connection() -> None:
    """Give Python models that use ``duckdb.sql`` a default connection again, where DuckDB is loaded."""
    if "duckdb" in sys.modules:
        engine = sys.modules["duckdb"]
        engine.set_default_connection(engine.connect())


def _silence() -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)


if __name__ == "__main__":
    sys.exit(main())
