"""Runs dbt many times in one process, which imports it once.

Each line of standard input is a JSON document with a ``folder`` and the dbt ``commands`` to run there; each gets one
line on standard output: ``null``, or what dbt said when a command failed.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from dbt.cli.main import dbtRunner
from dbt_common.tests import enable_test_caching

_COLLECTED_AFTER = 20
"""Requests."""


def main() -> None:
    """Answer until standard input ends."""
    enable_test_caching()
    # Of each project that was parsed much is left, which the collector would go through again and again.
    gc.disable()
    gc.freeze()
    answers = sys.stdout
    for number, line in enumerate(sys.stdin, start=1):
        if number % _COLLECTED_AFTER == 0:
            gc.collect()
        request = json.loads(line)
        os.chdir(request["folder"])
        answers.write(json.dumps(_run(request["commands"])) + "\n")
        answers.flush()


def _run(commands: list[list[str]]) -> str | None:
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        for command in commands:
            done = dbtRunner().invoke(["--no-send-anonymous-usage-stats", *command])
            if not done.success:
                return f"dbt {' '.join(command)}: {done.exception}\n{said.getvalue()}"
    return None


if __name__ == "__main__":
    main()
