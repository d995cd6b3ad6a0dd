"""Workflow commands of GitHub Actions, which become annotations of the lines at fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mesh_tools.model.finding import Finding, Severity
from mesh_tools.report.lint.report import Report, by_severity
from mesh_tools.report.lint.safe import one_line
from mesh_tools.report.lint.summary import not_checked_lines, summary

_COMMANDS: Mapping[Severity, str] = {"off": "debug", "info": "notice", "warn": "warning", "error": "error"}
_IN_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def as_github(report: Report) -> str:
    """A command for each finding that counts, the most severe first: GitHub shows ten of each kind."""
    return "\n".join([*commands(report), *map(_plain, _closing(report))]) + "\n"


def commands(report: Report) -> list[str]:
    """The commands alone."""
    return [_command(finding, report) for finding in sorted(report.new, key=by_severity)]


def _command(finding: Finding, report: Report) -> str:
    text = f"{one_line(finding.subject)} {one_line(finding.message)}"
    help_text = f"\nhelp: {one_line(finding.hint)}" if finding.hint else ""
    properties = ",".join(f"{key}={value.translate(_IN_PROPERTY)}" for key, value in _properties(finding, report))
    return f"::{_COMMANDS[finding.severity]} {properties}::{(text + help_text).translate(_IN_DATA)}"


def _properties(finding: Finding, report: Report) -> Iterator[tuple[str, str]]:
    path, where = report.path_of(finding), finding.where
    if path is not None:
        yield "file", one_line(path.as_posix())
    if where is not None and where.line is not None:
        yield "line", str(where.line)
        if where.column is not None:
            yield "col", str(where.column)
    yield "title", f"{finding.code} {finding.name}"


def _closing(report: Report) -> Iterator[str]:
    yield from not_checked_lines(report)
    yield summary(report)


def _plain(line: str) -> str:
    """A line of the log that is no command, whatever the names in it are."""
    return f"mesh lint: {line}"
