"""The line at fault as it stands in its file, with a mark below the word that is meant."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct
from rich.cells import cell_len

from mesh_tools.errors import Location
from mesh_tools.report.lint.safe import visible

_WIDTH = 100
_BEFORE = 40
_WORD = re.compile(r"[\w.-]+")
_LARGE = 5_000_000
"""Bytes; a file beyond is data, of which no line is shown."""


class Excerpt(Struct, frozen=True):
    """One line, safe to print.

    Attributes:
        text: Of the line, cut where it is long.
        indent: Cells before the mark.
        width: Cells of the mark; 0: there is none.
    """

    text: str
    indent: int = 0
    width: int = 0


class Lines:
    """The lines of files; each file is read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, list[str]] = {}

    def excerpt(self, where: Location) -> Excerpt | None:
        """The line at ``where``; ``None`` when it is not known, or cannot be read."""
        if where.line is None:
            return None
        lines = self._lines(where.path)
        if not 0 < where.line <= len(lines) or not lines[where.line - 1].strip():
            return None
        return _excerpt(lines[where.line - 1], where.column)

    def _lines(self, path: str) -> list[str]:
        if path not in self._files:
            try:
                file = self._folder / path
                text = file.read_text(encoding="utf-8", errors="replace") if file.stat().st_size < _LARGE else ""
            except (OSError, ValueError):
                text = ""
            self._files[path] = text.split("\n")
        return self._files[path]


def _excerpt(line: str, column: int | None) -> Excerpt:
    line = line.rstrip("\r\n")
    if column is None or column > len(line):
        return Excerpt(_shown(line.strip()[:_WIDTH]))
    at = column - 1
    start = at - _BEFORE if at > _WIDTH - _BEFORE else 0
    dots = "..." if start else ""
    word = _WORD.match(line, at)
    meant = line[at : word.end() if word else at + 1][: _WIDTH - _BEFORE]
    end = max(start + _WIDTH, at + len(meant))
    return Excerpt(
        text=dots + _shown(line[start:end]) + ("..." if end < len(line) else ""),
        indent=cell_len(dots + _shown(line[start:at])),
        width=max(1, cell_len(_shown(meant))),
    )


def _shown(text: str) -> str:
    return visible(text.replace("\t", "    "))
