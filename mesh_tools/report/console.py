"""Consoles and errors: colour only on a terminal, width of the terminal, nothing rewrapped in a pipe."""

from __future__ import annotations

import sys
from typing import Any, TextIO

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesh_tools.errors import MeshError

_WIDE = 10_000


def console(stream: TextIO | None = None) -> Console:
    """A console on ``stream``, standard output by default."""
    stream = stream or sys.stdout
    terminal = stream.isatty()
    return Console(file=stream, width=None if terminal else _WIDE, highlight=False, soft_wrap=not terminal)


def print_table(to: Console, table: Table) -> None:
    """Print a table; in a pipe without the blanks that fill its last column."""
    if to.is_terminal:
        to.print(table)
        return
    with to.capture() as captured:
        to.print(table)
    for line in captured.get().splitlines():
        to.print(Text(line.rstrip()))


def counted(number: int, what: str) -> str:
    """``1 product``, ``2 products``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def print_json(document: Any) -> None:
    """Print a report for programs: structs and plain values, two spaces of indentation."""
    plain = msgspec.to_builtins(document)
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(plain), indent=2).decode() + "\n")


def print_problem(to: Console, error: MeshError, label: str = "error") -> None:
    """Print an error or a warning: what is wrong, where, what to do next."""
    colour = "red" if label == "error" else "yellow"
    first, *rest = error.message.splitlines() or [""]
    to.print(Text.assemble((f"{label}: ", f"bold {colour}"), (first, "bold")))
    for line in rest:
        to.print(Text(f"  {line}"))
    if error.where:
        to.print(Text.assemble(("  --> ", "cyan"), str(error.where)))
    if error.hint:
        head, *tail = error.hint.splitlines()
        to.print(Text.assemble(("  hint: ", "cyan"), head))
        for line in tail:
            to.print(Text(f"        {line}"))


def problem_document(error: MeshError) -> dict[str, Any]:
    """An error or a warning, for programs."""
    where = error.where
    return {
        "message": error.message,
        "hint": error.hint,
        "path": where.path if where else None,
        "line": where.line if where else None,
        "column": where.column if where else None,
    }
