"""The formats of reports, by name: each a function from a report to its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mesh_tools.report.lint.github import as_github
from mesh_tools.report.lint.gitlab import as_gitlab
from mesh_tools.report.lint.json import as_json
from mesh_tools.report.lint.junit import as_junit
from mesh_tools.report.lint.markdown import as_markdown
from mesh_tools.report.lint.report import Report
from mesh_tools.report.lint.sarif import as_sarif
from mesh_tools.report.lint.text import as_text

FORMATS: Mapping[str, Callable[[Report], str]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
    "gitlab": as_gitlab,
    "junit": as_junit,
    "markdown": as_markdown,
}
"""``text`` without colour; :func:`mesh_tools.report.lint.text.print_report` prints it to a terminal."""
