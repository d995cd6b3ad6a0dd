"""What several formats say in the same words."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from mesh_tools.build.gates.values import GATES, Checkup, Result
from mesh_tools.model.finding import Finding
from mesh_tools.report.console import counted
from mesh_tools.report.lint.report import Report
from mesh_tools.report.lint.summary import listed

MARKS = {"ok": "ok", "failed": "failed", "skipped": "-"}
EFFECTS = {"breaking": "breaks", "dangerous": "is in danger", "unknown": "may be hit: not checked"}
_OWN = frozenset({"project", "contract"})
"""Kinds of findings whose message is a whole sentence."""


def rows(checkup: Checkup) -> Iterator[tuple[str, dict[str, Result]]]:
    """Each project, and the mesh itself where it has results, with its result by gate."""
    found: dict[str, dict[str, Result]] = {name: {} for name in checkup.roles}
    for result in checkup.results:
        found.setdefault(result.project, {})[result.gate] = result
    yield from ((name or checkup.mesh, results) for name, results in found.items())


def headline(checkup: Checkup) -> str:
    """The verdict, in one sentence."""
    number = counted(len(checkup.roles), "project")
    changed = sum(role == "changed" for role in checkup.roles.values())
    since = f"{changed} changed since {checkup.base}"
    if not checkup.roles:
        return f"nothing to check: no project changed since {checkup.base}"
    if checkup.ok:
        return f"{number} checked ({since}), all good, in {checkup.seconds:.1f} s"
    failed = {gate: [one.project or checkup.mesh for one in failures(checkup) if one.gate == gate] for gate in GATES}
    parts = [f"{gate} of {listed(names)}" for gate, names in failed.items() if names]
    return f"{number} checked ({since}), in {checkup.seconds:.1f} s; failed: {'; '.join(parts)}"


def failures(checkup: Checkup) -> list[Result]:
    """The results that are no good."""
    return [result for result in checkup.results if result.verdict == "failed"]


def sentence(finding: Finding) -> str:
    """What is wrong, with what."""
    if finding.kind not in _OWN:
        return f"{finding.subject} {finding.message}"
    return finding.message if finding.subject in finding.message else f"{finding.subject}: {finding.message}"


def as_lint_report(checkup: Checkup) -> Report:
    """All findings as a report of the linter, for formats that are the same."""
    findings = tuple(
        replace(finding, subject=f"{finding.subject}:") if finding.kind in _OWN else finding
        for finding in checkup.findings
    )
    names = tuple(checkup.roles)
    return Report(mesh=checkup.mesh, projects=names, findings=findings, rules=checkup.rules, base=checkup.base)
