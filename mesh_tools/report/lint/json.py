"""The report for programs. `mesh schema lint-report` prints its schema; what it has stays, more may come."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import msgspec
from msgspec import Struct

from mesh_tools.lint.outcome import NotChecked
from mesh_tools.model.finding import Finding, Severity, Side, State, Suppression
from mesh_tools.model.schema import components_of, document_schema
from mesh_tools.report.lint.report import Report

VERSION = "1.0"


class FindingDocument(Struct, frozen=True, kw_only=True):
    """One thing that is not as a rule wants it.

    Attributes:
        code: Of the rule, such as `PUB001`.
        name: Of the rule, such as `public-model-without-contract`.
        severity: As the policies have it.
        state: `new` counts; `known` was there at the base; `suppressed`: somebody answers for it, in writing.
        project: The project that can mend it; empty for the whole mesh.
        domain: That owns the project.
        side: Which side of a border the project is on.
        kind: What it is about: `model`, `column`, `source`, `ref`, `project`, `mesh`, ...
        subject: Its label: `operations.flights.v2`.
        message: What is wrong with it; goes on from the subject.
        hint: What to do.
        key: Tells it from others of the same rule and subject.
        file: Relative to the working directory if it is below that.
        line: Counts from 1; null where it is not known. Of findings that do not count it is not looked up.
        column: Counts from 1.
        path: The same file, relative to the project's folder: what policies match.
        fixable: Whether `mesh lint --fix` mends it.
        fingerprint: The same when words, severity or line change.
        suppression: Who answers for it.
    """

    code: str
    name: str
    severity: Severity
    state: State
    project: str
    domain: str
    side: Side
    kind: str
    subject: str
    message: str
    hint: str
    key: str
    file: str | None
    line: int | None
    column: int | None
    path: str
    fixable: bool
    fingerprint: str
    suppression: Suppression | None


class ReportDocument(Struct, frozen=True, kw_only=True):
    """What `mesh lint --format json` prints.

    Attributes:
        version: Of this document; a new major version when something is taken away.
        ok: Whether nothing that counts is as severe as `fail_on`.
        mesh: Its name; empty outside a mesh.
        projects: Names of those that were linted, and are told of.
        fail_on: The least severity that fails.
        base: What findings were compared with; empty: nothing.
        counts: How many findings count, by severity; how many are `known` and `suppressed`.
        findings: All, those that do not count too; by project, file and line.
        not_checked: Rules that could not be asked: what each needs, and of which projects; none: of the mesh.
    """

    version: str = VERSION
    ok: bool
    mesh: str
    projects: tuple[str, ...]
    fail_on: Severity
    base: str
    counts: dict[str, int]
    findings: tuple[FindingDocument, ...]
    not_checked: tuple[NotChecked, ...]


def as_json(report: Report) -> str:
    """The report as text."""
    return dumped(document(report))


def document(report: Report) -> ReportDocument:
    """The report as a document."""
    return ReportDocument(
        ok=not report.failed,
        mesh=report.mesh,
        projects=report.projects,
        fail_on=report.fail_on,
        base=report.base,
        counts={key: report.counts[key] for key in ("error", "warn", "info", "known", "suppressed")},
        findings=tuple(map(finding_document, report.findings)),
        not_checked=report.not_checked,
    )


def finding_document(finding: Finding) -> FindingDocument:
    """A finding with its place flat, and its fingerprint."""
    where = finding.where
    return FindingDocument(
        code=finding.code,
        name=finding.name,
        severity=finding.severity,
        state=finding.state,
        project=finding.project,
        domain=finding.domain,
        side=finding.side,
        kind=finding.kind,
        subject=finding.subject,
        message=finding.message,
        hint=finding.hint,
        key=finding.key,
        file=where.path if where else None,
        line=where.line if where else None,
        column=where.column if where else None,
        path=finding.path,
        fixable=finding.fixable,
        fingerprint=finding.fingerprint,
        suppression=finding.suppression,
    )


def dumped(value: Any) -> str:
    """``value`` as JSON in ASCII, which every terminal and every locale can print."""
    with suppress(UnicodeEncodeError):  # half a surrogate pair, which JSON can escape
        text = msgspec.json.format(msgspec.json.encode(value), indent=2)
        if text.isascii():  # as almost always, and many times faster
            return text.decode() + "\n"
    return json.dumps(msgspec.to_builtins(value), indent=2) + "\n"


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the report."""
    (reference,), components = components_of(ReportDocument)
    return document_schema("mesh lint --format json", components, **reference)
