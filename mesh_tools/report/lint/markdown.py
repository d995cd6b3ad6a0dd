"""A comment for a pull request: what there is by domain, then the findings, folded."""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from mesh_tools.model.finding import Finding
from mesh_tools.report.console import counted
from mesh_tools.report.lint.report import Report, by_severity
from mesh_tools.report.lint.safe import one_line, shortened
from mesh_tools.report.lint.summary import not_checked_lines, summary

LIMIT = 60_000
"""Characters; GitHub refuses comments of more than 65,536."""

_MOST_DOMAINS = 100
_MOST_OF_A_TEXT = 300
_MOST_NEEDS = 20
_RESERVE = 200
"""Characters that the closing lines take."""

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#!|~&:./@])")
_MARKUP_IN_HTML = re.compile(r"[\\`*_\[\]()!|~:]")
_CALLS = re.compile(r"([@#!&~$%])(?=\w)")
_NOTHING = "\u200b"
_FENCE = re.compile(r"`+")
_COLUMNS = ("error", "warn", "info", "known", "suppressed")
_HEAD = "| domain | errors | warnings | infos | known | suppressed |\n|---|--:|--:|--:|--:|--:|\n"


def as_markdown(report: Report) -> str:
    """The report in Markdown, of at most ``LIMIT`` characters; texts of projects are inert in it."""
    domains = _domains(report)
    needs = [f"- {escaped(line)}" for line in list(not_checked_lines(report))[:_MOST_NEEDS]]
    blocks = [f"### mesh lint: {'failed' if report.failed else 'passed'}", summary(report)]
    blocks += [_table(domains)] if domains else []
    blocks += ["\n".join(needs)] if needs else []
    left = LIMIT - sum(len(block) + 2 for block in blocks) - _RESERVE
    hidden = 0
    for domain, findings in domains.items():
        new = sorted((finding for finding in findings if finding.state == "new"), key=by_severity)
        section, shown = _section(domain, new, report, left)
        hidden += len(new) - shown
        left -= len(section) + 2
        blocks += [section] if section else []
    if hidden:
        blocks.append(f"and {hidden} more: this comment is full; `mesh lint` shows them all")
    return "\n\n".join(blocks) + "\n"


def escaped(text: str, most: int = _MOST_OF_A_TEXT) -> str:
    """``text`` as Markdown that shows it as it is: no markup, no HTML, no link, nobody and nothing is mentioned."""
    inert = _CALLS.sub(rf"\1{_NOTHING}", shortened(one_line(text), most))
    return _MARKUP.sub(r"\\\1", inert)


def code(text: str, most: int = _MOST_OF_A_TEXT) -> str:
    """``text`` as inline code."""
    text = shortened(one_line(text), most)
    longest = max((len(found) for found in _FENCE.findall(text)), default=0)
    if not text.strip():
        return ""
    fence = "`" * (longest + 1)
    blank = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{blank}{text}{blank}{fence}"


def _domains(report: Report) -> dict[str, list[Finding]]:
    """Findings by domain, the domains with the most errors first."""
    found: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        found[finding.domain or report.mesh or "mesh"].append(finding)
    return dict(sorted(found.items(), key=lambda item: [-number for number in _numbers(item[1])[:3]]))


def _numbers(findings: Iterable[Finding]) -> list[int]:
    counts: Counter[str] = Counter(
        finding.severity if finding.state == "new" else finding.state for finding in findings
    )
    return [counts[key] for key in _COLUMNS]


def _table(domains: dict[str, list[Finding]]) -> str:
    shown = list(domains.items())[:_MOST_DOMAINS]
    rows = [f"| {_cell(name)} | {' | '.join(map(str, _numbers(findings)))} |" for name, findings in shown]
    more = len(domains) - len(shown)
    rows += [f"| and {counted(more, 'more domain')} | | | | | |"] if more else []
    return _HEAD + "\n".join(rows)


def _cell(name: str) -> str:
    return escaped(name, 80)


def _section(domain: str, findings: list[Finding], report: Report, left: int) -> tuple[str, int]:
    """The findings of a domain as far as there is room, and how many that are."""
    title = _MARKUP_IN_HTML.sub(_entity, html.escape(_CALLS.sub(rf"\1{_NOTHING}", shortened(one_line(domain), 80))))
    head = f"<details><summary>{title}: {counted(len(findings), 'finding')}</summary>\n\n"
    foot = "\n\n</details>"
    room = left - len(head) - len(foot) - 2 * len(str(len(findings))) - 20
    lines: list[str] = []
    for finding in findings:
        line = _line(finding, report)
        if len(line) + 1 > room:
            break
        room -= len(line) + 1
        lines.append(line)
    if not lines:
        return "", 0
    more = [f"- and {len(findings) - len(lines)} more"] if len(lines) < len(findings) else []
    return head + "\n".join([*lines, *more]) + foot, len(lines)


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def _line(finding: Finding, report: Report) -> str:
    path, where = report.path_of(finding), finding.where
    line = f":{where.line}" if where is not None and where.line is not None else ""
    at = f" ({code(path.as_posix() + line)})" if path is not None else ""
    fixable = ", fixable" if finding.fixable else ""
    said = f"{code(finding.subject)} {escaped(finding.message)}"
    return f"- **{finding.severity}** {finding.code}{fixable}: {said}{at}"
