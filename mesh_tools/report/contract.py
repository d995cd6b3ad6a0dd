"""What `mesh contract diff` and `mesh contract accept` print: every change, its two verdicts, and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.text import Text

from mesh_tools.contracts.accept import Acceptance
from mesh_tools.contracts.check import mending
from mesh_tools.contracts.compare import Comparison
from mesh_tools.contracts.gate import Gated, GateResult
from mesh_tools.model.change import CLASSES, ChangeClass, Hit
from mesh_tools.model.interface import Interface, product_key
from mesh_tools.report.console import counted

_COLOURS: dict[ChangeClass, str] = {"breaking": "bold red", "dangerous": "yellow", "safe": "green"}
_LONGEST = 60
_MARGIN = " " * 13
# Names and descriptions come from other teams' documents: none of them may steer a terminal.
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), "\N{REPLACEMENT CHARACTER}")
_EFFECTS = {"breaking": "breaks", "dangerous": "is in danger", "unknown": "not checked", "none": "is not touched"}
_EFFECTS_BEHIND = {"breaking": "break", "dangerous": "in danger", "unknown": "not checked"}
_MOST = 8
"""Consumers that are told of each change."""


def print_comparison(to: Console, comparison: Comparison, result: GateResult, *, safe: bool = True) -> None:
    """The changes of one project, by product; ``safe``: those that are safe, too."""
    shown = [entry for entry in result.entries if safe or entry.state != "safe"]
    to.print(Text(f"{comparison.project}: {comparison.base.label} -> {comparison.head.label}, {_totals(result)}"))
    for note in comparison.notes:
        to.print(Text(f"  {note}", style="yellow"))
    for key, entries in groupby(shown, key=_key):
        listed = list(entries)
        to.print()
        to.print(
            Text(f"  {key or comparison.project}".translate(_CONTROLS), style="bold")
            + Text(_versions(comparison, key, refused=any(entry.state == "refused" for entry in listed)))
        )
        for entry in listed:
            _print_entry(to, entry)
    if shown:
        to.print()


def print_outcome(to: Console, results: Sequence[GateResult]) -> None:
    """In one line, what stands in the way."""
    refused = sum(len(result.refused) for result in results)
    waiting = sum(len(result.open) for result in results)
    if refused or waiting:
        parts = [f"{counted(refused, 'change')} refused"] if refused else []
        parts += [f"{counted(waiting, 'change')} to be acknowledged"] if waiting else []
        to.print(Text(", ".join(parts), style="bold"))


def print_notes(to: Console, notes: Iterable[str]) -> None:
    """What is not known, each once."""
    for note in dict.fromkeys(notes):
        to.print(Text(f"note: {note}", style="yellow"))


def _print_entry(to: Console, entry: Gated) -> None:
    verdict, change = entry.verdict, entry.verdict.change
    word = Text(f"    {verdict.effective:<9}", style=_COLOURS[verdict.effective])
    to.print(word + Text(f"  {change.rule} {change.name}: {change.message}".translate(_CONTROLS)))
    for line in _details(entry):
        to.print(Text(f"{_MARGIN}  {line.translate(_CONTROLS)}"))


def _details(entry: Gated) -> Iterator[str]:
    verdict, change = entry.verdict, entry.verdict.change
    if change.old is not None or change.new is not None:
        yield f"{_shown(change.old)} -> {_shown(change.new)}"
    if verdict.effective != change.cls:
        yield f"structurally {change.cls}; {verdict.reason}"
    elif verdict.reason and verdict.effective != "safe" and not verdict.hits:
        yield verdict.reason
    yield from _consumers(verdict.hits)
    yield from _to_do(entry)


def _consumers(hits: Sequence[Hit]) -> Iterator[str]:
    """Who reads the product itself, each with its reason; who reads it through others, by name; whom to tell."""
    direct = [hit for hit in hits if hit.through is None]
    yield from (_hit(hit) for hit in direct[:_MOST])
    if len(direct) > _MOST:
        yield f"and {len(direct) - _MOST} more that read it (--format json lists them)"
    for effect, words in _EFFECTS_BEHIND.items():
        behind = [hit.label for hit in hits if hit.through is not None and hit.effect == effect]
        if behind:
            more = f" and {len(behind) - _MOST} more" if len(behind) > _MOST else ""
            yield f"{words} through them: {', '.join(behind[:_MOST])}{more}"
    owners = list(dict.fromkeys(hit.owner for hit in hits if hit.owner and hit.effect != "none"))
    if owners:
        yield f"to tell: {', '.join(owners)}"


def _to_do(entry: Gated) -> Iterator[str]:
    change, given = entry.verdict.change, entry.acknowledgement
    if entry.state == "refused":
        yield f"refused: {mending(change)}"
    elif entry.state == "open":
        because = f"{entry.why}; " if entry.why else ""
        yield f'{because}to accept it: --ack {change.fingerprint} --reason "..."'
    elif entry.state == "acknowledged" and given is not None:
        yield f"acknowledged until {given.until}: {given.reason}"
    elif entry.state == "reported":
        yield "reported only: the project's profile does not watch over it"


def _hit(hit: Hit) -> str:
    detail = f": {hit.detail}" if hit.detail else ""
    return f"{hit.label} {_EFFECTS[hit.effect]}{detail}"


def _totals(result: GateResult) -> str:
    classes = [entry.verdict.effective for entry in result.entries]
    if not classes:
        return "no changes"
    parts = [f"{classes.count(name)} {name}" for name in reversed(CLASSES) if name in classes]
    return f"{counted(len(classes), 'change')}: {', '.join(parts)}"


def _key(entry: Gated) -> str:
    change = entry.verdict.change
    return product_key(change.product, change.v) if change.product else ""


def _versions(comparison: Comparison, key: str, *, refused: bool) -> str:
    """The semantic version before and after; a breaking change has none within the same model version."""
    new = semantic_versions(comparison.new)
    before, after = semantic_versions(comparison.old).get(key), new.get(key)
    if refused and before:
        return f"  {before} -> a new version is needed"
    if before == after:
        return f"  {after}" if after else ""
    return f"  {before} -> {after}" if before and after else f"  {after or before}"


def semantic_versions(interface: Interface | None) -> dict[str, str]:
    """The semantic version of each product version, by product key."""
    products = interface.products if interface else ()
    return {
        product_key(product.name, version.v): version.semantic_version
        for product in products
        for version in product.versions
    }


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def comparison_document(comparison: Comparison, result: GateResult) -> dict[str, Any]:
    """The same for programs."""
    before, after = semantic_versions(comparison.old), semantic_versions(comparison.new)
    return {
        "project": comparison.project,
        "base": comparison.base.label,
        "head": comparison.head.label,
        "profile": result.level,
        "passes": result.passes,
        "notes": list(comparison.notes),
        "changes": [change_document(entry) for entry in result.entries],
        "semantic_versions": {
            key: {"old": before.get(key), "new": after.get(key)}
            for key in dict.fromkeys((*before, *after))
            if before.get(key) != after.get(key)
        },
    }


def change_document(entry: Gated) -> dict[str, Any]:
    """One change for programs; ``class`` and ``bump`` are structural, ``effective`` ones beside them."""
    verdict, change, given = entry.verdict, entry.verdict.change, entry.acknowledgement
    return {
        "id": change.rule,
        "name": change.name,
        "project": change.project,
        "product": change.product,
        "version": change.v,
        "column": change.columns[0] if len(change.columns) == 1 else None,
        "columns": list(change.columns),
        "class": change.cls,
        "effective": verdict.effective,
        "bump": change.bump,
        "effective_bump": verdict.bump,
        "level": change.level,
        "gating": entry.gates,
        "state": entry.state,
        "old": change.old,
        "new": change.new,
        "message": change.message,
        "reason": verdict.reason,
        "key": change.key,
        "fingerprint": change.fingerprint,
        "acknowledgement": given,
        "consumers": _hits(verdict.hits),
    }


def _hits(hits: Iterable[Hit]) -> list[dict[str, Any]]:
    return [
        {
            "project": hit.project,
            "node": hit.node,
            "effect": hit.effect,
            "method": hit.method,
            "detail": hit.detail,
            "through": hit.through,
            "owner": hit.owner,
        }
        for hit in hits
    ]


def print_acceptances(to: Console, found: Sequence[Acceptance], written: Sequence[str]) -> None:
    """What stands in the way, or what was accepted."""
    blocked = [acceptance for acceptance in found if not acceptance.result.passes]
    for acceptance in blocked:
        print_comparison(to, acceptance.comparison, acceptance.result, safe=False)
    if blocked:
        print_outcome(to, [acceptance.result for acceptance in blocked])
        to.print(Text("nothing was written"))
        return
    width = max((len(acceptance.comparison.project) for acceptance in found), default=0)
    for acceptance in found:
        comparison = acceptance.comparison
        summary = _totals(acceptance.result) if comparison.old else "accepted for the first time"
        to.print(Text(f"{comparison.project:<{width}}  {summary}{_moved(acceptance)}"))
    to.print(Text(f"written: {', '.join(written)}" if written else "all interfaces are up to date"))


def _moved(acceptance: Acceptance) -> str:
    before, after = semantic_versions(acceptance.comparison.old), semantic_versions(acceptance.interface)
    moved = [f"{key} {before[key]} -> {after[key]}" for key in after if before.get(key, after[key]) != after[key]]
    return f"; {', '.join(moved)}" if moved else ""


def acceptance_document(acceptance: Acceptance) -> dict[str, Any]:
    """The same for programs."""
    document = comparison_document(acceptance.comparison, acceptance.result)
    return {**document, "acknowledgements": list(acceptance.interface.acknowledgements)}
