"""Readers in processes of their own, which read all the while."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOLDS = (0.0, 0.0, 6.0)
"""Seconds that each reader keeps a file open."""


class Readers:
    """Readers that run, and what they have said."""

    def __init__(self, data: Path, folder: Path) -> None:
        self.reads = 0
        self._errors = folder / "reader-errors.txt"
        self._processes = [
            subprocess.Popen(
                [sys.executable, Path(__file__).with_name("reader.py"), data, self._errors, str(hold)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for hold in HOLDS
        ]

    def errors(self) -> list[str]:
        """What was found wrong; a reader that has ended is wrong, too."""
        gone = [f"a reader ended with {p.returncode}" for p in self._processes if p.poll() is not None]
        return gone + (self._errors.read_text().splitlines() if self._errors.exists() else [])

    def close(self) -> None:
        """End them, and count what they have read."""
        for process in self._processes:
            said, _ = process.communicate(timeout=60)
            self.reads += json.loads(said)["reads"] if said else 0


@contextmanager
def reading(data: Path, folder: Path) -> Iterator[Readers]:
    """Readers of the data in ``data``, as long as the block runs."""
    readers = Readers(data, folder)
    try:
        yield readers
    finally:
        readers.close()
