"""What `mesh impact` prints: text, a document for programs, a Mermaid flowchart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesh_tools.contracts.impact.values import Impact, Use
from mesh_tools.model.interface import Owner
from mesh_tools.model.lineage import EdgeKind, UseKind
from mesh_tools.report.console import counted, print_table

_SHOWN_COLUMNS = 6
_EFFECT_COLOURS = {"values": "", "rows": "", "may": "yellow", None: ""}
_DONE: dict[EdgeKind, str] = {
    "pass": "as it is",
    "rename": "renamed",
    "transform": "computed from it",
    "aggregate": "aggregated",
}
_USED: dict[UseKind, str] = {
    "select": "looks at it",
    "join": "joins by it",
    "filter": "filters by it",
    "group": "groups by it",
    "order": "orders by it",
    "window": "uses it in a window",
}
_ARROWS = {"values": "-->", "rows": "-.->", "may": "-. may .->", None: "-->"}
_SHAPES = {"exposure": ('(["', '"])')}
_RISKY = re.compile(r"[^A-Za-z0-9_.: @()\-]")


def print_impact(to: Console, impact: Impact) -> None:
    """Who uses it, what does not, whom to tell, and what could not be looked at."""
    to.print(Text(_headline(impact), style="bold"))
    if impact.uses:
        to.print()
        _print_uses(to, impact)
    if impact.untouched:
        to.print()
        to.print(Text(f"not used by {', '.join(impact.untouched)}", style="dim"))
    if impact.notify or impact.unowned:
        to.print()
        _print_owners(to, impact)
    for note in impact.notes:
        to.print(Text.assemble(("note: ", "bold yellow"), note))


def impact_document(impact: Impact) -> dict[str, Any]:
    """The same for programs."""
    document: dict[str, Any] = msgspec.to_builtins(impact)
    document["target"]["label"] = impact.target.label
    document["uses"] = [{"label": use.label, **msgspec.to_builtins(use)} for use in impact.uses]
    return document


def impact_mermaid(impact: Impact) -> str:
    """A Mermaid flowchart: a box for each project; dotted where only the rows depend on a column, or it may be used."""
    lines = ["flowchart LR"]
    ids = {impact.target.label: "target"} | {use.label: f"n{number}" for number, use in enumerate(impact.uses)}
    by_project: dict[str, list[str]] = {impact.target.project: [_box("target", impact.target.label, "")]}
    for use in impact.uses:
        by_project.setdefault(use.project, []).append(_box(ids[use.label], use.node, use.kind))
    for number, (project, boxes) in enumerate(by_project.items()):
        lines += [f'  subgraph p{number}["{_escaped(project)}"]', *(f"    {box}" for box in boxes), "  end"]
    for use in impact.uses:
        parents = dict.fromkeys(ids.get(label, "target") for label in use.inputs) or {"target": None}
        lines += [f"  {parent} {_ARROWS[use.effect]} {ids[use.label]}" for parent in parents]
    return "\n".join(lines) + "\n"


def _headline(impact: Impact) -> str:
    if not impact.uses:
        return f"{impact.target.label}: nothing known uses it"
    exposures = sum(use.kind == "exposure" for use in impact.uses)
    others = len(impact.uses) - exposures
    kinds = [counted(others, "model")] if others else []
    kinds += [counted(exposures, "exposure")] if exposures else []
    projects = counted(len({use.project for use in impact.uses}), "project")
    return f"{impact.target.label} is used by {' and '.join(kinds)} of {projects}"


def _print_uses(to: Console, impact: Impact) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("used by", "how", "through"):
        table.add_column(heading)
    for use in impact.uses:
        how = _how_column(use) if impact.target.column else _how(use)
        style = _EFFECT_COLOURS[use.effect]
        table.add_row(Text(use.label), Text(how, style=style), Text(" > ".join(use.through) or "-"))
    print_table(to, table)


def _how(use: Use) -> str:
    if not use.direct or use.kind == "exposure":
        return use.url or ("reads it" if use.direct else "downstream")
    if use.reads is None:
        return "its columns are not known" + (f": {use.reason}" if use.reason else "")
    more = len(use.reads) - _SHOWN_COLUMNS
    return (", ".join(use.reads[:_SHOWN_COLUMNS]) or "no column") + (f" and {more} more" if more > 0 else "")


def _how_column(use: Use) -> str:
    parts = [f"{made.column} ({_DONE[made.kind]})" for made in use.made]
    parts += [_USED[kind] for kind in use.uses]
    if use.effect == "values" and not use.made:
        parts.append("uses it")
    elif use.effect == "may":
        parts.append("may use it" + (f": {use.reason}" if use.reason else ""))
    elif not parts:
        parts.append("its rows depend on it")
    if use.url:
        parts.append(use.url)
    return ", ".join(parts)


def _print_owners(to: Console, impact: Impact) -> None:
    to.print(Text("to notify", style="bold"))
    for notice in impact.notify:
        to.print(Text(f"  {_contact(notice.owner)}: {', '.join(notice.nodes)}"))
    if impact.unowned:
        to.print(Text(f"  nobody is known for {', '.join(impact.unowned)}", style="yellow"))


def _contact(owner: Owner) -> str:
    return ", ".join(_parts(owner))


def _parts(owner: Owner) -> Iterator[str]:
    if owner.name and owner.email:
        yield f"{owner.name} <{owner.email}>"
    else:
        yield from (part for part in (owner.name, owner.email) if part)
    if owner.channel:
        yield owner.channel


def _box(identifier: str, label: str, kind: str) -> str:
    opening, closing = _SHAPES.get(kind, ('["', '"]'))
    return f"{identifier}{opening}{_escaped(label)}{closing}"


def _escaped(text: str) -> str:
    """As Mermaid has characters that would end a label or be taken for markup."""
    return _RISKY.sub(lambda match: f"#{ord(match[0])};", text)
