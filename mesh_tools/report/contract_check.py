"""What `mesh contract check` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.text import Text

from mesh_tools.build.checking import Checked
from mesh_tools.contracts.check import Finding
from mesh_tools.report.console import counted
from mesh_tools.report.contract import comparison_document, print_notes


def print_checks(to: Console, found: Sequence[Checked], notes: Sequence[str]) -> None:
    """One line for each project, then what was found, then the sum."""
    width = max((len(checked.project) for checked in found), default=0)
    for checked in found:
        mark, style = ("ok", "green") if checked.ok else ("refused", "red")
        to.print(Text.assemble(f"{checked.project:<{width}}  ", (mark, style), f"  {_summary(checked)}"))
    for checked in found:
        for finding in checked.findings:
            _print_finding(to, finding)
    print_notes(to, notes)
    to.print(Text(_sum(found), style="bold"))


def _summary(checked: Checked) -> str:
    if checked.comparison is None:
        return "not checked"
    changes = counted(len(checked.comparison.changes), "change")
    known = f"; {'; '.join(checked.comparison.notes)}" if checked.comparison.notes else ""
    return f"{changes} since {checked.comparison.base.label}{known}"


def _print_finding(to: Console, finding: Finding) -> None:
    label, style = ("error", "bold red") if finding.error else ("warning", "bold yellow")
    to.print(Text.assemble((f"{label}: ", style), (f"{_subject(finding)}{finding.message}", "bold")))
    for number, line in enumerate(finding.hint.splitlines()):
        to.print(Text.assemble(("  hint: " if number == 0 else "        ", "cyan"), line))


def _subject(finding: Finding) -> str:
    return "" if finding.subject in finding.message else f"{finding.subject}: "


def _sum(found: Sequence[Checked]) -> str:
    findings = [finding for checked in found for finding in checked.findings]
    errors = sum(finding.error for finding in findings)
    warnings = len(findings) - errors
    projects = counted(len(found), "project")
    said = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}" if findings else "all as promised"
    return f"{projects} checked: {said}"


def check_document(found: Sequence[Checked], notes: Sequence[str]) -> dict[str, Any]:
    """The same for programs."""
    return {
        "ok": all(checked.ok for checked in found),
        "notes": list(notes),
        "projects": [
            {
                "project": checked.project,
                "ok": checked.ok,
                "findings": [msgspec.to_builtins(finding) for finding in checked.findings],
                "comparison": comparison_document(checked.comparison, checked.result)
                if checked.comparison and checked.result
                else None,
            }
            for checked in found
        ],
    }
