"""What `mesh contract rules` and `mesh contract explain` print."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesh_tools.contracts.rules.rule import Rule
from mesh_tools.report.console import print_table

_REFINED = {
    "column": "for those alone who use the columns",
    "position": "for those alone who bind columns by position or by names that they do not write out",
    "typed": "breaking for those whose own contract or stored table the column reaches unchanged",
    "unpinned": "for those alone whose ref names no version",
    "none": "for everyone",
}


def print_rules(to: Console, rules: Iterable[Rule]) -> None:
    """One line for each."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("rule", "name", "class", "needs", "gates from"):
        table.add_column(title, no_wrap=True)
    for rule in rules:
        table.add_row(rule.id, rule.name, rule.cls, rule.bump, rule.level)
    print_table(to, table)


def print_rule(to: Console, rule: Rule) -> None:
    """Its page."""
    to.print(Text(f"{rule.id} {rule.name}", style="bold"))
    to.print(Text(f"{rule.cls}, needs {rule.bump}, gates from the profile {rule.level} on; {_REFINED[rule.refine]}"))
    to.print()
    to.print(Text(rule.doc))


def rule_document(rule: Rule) -> dict[str, Any]:
    """The same for programs."""
    return {
        "id": rule.id,
        "name": rule.name,
        "family": rule.family,
        "class": rule.cls,
        "bump": rule.bump,
        "level": rule.level,
        "refinement": rule.refine,
        "doc": rule.doc,
    }
