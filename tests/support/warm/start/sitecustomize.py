"""Lets the process that was warmed up run what would import dbt here, and ends as it has ended.

Python imports this before anything else, in each process that has the folder of it on its path.
"""

import os
import sys

_NURSERY, _WORKER = "mesh_tools.build.work.nursery", "mesh_tools.build.work.worker"
_SCRIPTS = ("dbt", "dbt_ls.py", "dbt_server.py", "mesh", "sqlfluff")


def _hand_over() -> None:
    import json
    import socket
    from pathlib import Path

    # Whatever it has inherited, such as locks, the other inherits.
    descriptors = [int(path.name) for path in Path("/proc/self/fd").iterdir()]
    descriptors = [number for number in descriptors if _is_open(number) and os.get_inheritable(number)]
    request = {
        "argv": sys.orig_argv[1:],
        "cwd": str(Path.cwd()),
        "environment": dict(os.environ),
        "descriptors": descriptors,
    }
    with socket.socket(socket.AF_UNIX) as asked:
        asked.connect(os.environ["MESH_TESTS_WARM"])
        socket.send_fds(asked, [b"\n"], descriptors)
        asked.sendall(json.dumps(request).encode() + b"\n")
        for number in descriptors:
            os.close(number)
        answer = asked.makefile("rb").readline()
    code = int(answer) if answer else 1
    if code < 0:
        os.kill(os.getpid(), -code)
    os._exit(code)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _is_asked_for() -> bool:
    if "MESH_TESTS_WARM" not in os.environ or os.environ["MESH_TESTS_PREFIX"] != sys.prefix:
        return False
    program, *rest = sys.orig_argv[1:] or [""]
    if program == "-m":
        return rest[:1] == [_WORKER] or (rest[:1] == [_NURSERY] and "duckdb" in rest)
    return program.rpartition("/")[2] in _SCRIPTS


if _is_asked_for():
    _hand_over()
