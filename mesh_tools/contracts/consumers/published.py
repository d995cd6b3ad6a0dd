"""What a change does to projects whose SQL is not at hand, by what they published of their use."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.contracts.consumers.reader import plain
from mesh_tools.contracts.consumers.world import Published
from mesh_tools.contracts.rules.registry import Refinement
from mesh_tools.model.change import Change, Effect, Hit
from mesh_tools.model.interface import Consumption

_NOT_TRACED = "its published use has no columns"
_UNNAMED = "(not named)"


def published_hits(change: Change, refine: Refinement, use: Published) -> Iterator[Hit]:
    """A hit for each model of ``use``; with the effect ``none`` where the change does not touch it."""
    for name in use.consumption.by or (_UNNAMED,):
        effect, detail = effect_on(change, refine, use.consumption, is_exposure=name.startswith("exposure:"))
        yield Hit(project=use.project, node=name, effect=effect, method="consumption", detail=detail, owner=use.owner)


def effect_on(change: Change, refine: Refinement, use: Consumption, *, is_exposure: bool = False) -> tuple[Effect, str]:
    """What ``change`` does to those who use ``use``, and why."""
    if refine == "none":
        return _own(change), "reads it"
    if refine == "unpinned":
        return ("none", "") if use.pinned else (_own(change), "its ref names no version")
    if refine == "position":
        return ("none", "") if is_exposure else _by_position(change, use)
    return _by_column(change, refine, use)


def _own(change: Change) -> Effect:
    return "none" if change.cls == "safe" else change.cls


def _by_column(change: Change, refine: Refinement, use: Consumption) -> tuple[Effect, str]:
    columns = {plain(name) for name in change.columns}
    if use.columns is None:
        return ("unknown", _NOT_TRACED) if columns else (_own(change), "reads it")
    typed = sorted(columns & {plain(name) for name in use.typed})
    if refine == "typed" and typed:
        return "breaking", f"stores, or promises itself, {', '.join(typed)}"
    used = sorted(columns & {plain(name) for name in use.columns})
    if used or not columns:
        return _own(change), f"uses {', '.join(used)}" if used else "reads it"
    return "none", ""


def _by_position(change: Change, use: Consumption) -> tuple[Effect, str]:
    matter = {"star", "positional"} if change.name == "column-order" else {*use.hazards}
    hazards = sorted(matter & {*use.hazards})
    if hazards:
        return "dangerous", f"depends on columns that it does not name ({', '.join(hazards)})"
    return ("unknown", _NOT_TRACED) if use.columns is None else ("none", "")
