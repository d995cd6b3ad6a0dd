"""The report for people: a table of gates, then what failed, who is concerned, and what is not known."""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesh_tools.build.gates.values import GATES, Checkup, ImpactOf, Result, Verdict
from mesh_tools.model.finding import Finding
from mesh_tools.report.check.words import EFFECTS, MARKS, failures, headline, rows, sentence, united
from mesh_tools.report.console import counted, print_table
from mesh_tools.report.lint.safe import one_line

_STYLES: dict[Verdict, str] = {"ok": "green", "failed": "bold red", "skipped": "dim"}
_MOST = 8
"""Lines of each list; `--format json` has them all."""


def print_checkup(to: Console, checkup: Checkup) -> None:
    """Everything, the verdict last."""
    if checkup.roles:
        _print_table(to, checkup)
    for result in failures(checkup):
        for finding in result.findings:
            _print_finding(to, finding)
    _print_passing(to, checkup)
    if checkup.impact:
        _print_impact(to, checkup)
    for note in checkup.not_checked[:_MOST]:
        to.print(Text.assemble(("not checked: ", "yellow"), one_line(note)))
    if (more := len(checkup.not_checked) - _MOST) > 0:
        to.print(Text(f"not checked: and {more} more (--format json lists them)", style="yellow"))
    to.print(Text(headline(checkup), style="bold green" if checkup.ok else "bold red"))


def _print_table(to: Console, checkup: Checkup) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("project", "", *GATES):
        table.add_column(heading)
    for name, results in rows(checkup):
        role = checkup.roles.get(name, "other")
        cells = [_cell(results.get(gate)) for gate in GATES]
        table.add_row(one_line(name), Text("" if role == "other" else role, style="dim"), *cells)
    print_table(to, table)
    to.print()


def _cell(result: Result | None) -> Text:
    if result is None:
        return Text("")
    time = f" {result.seconds:.1f} s" if result.verdict != "skipped" and result.gate != "impact" else ""
    return Text.assemble((MARKS[result.verdict], _STYLES[result.verdict]), (time, "dim"))


def _print_finding(to: Console, finding: Finding) -> None:
    style = "bold red" if finding.severity == "error" else "bold yellow"
    first, *rest = finding.message.splitlines() or [""]
    said = sentence(replace(finding, message=first))
    to.print(Text.assemble((f"{finding.severity}[{finding.code}]: ", style), (one_line(said), "bold")))
    for line in rest:
        to.print(Text(f"  {one_line(line)}"))
    if finding.where:
        to.print(Text.assemble(("  --> ", "cyan"), one_line(str(finding.where))))
    for number, line in enumerate(finding.hint.splitlines()):
        to.print(Text.assemble(("  hint: " if number == 0 else "        ", "cyan"), one_line(line)))


def _print_passing(to: Console, checkup: Checkup) -> None:
    """Warnings that fail nobody: the linter's by number, the others in full."""
    passing = [result for result in checkup.results if result.verdict == "ok"]
    for result in passing:
        for finding in result.findings if result.gate != "lint" else ():
            _print_finding(to, finding)
    counts = Counter(finding.severity for result in passing if result.gate == "lint" for finding in result.findings)
    if counts:
        said = ", ".join(counted(number, {"warn": "warning"}.get(word, word)) for word, number in counts.items())
        to.print(Text(f"{said} of the linter besides: `mesh lint` shows them", style="yellow"))


def _print_impact(to: Console, checkup: Checkup) -> None:
    to.print(Text("impact", style="bold"))
    impact = united(checkup.impact)
    for one in impact[:_MOST]:
        to.print(Text(f"  {one.effective:<9}  {one_line(one.subject)}: {one.rule} {one_line(one.message)}"))
        _print_hits(to, one)
    if (more := len(impact) - _MOST) > 0:
        to.print(Text(f"  and {more} more changes (--format json lists them)"))
    for notice in checkup.notify:
        nodes = ", ".join(notice.nodes[:_MOST]) + (" ..." if len(notice.nodes) > _MOST else "")
        to.print(Text.assemble(("  to tell: ", "cyan"), one_line(f"{notice.owner}: {nodes}")))


def _print_hits(to: Console, one: ImpactOf) -> None:
    for hit in one.hits[:_MOST]:
        through = f" through {hit.through}" if hit.through else ""
        detail = f": {hit.detail}" if hit.detail else ""
        to.print(Text(one_line(f"             {hit.label} {EFFECTS.get(hit.effect, hit.effect)}{through}{detail}")))
    if (more := len(one.hits) - _MOST) > 0:
        to.print(Text(f"             and {more} more"))
