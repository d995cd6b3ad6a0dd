"""A comment for a pull request: the verdict, a table of gates, and the rest folded; never longer than GitHub takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mesh_tools.build.gates.values import GATES, Checkup, ImpactOf, Result
from mesh_tools.model.finding import Finding
from mesh_tools.report.check.words import EFFECTS, failures, headline, rows, sentence, united
from mesh_tools.report.console import counted
from mesh_tools.report.lint.markdown import LIMIT, code, escaped

MARK = "<!-- mesh check -->"
"""The first line, by which a job finds its own comment to write it anew."""

_MOST_ROWS = 60
_SECTION = 14_000
"""Characters of each folded part at most; four of them, and the table, are shorter than the limit."""
_MARKS = {"ok": "ok", "failed": "**failed**", "skipped": "-"}


def as_markdown(checkup: Checkup) -> str:
    """The report in Markdown; texts of projects are inert in it."""
    verdict = "passed" if checkup.ok else "failed"
    parts = [f"{MARK}\n### mesh check: {verdict}\n\n{escaped(headline(checkup), 2_000)}\n"]
    if checkup.roles:
        parts.append(_table(checkup))
    failed = [finding for result in failures(checkup) for finding in result.findings]
    others = [one for result in checkup.results if result.verdict == "ok" for one in result.findings]
    concerned = {hit.label for one in checkup.impact for hit in one.hits}
    parts += _folded(f"{counted(len(failed), 'finding')} where a gate failed", map(_finding, failed), is_open=True)
    parts += _folded(f"Impact: {counted(len(concerned), 'consumer')} concerned", _impact(checkup))
    parts += _folded(f"{counted(len(others), 'finding')} that fail nothing", map(_finding, others))
    parts += _folded(f"Not checked: {len(checkup.not_checked)}", (f"- {escaped(one)}" for one in checkup.not_checked))
    text = "\n".join(parts)
    if len(text) > LIMIT:  # names of projects may be of any length
        return f"{parts[0][:LIMIT]}\n"
    return text


def _table(checkup: Checkup) -> str:
    lines = [f"| project | {' | '.join(GATES)} |", f"|---|{'---|' * len(GATES)}"]
    # Where there are many, those that failed must be seen.
    found = sorted(rows(checkup), key=lambda row: not any(one.verdict == "failed" for one in row[1].values()))
    for name, results in found[:_MOST_ROWS]:
        role = checkup.roles.get(name, "other")
        shown = escaped(name, 80) + ("" if role == "other" else f" ({role})")
        lines.append(f"| {shown} | {' | '.join(_cell(results.get(gate)) for gate in GATES)} |")
    if (more := len(found) - _MOST_ROWS) > 0:
        lines.append(f"| and {counted(more, 'more project')} |{' |' * len(GATES)}")
    return "\n".join(lines) + "\n"


def _cell(result: Result | None) -> str:
    if result is None:
        return ""
    if result.verdict == "ok" and result.gate == "impact":
        return escaped(result.summary, 60)
    time = f" {result.seconds:.1f} s" if result.verdict != "skipped" else ""
    return f"{_MARKS[result.verdict]}{time}"


def _folded(title: str, lines: Iterable[str], *, is_open: bool = False) -> Iterator[str]:
    """A part that the reader opens, cut where it would be too long."""
    shown: list[str] = []
    length = hidden = 0
    for line in lines:
        length += len(line) + 1
        if length > _SECTION:
            hidden += 1
        else:
            shown.append(line)
    if shown or hidden:
        more = [f"- and {hidden} more: `mesh check` shows them all"] if hidden else []
        body = "\n".join([*shown, *more])
        yield f"<details{' open' if is_open else ''}><summary>{title}</summary>\n\n{body}\n\n</details>\n"


def _finding(finding: Finding) -> str:
    where = f" ({code(str(finding.where))})" if finding.where else ""
    hint = f" _{escaped(finding.hint)}_" if finding.hint else ""
    return f"- **{finding.severity}** {escaped(finding.code, 40)}: {escaped(sentence(finding), 600)}{where}{hint}"


def _impact(checkup: Checkup) -> Iterator[str]:
    for one in united(checkup.impact):
        yield f"- **{one.effective}** {code(one.subject)}: {one.rule} {escaped(one.message)}"
        yield from _hits(one)
    for notice in checkup.notify:
        yield f"- to tell: {escaped(notice.owner, 120)}: {', '.join(map(code, notice.nodes[:20]))}"


def _hits(one: ImpactOf) -> Iterator[str]:
    for hit in one.hits:
        through = f" through {code(hit.through)}" if hit.through else ""
        yield f"  - {code(hit.label)} {EFFECTS.get(hit.effect, hit.effect)}{through}: {escaped(hit.detail)}"
