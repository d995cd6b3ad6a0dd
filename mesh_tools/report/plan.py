"""What `mesh plan` and `mesh build --dry-run` print."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesh_tools.build.plan.plan import Job, Plan
from mesh_tools.report.console import print_table

_COLOURS = {"build": "green", "maybe": "yellow", "unchanged": "dim", "refused": "red"}


def print_plan(to: Console, plan: Plan) -> None:
    """A row for each job, in an order in which they can be done."""
    to.print(Text.assemble((plan.mesh, "bold"), f", environment {plan.environment}"))
    to.print()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("project", "action", "why"):
        table.add_column(heading, overflow="fold")
    for job in plan.jobs:
        part = "" if job.nodes is None else f" ({job.nodes} nodes)"
        table.add_row(f"{job.id}{part}", Text(job.action, _COLOURS[job.action]), _why(job))
    print_table(to, table)


def _why(job: Job) -> str:
    return "; ".join(job.reasons)
