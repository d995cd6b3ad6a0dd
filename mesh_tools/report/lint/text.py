"""The report for people: by project and file, each finding with the line at fault and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from io import StringIO
from itertools import groupby

from rich.console import Console
from rich.text import Text

from mesh_tools.errors import Location
from mesh_tools.model.finding import Finding, Severity
from mesh_tools.report.console import console
from mesh_tools.report.lint.excerpt import Lines
from mesh_tools.report.lint.report import Report
from mesh_tools.report.lint.safe import one_line
from mesh_tools.report.lint.summary import not_checked_lines, summary

COLOURS: Mapping[Severity, str] = {"off": "dim", "info": "cyan", "warn": "yellow", "error": "red"}

Part = tuple[str, str]
"""A text, and its style."""

_IN_FULL = 3
"""Findings of one rule in a project that are shown with their lines; the others take one line each."""


def as_text(report: Report) -> str:
    """The report without colour."""
    stream = StringIO()
    print_report(console(stream), report)
    return stream.getvalue()


def print_report(to: Console, report: Report) -> None:
    """Findings that count, what could not be checked, and the sum."""
    printer = _Printer(to, report)
    for project, findings in groupby(sorted(report.new, key=_project), key=_project):
        printer.project(project, list(findings))
    for line in not_checked_lines(report):
        printer.line((line, "yellow"))
    printer.line((summary(report), "bold red" if report.failed else "bold yellow" if report.new else "bold green"))


def _project(finding: Finding) -> str:
    return finding.project


class _Printer:
    def __init__(self, to: Console, report: Report) -> None:
        self._to = to
        self._report = report
        self._lines = Lines(report.folder)
        self._advised: set[tuple[str, str]] = set()

    def line(self, *parts: Part, wrap: bool = True) -> None:
        """Print a line of texts with their styles."""
        if self._to.is_terminal:
            self._to.print(Text.assemble(*parts), no_wrap=not wrap, overflow=None if wrap else "ellipsis")
        else:  # a tenth of the time
            self._to.file.write("".join(text for text, _ in parts) + "\n")

    def project(self, project: str, findings: list[Finding]) -> None:
        domain = findings[0].domain
        of = f" ({one_line(domain)})" if domain and domain != project else ""
        self.line((f"{one_line(project or self._report.mesh or 'mesh')}{of}", "bold underline"))
        shown: Counter[str] = Counter()
        for file, group in groupby(findings, key=lambda finding: finding.where.path if finding.where else ""):
            self.line((f"  {one_line(file) or 'no file'}", "bold"))
            for finding in group:
                shown[finding.code] += 1
                self._finding(finding, in_full=shown[finding.code] <= _IN_FULL)
        self.line()

    def _finding(self, finding: Finding, *, in_full: bool) -> None:
        where = finding.where or Location("")
        at = ":".join(str(number) for number in (where.line, where.column) if number is not None)
        colour = COLOURS[finding.severity]
        code = (f"{finding.severity}[{finding.code}]", f"bold {colour}")
        said = f" {one_line(finding.subject)} {one_line(finding.message)}"
        mark = "  [fixable with --fix]" if finding.fixable else ""
        self.line((f"    {at}{' ' if at else ''}", ""), code, (said, ""), (mark, "cyan"))
        if in_full:
            self._excerpt(where, colour)
        if finding.hint and (finding.code, finding.hint) not in self._advised:
            self._advised.add((finding.code, finding.hint))
            self.line(("      = help: ", "cyan"), (one_line(finding.hint), ""))

    def _excerpt(self, where: Location, colour: str) -> None:
        excerpt = self._lines.excerpt(where)
        if excerpt is None:
            return
        number = str(where.line)
        self.line((f"      {number} | ", "blue"), (excerpt.text, ""), wrap=False)
        if excerpt.width:
            mark = " " * excerpt.indent + "^" * excerpt.width
            self.line((f"      {' ' * len(number)} | ", "blue"), (mark, f"bold {colour}"), wrap=False)
