"""A worker whose mesh was killed in the middle of a request."""

from __future__ import annotations

import subprocess
import sys


def test_a_request_that_was_cut_short_ends_the_worker() -> None:
    """Else it would wait for ever, and with it everybody who waits for its lock."""
    done = subprocess.run(
        [sys.executable, "-m", "mesh_tools.build.work.worker"],
        input=b'{"cwd": "/", "log": "/dev/null", "comm',
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
