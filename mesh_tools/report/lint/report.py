"""What every format is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from msgspec import Struct

from mesh_tools.lint.linter import NotChecked, Outcome
from mesh_tools.lint.rule import Rule
from mesh_tools.model.finding import SEVERITIES, Finding, Severity


class Report(Struct, frozen=True, kw_only=True):
    """A finished run.

    Attributes:
        mesh: Its name; empty outside a mesh.
        projects: Names of those that were linted.
        findings: All, those that do not count too.
        not_checked: Rules that could not be asked.
        rules: Every rule that a finding may name, by code.
        fail_on: The least severity that fails.
    """

    mesh: str = ""
    projects: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    rules: Mapping[str, Rule] = {}
    fail_on: Severity = "error"

    @property
    def new(self) -> tuple[Finding, ...]:
        """The findings that count."""
        return tuple(finding for finding in self.findings if finding.state == "new")

    @property
    def failed(self) -> bool:
        """Whether a finding that counts is severe enough."""
        least = SEVERITIES.index(self.fail_on)
        return any(SEVERITIES.index(finding.severity) >= least for finding in self.new)

    @property
    def counts(self) -> Counter[str]:
        """How many findings count, by severity; how many are ``known`` and ``suppressed``."""
        found = Counter(finding.severity if finding.state == "new" else finding.state for finding in self.findings)
        return Counter({str(key): number for key, number in found.items()})


def report_of(outcome: Outcome, rules: Mapping[str, Rule], *, mesh: str, fail_on: Severity) -> Report:
    """The report of an outcome."""
    return Report(
        mesh=mesh,
        projects=outcome.projects,
        findings=outcome.findings,
        not_checked=outcome.not_checked,
        rules=rules,
        fail_on=fail_on,
    )
