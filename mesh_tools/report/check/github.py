"""Workflow commands of GitHub Actions, as `mesh lint` has them, then what the log shows."""

from __future__ import annotations

from mesh_tools.build.gates.values import Checkup
from mesh_tools.report.check.words import as_lint_report, headline
from mesh_tools.report.lint.github import commands
from mesh_tools.report.lint.safe import one_line


def as_github(checkup: Checkup) -> str:
    """A command for each finding, the most severe first, and the verdict."""
    log = [f"not checked: {note}" for note in checkup.not_checked] + [headline(checkup)]
    # With a word before, no name in a line can make a command of it.
    return "\n".join([*commands(as_lint_report(checkup)), *(f"mesh check: {one_line(line)}" for line in log)]) + "\n"
