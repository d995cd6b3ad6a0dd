"""What every format is made of."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path, PurePath

from mesh_tools.lint.outcome import NotChecked, Outcome
from mesh_tools.lint.rule import Rule
from mesh_tools.model.finding import SEVERITIES, Finding, Severity

MOST_SEVERE_FIRST: tuple[Severity, ...] = tuple(reversed(SEVERITIES[1:]))


class Report:
    """A finished run.

    Attributes:
        mesh: Its name; empty outside a mesh.
        projects: Names of those that were linted, and are told of.
        findings: All, those that do not count too.
        not_checked: Rules that could not be asked.
        asked: Codes of the rules that were asked, by project; ``""``: the mesh.
        rules: Every rule that a finding may name, by code.
        fail_on: The least severity that fails.
        base: What findings were compared with, in words; empty: nothing.
        folder: The working directory: paths of findings are relative to it.
        root: The folder that paths for other programs are relative to: that of the repository.
    """

    def __init__(  # noqa: PLR0913 - one for each attribute
        self,
        *,
        mesh: str = "",
        projects: tuple[str, ...] = (),
        findings: tuple[Finding, ...] = (),
        not_checked: tuple[NotChecked, ...] = (),
        asked: Mapping[str, frozenset[str]] | None = None,
        rules: Mapping[str, Rule] | None = None,
        fail_on: Severity = "error",
        base: str = "",
        folder: Path | None = None,
        root: Path | None = None,
    ) -> None:
        self.mesh = mesh
        self.projects = projects
        self.findings = findings
        self.not_checked = not_checked
        self.asked = asked or {}
        self.rules = rules or {}
        self.fail_on = fail_on
        self.base = base
        self.folder = folder or Path.cwd()
        self.root = root or repository_of(self.folder)

    @cached_property
    def new(self) -> tuple[Finding, ...]:
        """The findings that count."""
        return tuple(finding for finding in self.findings if finding.state == "new")

    @property
    def failed(self) -> bool:
        """Whether a finding that counts is severe enough."""
        return any(self.fails(finding) for finding in self.new)

    @cached_property
    def counts(self) -> Counter[str]:
        """How many findings count, by severity; how many are ``known`` and ``suppressed``."""
        found = Counter(finding.severity if finding.state == "new" else finding.state for finding in self.findings)
        return Counter({str(key): number for key, number in found.items()})

    @property
    def is_compared(self) -> bool:
        """Whether findings were compared with a base."""
        return bool(self.base or self.counts["known"])

    def fails(self, finding: Finding) -> bool:
        """Whether ``finding`` counts, and is severe enough to fail."""
        severe = SEVERITIES.index(finding.severity) >= SEVERITIES.index(self.fail_on)
        return severe and finding.state == "new"

    def path_of(self, finding: Finding) -> PurePath | None:
        """The file at fault, relative to ``root`` if it is below that; ``None`` when no file is."""
        if finding.where is None or not finding.where.path:
            return None
        whole = PurePath(os.path.normpath(self.folder / finding.where.path))
        return whole.relative_to(self.root) if whole.is_relative_to(self.root) else whole


def report_of(outcome: Outcome, rules: Mapping[str, Rule], *, mesh: str, fail_on: Severity, base: str = "") -> Report:
    """The report of an outcome."""
    return Report(
        mesh=mesh,
        projects=outcome.told,
        findings=outcome.findings,
        not_checked=outcome.not_checked,
        asked={name: codes for name, codes in outcome.asked.items() if name in {"", *outcome.told}},
        rules=rules,
        fail_on=fail_on,
        base=base,
    )


def repository_of(folder: Path) -> Path:
    """The root of the repository that ``folder`` is in; ``folder`` itself when it is in none."""
    folder = folder.resolve()
    return next((above for above in (folder, *folder.parents) if (above / ".git").exists()), folder)


def by_severity(finding: Finding) -> int:
    """Sorts what is most severe to the front."""
    return -SEVERITIES.index(finding.severity)
