"""`mesh lint --fix` and `--diff`."""

from __future__ import annotations

import sys

from msgspec.structs import replace

from mesh_tools.errors import ExitCode, display_path
from mesh_tools.lint.fixes.mending import Mending, mend
from mesh_tools.lint.outcome import Outcome
from mesh_tools.report.console import console, counted


def print_diff(outcome: Outcome) -> ExitCode:
    """Print what ``--fix`` would do, for `git apply` too; what cannot be fixed is told beside it."""
    mending = mend(outcome, outcome.roots)
    for change in mending.changes:
        sys.stdout.write(change.diff())
    if mending.changes:
        _say(f"would fix {_fixed(mending)}")
    else:
        _say("nothing to fix")
    _tell_unfixed(mending)
    return ExitCode.FAILED if mending.changes else ExitCode.OK


def fix(outcome: Outcome) -> Outcome:
    """Fix what is certain.

    Returns:
        What is left to be reported.

    Raises:
        MeshError: a file cannot be written.
    """
    mending = mend(outcome, outcome.roots)
    mending.write()
    if mending.changes:
        _say(f"fixed {_fixed(mending)}: {', '.join(display_path(change.path) for change in mending.changes)}")
        _say("dbt has to parse again what was changed: `mesh build`, or `dbt parse`")
    _tell_unfixed(mending)
    done = {id(finding) for finding in mending.fixed}
    left = [pair for pair in zip(outcome.findings, outcome.pending, strict=True) if id(pair[0]) not in done]
    return replace(
        outcome, findings=tuple(finding for finding, _ in left), pending=tuple(pending for _, pending in left)
    )


def _fixed(mending: Mending) -> str:
    return f"{counted(len(mending.fixed), 'finding')} in {counted(len(mending.changes), 'file')}"


def _tell_unfixed(mending: Mending) -> None:
    for unfixed in mending.unfixed:
        finding = unfixed.finding
        _say(f"not fixed: {finding.code} {finding.subject} ({finding.where or finding.path}): {unfixed.reason}")


def _say(text: str) -> None:
    """On standard error: standard output is for the report, or for the diff."""
    console(sys.stderr).print(text, markup=False)
