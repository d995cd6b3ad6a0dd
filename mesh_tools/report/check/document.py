"""The report for programs. What it has stays, more may come."""

from __future__ import annotations

from typing import Any

import msgspec

from mesh_tools.build.gates.values import Checkup
from mesh_tools.report.lint.json import dumped, finding_document

VERSION = "1.0"


def as_json(checkup: Checkup) -> str:
    """The report as text."""
    return dumped(document(checkup))


def document(checkup: Checkup) -> dict[str, Any]:
    """The report as plain values, see docs/check.md."""
    return {
        "version": VERSION,
        "ok": checkup.ok,
        "mesh": checkup.mesh,
        "environment": checkup.environment,
        "base": checkup.base,
        "seconds": checkup.seconds,
        "projects": [{"project": name, "role": role} for name, role in checkup.roles.items()],
        "gates": [
            {
                "gate": result.gate,
                "project": result.project,
                "verdict": result.verdict,
                "seconds": result.seconds,
                "summary": result.summary,
            }
            for result in checkup.results
        ],
        "findings": [
            {"gate": result.gate, **msgspec.to_builtins(finding_document(finding))}
            for result in checkup.results
            for finding in result.findings
        ],
        "impact": [msgspec.to_builtins(one) for one in checkup.impact],
        "notify": [msgspec.to_builtins(one) for one in checkup.notify],
        "not_checked": list(checkup.not_checked),
    }
