"""The formats of the report, by name: each a function from a finished check to its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import StringIO

from mesh_tools.build.gates.values import Checkup
from mesh_tools.report.check.document import as_json
from mesh_tools.report.check.github import as_github
from mesh_tools.report.check.junit import as_junit
from mesh_tools.report.check.markdown import as_markdown
from mesh_tools.report.check.text import print_checkup
from mesh_tools.report.check.words import as_lint_report
from mesh_tools.report.console import console
from mesh_tools.report.lint.gitlab import as_gitlab
from mesh_tools.report.lint.sarif import as_sarif


def as_text(checkup: Checkup) -> str:
    """The report for people, without colour."""
    stream = StringIO()
    print_checkup(console(stream), checkup)
    return stream.getvalue()


FORMATS: Mapping[str, Callable[[Checkup], str]] = {
    "text": as_text,
    "json": as_json,
    "markdown": as_markdown,
    "github": as_github,
    "gitlab": lambda checkup: as_gitlab(as_lint_report(checkup)),
    "junit": as_junit,
    "sarif": lambda checkup: as_sarif(as_lint_report(checkup), "mesh check"),
}
