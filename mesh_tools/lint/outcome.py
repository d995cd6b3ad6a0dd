"""What the linter gives: findings, and what could not be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from mesh_tools.lint.pending import Pending
from mesh_tools.lint.subjects import Mesh
from mesh_tools.model.finding import Finding


class NotChecked(Struct, frozen=True, kw_only=True):
    """A rule that could not be asked.

    Attributes:
        code: Of the rule.
        need: What it needs, in words that go on from "needs".
        projects: Concerned; empty for the mesh.
    """

    code: str
    need: str
    projects: tuple[str, ...] = ()


class Outcome(Struct, frozen=True, kw_only=True):
    """What the linter found.

    Attributes:
        findings: All of them, those that do not count too; by project, file and line.
        not_checked: Rules that could not be asked.
        asked: Codes of the rules that were asked about at least one subject, by project; ``""``: the mesh.
        projects: Names of those that were read.
        told: Names of those among them of which something is told.
        mesh: All of them together; ``None`` when no rule needed it.
        pending: What rules raised, in the order of ``findings``: with fixes.
        roots: The folder of each project whose files are at hand, and of the mesh under ``""``.
    """

    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...]
    asked: Mapping[str, frozenset[str]]
    projects: tuple[str, ...]
    told: tuple[str, ...] = ()
    mesh: Mesh | None = None
    pending: tuple[Pending, ...] = ()
    roots: Mapping[str, Path] = {}

    @property
    def new(self) -> tuple[Finding, ...]:
        """The findings that count."""
        return tuple(finding for finding in self.findings if finding.state == "new")

    @property
    def matched_nothing(self) -> bool:
        """Whether no rule was asked about anything: a mistake in what was selected, rather than a clean mesh."""
        return not any(self.asked.values()) and not self.findings
