"""SARIF 2.1.0, which GitHub code scanning, GitLab, Azure DevOps and editors read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from mesh_tools import __version__
from mesh_tools.lint.advice import advice
from mesh_tools.lint.page import page_of
from mesh_tools.lint.registry import FAMILIES
from mesh_tools.lint.rule import Rule
from mesh_tools.model.finding import Finding, Severity, Suppression
from mesh_tools.report.lint.json import dumped
from mesh_tools.report.lint.report import Report
from mesh_tools.report.lint.safe import one_line, visible

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"
_LEVELS: Mapping[Severity, str] = {"off": "none", "info": "note", "warn": "warning", "error": "error"}
_PROBLEMS: Mapping[Severity, str] = {
    "off": "recommendation",
    "info": "recommendation",
    "warn": "warning",
    "error": "error",
}
_KINDS = {"inline": "inSource", "policy": "external", "baseline": "external"}


def as_sarif(report: Report, command: str = "mesh lint") -> str:
    """The report as a SARIF log with one run, that of ``command``."""
    codes = sorted({*(finding.code for finding in report.findings), *(one.code for one in report.not_checked)})
    index = {code: position for position, code in enumerate(codes)}
    run = {
        "tool": {
            "driver": {
                "name": "mesh-tools",
                "semanticVersion": __version__,
                "rules": [_rule(code, report.rules.get(code)) for code in codes],
            }
        },
        "automationDetails": {"id": f"{command}/{visible(report.mesh)}"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _not_checked(report, index)}],
        "results": [_result(finding, report, index) for finding in report.findings],
    }
    return dumped({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str, rule: Rule | None) -> dict[str, Any]:
    if rule is None:
        return {"id": code}
    page = page_of(rule)
    parts = [part for part in (page.what, page.why, page.to_do) if part]
    titled = [page.what, f"**Why:** {page.why}" if page.why else "", f"**To do:** {page.to_do}" if page.to_do else ""]
    return {
        "id": code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": " ".join(page.what.split())},
        "help": {"text": "\n\n".join(parts), "markdown": "\n\n".join(filter(None, titled))},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": [FAMILIES.get(rule.family, rule.family), rule.tier],
            "problem.severity": _PROBLEMS[rule.severity],
        },
    }


def _not_checked(report: Report, index: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "level": "note",
            "message": {"text": f"{one.code} was not checked: it needs {one_line(one.need)}"},
            "associatedRule": {"id": one.code, "index": index[one.code]},
            "properties": {"projects": [visible(name) for name in one.projects]},
        }
        for one in report.not_checked
    ]


def _result(finding: Finding, report: Report, index: Mapping[str, int]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding, report)},
        "locations": _locations(finding, report.path_of(finding)),
        # The second is what GitHub tells alerts apart by; else it takes the text of the line.
        "partialFingerprints": dict.fromkeys(("meshLint/v1", "primaryLocationLineHash"), finding.fingerprint),
        "properties": {
            "project": visible(finding.project),
            "domain": visible(finding.domain),
            "side": finding.side,
            "subject": visible(finding.subject),
            "fixable": finding.fixable,
        },
    }
    # SARIF wants either for all results, or for none; a viewer shows those that are not suppressed.
    suppressed = [_suppression(finding.suppression)] if finding.suppression else []
    found["suppressions"] = suppressed
    if report.is_compared:
        found["baselineState"] = "new" if finding.state == "new" else "unchanged"
    return found


def _message(finding: Finding, report: Report) -> str:
    """Without links: a viewer makes one of ``[text](target)``. What the rule's own page says stands there already."""
    rule = report.rules.get(finding.code)
    own = finding.hint and (rule is None or finding.hint != advice(rule))
    said = f"{finding.subject} {finding.message}" + (f" ({finding.hint})" if own else "")
    return one_line(said).replace("](", "] (")


def _locations(finding: Finding, path: PurePath | None) -> list[dict[str, Any]]:
    logical = [{"fullyQualifiedName": visible(finding.subject), "kind": finding.kind}]
    if path is None:
        return [{"logicalLocations": logical}]
    physical: dict[str, Any] = {"artifactLocation": _artifact(path)}
    where = finding.where
    if where is not None and where.line is not None:
        column = {} if where.column is None else {"startColumn": where.column}
        physical["region"] = {"startLine": where.line, **column}
    return [{"physicalLocation": physical, "logicalLocations": logical}]


def _artifact(path: PurePath) -> dict[str, str]:
    quoted = quote(path.as_posix().encode(errors="surrogatepass"))
    if path.is_absolute():
        return {"uri": f"file://{'' if quoted.startswith('/') else '/'}{quoted}"}
    return {"uri": quoted, "uriBaseId": _ROOT}


def _suppression(suppression: Suppression) -> dict[str, Any]:
    until = f" (until {suppression.until})" if suppression.until else ""
    reason = one_line(f"{suppression.reason}{until}".strip())
    return {"kind": _KINDS[suppression.source], "justification": reason or f"in the {suppression.source}"}
