"""The formats of reports, by name: each a function from a report to its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh_tools.report.lint.report import Report


def _as(name: str, report: Report) -> str:
    """Only the module of the format that is wanted is imported."""
    text: str = getattr(import_module(f"mesh_tools.report.lint.{name}"), f"as_{name}")(report)
    return text


FORMATS: Mapping[str, Callable[[Report], str]] = {
    name: partial(_as, name) for name in ("text", "json", "sarif", "github", "gitlab", "junit", "markdown")
}
"""``text`` without colour; :func:`mesh_tools.report.lint.text.print_report` prints it to a terminal."""
