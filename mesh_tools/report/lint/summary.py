"""The sum of a run in words, which several formats end with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from mesh_tools.report.console import counted
from mesh_tools.report.lint.report import Report
from mesh_tools.report.lint.safe import one_line

_MANY = 12


def summary(report: Report) -> str:
    """``2 errors, 1 warning in 6 projects; 3 known, 1 suppressed; 2 fixable with --fix``."""
    counts = report.counts
    words = (("error", "error"), ("warn", "warning"), ("info", "info"))
    found = [_counted(counts[key], word) for key, word in words if counts[key]]
    parts = [f"{', '.join(found) or 'no findings'} in {counted(len(report.projects), 'project')}"]
    aside = [f"{counts[state]} {state}" for state in ("known", "suppressed") if counts[state]]
    parts += [", ".join(aside)] if aside else []
    fixable = sum(finding.fixable for finding in report.new)
    parts += [f"{fixable} fixable with --fix"] if fixable else []
    return "; ".join(parts)


def not_checked_lines(report: Report) -> Iterator[str]:
    """One line for each thing that is needed, with the rules and the projects that need it."""
    needs: defaultdict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for one in report.not_checked:
        everywhere = not one.projects or set(one.projects) >= set(report.projects)
        needs[one.need, () if everywhere else one.projects].append(one.code)
    for (need, projects), codes in needs.items():
        of = f" of {listed(projects)}" if projects else ""
        yield f"not checked{of}: {listed(codes)}: needs {one_line(need)}"


def listed(names: list[str] | tuple[str, ...]) -> str:
    """Names, the first of many."""
    shown = ", ".join(one_line(name) for name in names[:_MANY])
    return shown if len(names) <= _MANY else f"{shown} and {len(names) - _MANY} more"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if word == "info" else counted(number, word)
