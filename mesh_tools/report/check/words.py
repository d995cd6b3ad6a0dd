"""What several formats say in the same words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from mesh_tools.build.gates.values import GATES, Checkup, ImpactOf, Result
from mesh_tools.model.finding import Finding
from mesh_tools.report.console import counted
from mesh_tools.report.lint.report import Report
from mesh_tools.report.lint.safe import one_line
from mesh_tools.report.lint.summary import listed

MARKS = {"ok": "ok", "failed": "failed", "skipped": "-"}
EFFECTS = {"breaking": "breaks", "dangerous": "is in danger", "unknown": "may be hit"}
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
    base = one_line(checkup.base)
    since = f"{changed} changed since {base}"
    if not checkup.roles:
        return f"nothing to check: no project changed since {base}"
    if checkup.ok:
        return f"{number} checked ({since}), all good, in {checkup.seconds:.1f} s"
    failed = {gate: [one.project or checkup.mesh for one in failures(checkup) if one.gate == gate] for gate in GATES}
    parts = [f"{gate} of {listed(names)}" for gate, names in failed.items() if names]
    return f"{number} checked ({since}), in {checkup.seconds:.1f} s; failed: {'; '.join(parts)}"


def failures(checkup: Checkup) -> list[Result]:
    """The results that are no good."""
    return [result for result in checkup.results if result.verdict == "failed"]


def sentence(finding: Finding) -> str:
    """What is wrong, with what, in one line."""
    message = " ".join(finding.message.split())
    if finding.kind not in _OWN:
        return f"{finding.subject} {message}"
    return message if finding.subject in message else f"{finding.subject}: {message}"


def united(impact: Iterable[ImpactOf]) -> list[ImpactOf]:
    """Changes of many columns of a product that concern the same consumers in the same way, as one."""
    same: dict[tuple[object, ...], list[ImpactOf]] = {}
    for one in impact:
        hits = tuple((hit.label, hit.effect, hit.through) for hit in one.hits)
        same.setdefault((one.product, one.rule, one.effective, hits), []).append(one)
    return [_united(alike) for alike in same.values()]


def _united(alike: list[ImpactOf]) -> ImpactOf:
    first = alike[0]
    if len(alike) == 1:
        return first
    return replace(first, subject=first.product, message=f"{first.message}; so {len(alike) - 1} more of its columns")


def as_lint_report(checkup: Checkup) -> Report:
    """All findings as a report of the linter, for formats that are the same."""
    findings = tuple(
        replace(finding, subject=f"{finding.subject}:", message=" ".join(finding.message.split()))
        if finding.kind in _OWN
        else finding
        for finding in checkup.findings
    )
    names = tuple(checkup.roles)
    return Report(mesh=checkup.mesh, projects=names, findings=findings, rules=checkup.rules, base=checkup.base)
