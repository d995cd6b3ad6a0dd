"""What gates find, as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from mesh_tools.errors import MeshError
from mesh_tools.lint.rule import Rule
from mesh_tools.model.change import ChangeClass, Hit
from mesh_tools.model.finding import Finding, Severity

Verdict = Literal["ok", "failed", "skipped"]
"""``skipped``: a gate before has failed the project, so that this one could tell nothing true of it."""
Role = Literal["changed", "consumer", "other"]
"""A project that changed since the base, one that reads such a project, directly or not, and the rest."""

GATES = ("sync", "parse", "lint", "contract", "impact")
"""All of them, in the order of the report."""

WHOLE_MESH = ""
"""Stands for a project in what is of the mesh itself."""


class Result(Struct, frozen=True, kw_only=True):
    """What one gate says of one project.

    Attributes:
        gate: Its name, one of :data:`GATES`.
        project: Its name; :data:`WHOLE_MESH` for what is of no single one.
        verdict: Whether it passes.
        seconds: What the gate took for it.
        summary: In a few words.
        findings: Errors and warnings, as the linter has them.
    """

    gate: str
    project: str
    verdict: Verdict
    seconds: float = 0.0
    summary: str = ""
    findings: tuple[Finding, ...] = ()


class ImpactOf(Struct, frozen=True, kw_only=True):
    """A change of a promise that concerns somebody.

    Attributes:
        project: Whose promise it is.
        product: The product, with its version: ``operations.flights.v2``.
        subject: The same, or the column of it that is concerned.
        rule: Of the change, such as ``CHG003``.
        message: What changed.
        effective: The class, once consumers were looked at.
        hits: Those concerned.
    """

    project: str
    product: str
    subject: str
    rule: str
    message: str
    effective: ChangeClass
    hits: tuple[Hit, ...]


class Notice(Struct, frozen=True, kw_only=True):
    """Somebody to tell, and of which models and exposures."""

    owner: str
    nodes: tuple[str, ...]


class Checkup(Struct, frozen=True, kw_only=True):
    """A finished `mesh check`.

    Attributes:
        mesh: Its name.
        environment: That was checked.
        base: What changes are counted from, in words.
        roles: Of the projects, in the order in which they were checked.
        results: One for each gate and project.
        impact: Changes that concern consumers.
        notify: Whom to tell of them.
        not_checked: What is not known, in words.
        rules: Of the linter, by code: what findings name.
        seconds: All in all.
    """

    mesh: str
    environment: str
    base: str
    roles: dict[str, Role]
    results: tuple[Result, ...] = ()
    impact: tuple[ImpactOf, ...] = ()
    notify: tuple[Notice, ...] = ()
    not_checked: tuple[str, ...] = ()
    rules: Mapping[str, Rule] = {}
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether no gate has failed."""
        return not any(result.verdict == "failed" for result in self.results)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Of all gates, the most severe first."""
        found = [finding for result in self.results for finding in result.findings]
        return tuple(sorted(found, key=lambda finding: finding.severity != "error"))


def told(gate: str, project: str, error: MeshError, severity: Severity = "error") -> Finding:
    """An error or a warning of a gate, as a finding."""
    return Finding(
        code=gate.upper(),
        name=f"{gate}-{'refused' if severity == 'error' else 'warning'}",
        severity=severity,
        project=project,
        kind="project",
        subject=project,
        message=error.message,
        hint=error.hint or "",
        key=error.message,
        where=error.where,
    )


def verdict_of(findings: tuple[Finding, ...]) -> Verdict:
    """``failed`` when one of ``findings`` is an error."""
    return "failed" if any(finding.severity == "error" for finding in findings) else "ok"
