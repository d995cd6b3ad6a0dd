"""GitLab's code quality report (the artifact ``codequality``), shown in merge requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from mesh_tools.model.finding import Finding, Severity
from mesh_tools.report.lint.json import dumped
from mesh_tools.report.lint.report import Report
from mesh_tools.report.lint.safe import one_line

_SEVERITIES: Mapping[Severity, str] = {"off": "info", "info": "info", "warn": "minor", "error": "major"}
_NO_FILE = "mesh.yml"
"""Where a finding about no file is shown: GitLab requires a path."""


def as_gitlab(report: Report) -> str:
    """The findings that count. GitLab compares fingerprints with those of the target branch itself."""
    seen: Counter[str] = Counter()
    return dumped([_issue(finding, report, seen) for finding in report.new])


def _issue(finding: Finding, report: Report, seen: Counter[str]) -> dict[str, Any]:
    path, where = report.path_of(finding), finding.where
    fingerprint = finding.fingerprint
    seen[fingerprint] += 1
    return {
        "description": f"{one_line(finding.subject)} {one_line(finding.message)}",
        "check_name": f"{finding.code} {finding.name}",
        # It takes the second of two that are alike for the first.
        "fingerprint": fingerprint if seen[fingerprint] == 1 else f"{fingerprint}-{seen[fingerprint]}",
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": one_line(path.as_posix()) if path else _NO_FILE,
            "lines": {"begin": (where.line if where else None) or 1},
        },
    }
