"""The one error that users see, and the exit codes of every command.

Raise :class:`MeshError` as deep as the mistake is known; only ``cli`` prints it, once, as

    error: what is wrong
      --> projects/fleet/dependencies.yml:3
      hint: what to do next
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum
from pathlib import Path


class ExitCode(IntEnum):
    """Exit codes of ``mesh``, the same for every command."""

    OK = 0
    """Done, nothing to report."""
    FAILED = 1
    """It ran, and something failed or was refused: a model, a test, a ref, a check."""
    USAGE = 2
    """It could not run: the command line, a file that it needs, the registry, a missing package."""
    NOTHING_MATCHED = 3
    """It ran, and there was nothing to look at: what was selected matched nothing. `mesh lint` alone returns it."""


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file. ``line`` and ``column`` count from 1; ``None`` means the whole file."""

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """``path[:line[:column]]``, the form that editors and terminals turn into links."""
        parts = [self.path, *(str(n) for n in (self.line, self.column) if n is not None)]
        return ":".join(parts)

    @classmethod
    def of(cls, path: Path | str, line: int | None = None, column: int | None = None) -> Location:
        """A location whose path is shown relative to the working directory when it lies below it."""
        return cls(display_path(path), line, column)


class MeshError(Exception):
    """Something that the user can mend.

    Attributes:
        message: What is wrong, in one sentence without a full stop.
        hint: What to do next; may hold several lines.
        where: The file, and the line where it is known.
        exit_code: What the process returns when this error ends it.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        where: Location | None = None,
        exit_code: ExitCode = ExitCode.USAGE,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where
        self.exit_code = exit_code

    def __str__(self) -> str:
        """The error as one plain text, for logs and tests."""
        lines = [self.message]
        if self.where:
            lines.append(f"  --> {self.where}")
        if self.hint:
            first, *rest = self.hint.splitlines()
            lines += [f"  hint: {first}", *(f"        {line}" for line in rest)]
        return "\n".join(lines)


def display_path(path: Path | str) -> str:
    """``path`` relative to the working directory when it lies below it, else as it is."""
    try:
        return str(Path(path).resolve().relative_to(Path.cwd()))
    except (ValueError, OSError, RuntimeError):  # RuntimeError: a loop of links, before Python 3.13
        return str(path)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The nearest of ``known`` to ``word``, as ``did you mean 'x'?``, or ``None`` when nothing is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else None
