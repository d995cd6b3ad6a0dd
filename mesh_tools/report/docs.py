"""What `mesh docs build` has written."""

from __future__ import annotations

from rich.console import Console

from mesh_tools.errors import display_path
from mesh_tools.report.console import counted
from mesh_tools.site.making import Made

_SHOWN = 10
_MEGABYTE = 1_000_000


def print_made(console: Console, made: Made) -> None:
    """The site, and what is not known."""
    whose = "everything, private models too" if made.profile == "all" else "public"
    size = f"{made.size / _MEGABYTE:.1f} MB"
    console.print(
        f"{counted(made.products, 'product')} of {counted(made.domains, 'domain')} ({whose}), "
        f"environment {made.environment}: {counted(made.pages, 'page')}, {size}",
        highlight=False,
        markup=False,
    )
    for gap in made.gaps[:_SHOWN]:
        hint = f": {gap.command}" if gap.command else ""
        console.print(f"not known: {gap.text}{hint}", highlight=False, markup=False, soft_wrap=True)
    if len(made.gaps) > _SHOWN:
        console.print(f"and {len(made.gaps) - _SHOWN} more, see the site's page Status", highlight=False)
    console.print(display_path(made.index), highlight=False, markup=False, soft_wrap=True)
