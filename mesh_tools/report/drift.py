"""What `mesh drift` prints."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from msgspec import to_builtins
from rich.console import Console
from rich.text import Text

from mesh_tools.contracts.drift import Drift, DriftReport
from mesh_tools.model.change import ChangeClass
from mesh_tools.report.console import counted

_COLOURS: dict[ChangeClass, str] = {"breaking": "red", "dangerous": "yellow", "safe": "cyan"}
_WIDTH = max(map(len, _COLOURS))

PassedOver = Mapping[str, str]
"""Projects that were not looked at, and why."""


def print_drift(to: Console, report: DriftReport, environment: str, passed_over: PassedOver) -> None:
    """Each product that has drifted, with its owner and what differs; then one line that sums up."""
    for _, group in groupby(report.drifts, key=lambda drift: drift.label):
        _print_product(to, list(group))
    for project, reason in passed_over.items():
        to.print(Text(f"{project} was not looked at: {reason}", style="yellow"))
    if not report.relations:
        return
    looked = f"{counted(report.relations, 'relation')} in {environment}"
    if report.drifts:
        products = len({drift.label for drift in report.drifts})
        found = f"{counted(len(report.drifts), 'difference')} in {counted(products, 'product')}"
        to.print(Text(f"{looked}: {found}", style="bold"))
    else:
        to.print(Text(f"{looked}: no drift", style="green"))


def _print_product(to: Console, drifts: list[Drift]) -> None:
    first = drifts[0]
    owner = f", owner {first.owner}" if first.owner else ""
    to.print(Text.assemble((first.label, "bold"), f" ({first.relation}{owner})"))
    for drift in drifts:
        to.print(Text.assemble("  ", (f"{drift.severity:{_WIDTH}}", _COLOURS[drift.severity]), f"  {drift.message}"))
    to.print()


def drift_document(report: DriftReport, environment: str, passed_over: PassedOver) -> dict[str, Any]:
    """The report, for programs."""
    return {
        "environment": environment,
        "relations": report.relations,
        "drifts": [to_builtins(drift) for drift in report.drifts],
        "passed_over": dict(passed_over),
    }
