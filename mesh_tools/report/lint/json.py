"""The report for programs."""

from __future__ import annotations

from typing import Any

import msgspec

from mesh_tools.model.finding import Finding
from mesh_tools.report.lint.report import Report


def document(report: Report) -> dict[str, Any]:
    """The report as plain values."""
    return {
        "ok": not report.failed,
        "mesh": report.mesh,
        "projects": list(report.projects),
        "counts": dict(sorted(report.counts.items())),
        "findings": [finding_document(finding) for finding in report.findings],
        "not_checked": [msgspec.to_builtins(one) for one in report.not_checked],
    }


def finding_document(finding: Finding) -> dict[str, Any]:
    """A finding with its place flat, and its fingerprint."""
    where = finding.where
    plain = msgspec.to_builtins(finding)
    return {
        **{key: value for key, value in plain.items() if key != "where"},
        "state": finding.state,
        "side": finding.side,
        "fixable": finding.fixable,
        "fingerprint": finding.fingerprint,
        "file": where.path if where else None,
        "line": where.line if where else None,
        "column": where.column if where else None,
    }
