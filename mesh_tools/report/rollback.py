"""What `mesh rollback` prints."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesh_tools.build.rollback import Generation
from mesh_tools.build.storage import Record
from mesh_tools.report.console import print_table


def print_generations(to: Console, project: str, generations: Sequence[Generation]) -> None:
    """A row for each generation, newest first."""
    if not generations:
        to.print(Text(f"{project} was never built"))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("generation", "built", "run", ""):
        table.add_column(heading, no_wrap=True)
    for generation in generations:
        notes = (("current", generation.current), (f"part: {generation.partial}", generation.partial is not None))
        built = generation.built_at[:16].replace("T", " ")
        table.add_row(generation.id, built, generation.run, ", ".join(note for note, on in notes if on))
    print_table(to, table)


def print_rolled_back(to: Console, record: Record) -> None:
    """What consumers read now."""
    built = record.built_at[:16].replace("T", " ")
    to.print(Text(f"{record.project}: consumers read {record.id}, built {built} by run {record.run}"))
    to.print(Text("  what was built from newer data is built again by the next `mesh build`"))
