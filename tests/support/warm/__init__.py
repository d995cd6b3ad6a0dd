"""Programs that start from a process in which dbt is imported and warmed up already.

Importing dbt and warming it up takes four seconds of CPU, which hundreds of runs of ``mesh`` and ``dbt`` would each pay
anew. Here one process pays it (:mod:`support.warm.server`), and is forked for each program that is to run: all of the
program's own code runs, in a process, session, folder and environment of its own.

What is started by others, such as the nursery and the workers of ``mesh``, or ``mesh`` by a shell, is handed over by
``sitecustomize.py`` in ``start``, which is on the path of all that is started here. Tests about the starting, the
killing and the ending of processes start them as users do, see :mod:`support.processes`.
"""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO

_HERE = Path(__file__).parent
_PROGRAMS = ("dbt", "mesh")
_CAN_FORK = sys.platform == "linux"
"""As for the nursery: elsewhere everything is started anew, and tests take longer."""


class Warm:
    """The process that is forked, as those that ask it see it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="warm")
        address = f"{self._folder.name}/asked"
        self.environment = {
            "MESH_TESTS_WARM": address,
            "MESH_TESTS_PREFIX": sys.prefix,
            "PYTHONPATH": os.pathsep.join(filter(None, [str(_HERE / "start"), os.environ.get("PYTHONPATH")])),
        }
        self._address = address
        self._process = subprocess.Popen(
            [sys.executable, _HERE / "server.py", address], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"warm\n"
        self._process.stdout.close()

    def close(self) -> None:
        """End it: nobody holds its standard input any more."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._folder.cleanup()

    def run(
        self, command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run a Python program, as ``subprocess.run`` with ``capture_output`` does."""
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            with Path(os.devnull).open("rb") as nothing:
                code = self._ask(command, cwd, env, [nothing, output, errors])
            return subprocess.CompletedProcess(list(command), code, _text(output), _text(errors))

    def _ask(
        self, command: Sequence[str | Path], cwd: Path, env: Mapping[str, str], streams: Sequence[IO[bytes]]
    ) -> int:
        request = {
            "argv": [*map(str, command)],
            "cwd": str(cwd),
            "environment": {**env, **self.environment},
            "descriptors": [0, 1, 2],
        }
        with socket.socket(socket.AF_UNIX) as asked:
            asked.connect(self._address)
            socket.send_fds(asked, [b"\n"], [stream.fileno() for stream in streams])
            asked.sendall(json.dumps(request).encode() + b"\n")
            with asked.makefile("rb") as answer:
                return int(answer.readline())


@cache
def warm() -> Warm:
    """The one of this test process, which ends with it."""
    made = Warm()
    atexit.register(made.close)
    return made


def run(command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a program and capture what it prints; ``mesh`` and ``dbt`` start warm."""
    if _CAN_FORK and Path(command[0]).name in _PROGRAMS:
        return warm().run(command, cwd=cwd, env=env)
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def warm_variables() -> dict[str, str]:
    """Environment variables by which ``mesh`` and ``dbt`` start warm, whatever starts them."""
    return warm().environment if _CAN_FORK else {}


def warm_environment() -> dict[str, str]:
    """The environment of this process, with :func:`warm_variables`."""
    return {**os.environ, **warm_variables()}


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode().replace("\r\n", "\n")
