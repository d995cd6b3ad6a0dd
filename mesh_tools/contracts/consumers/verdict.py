"""How hits refine the class of a change."""

from __future__ import annotations

from collections.abc import Sequence

from mesh_tools.contracts.rules.registry import RULES, Refinement
from mesh_tools.model.change import BUMPS, CLASSES, Bump, Change, ChangeClass, Hit, Verdict

_SHOWN = 3
_BUMP_OF: dict[ChangeClass, Bump] = {"safe": "none", "dangerous": "minor", "breaking": "major"}
OUTSIDE = "who reads it outside the mesh is not known"


def refinement_of(change: Change) -> Refinement:
    """How consumers refine the class of ``change``."""
    rule = RULES.get(change.rule)
    return rule.refine if rule else "none"


def verdict_of(change: Change, effective: ChangeClass, reason: str, hits: Sequence[Hit] = ()) -> Verdict:
    """The verdict, with the bump that the effective class needs.

    Never more than the structural bump where the class is lower, never less than what the class needs.
    """
    bump = change.bump
    if CLASSES.index(effective) < CLASSES.index(change.cls):
        bump = min(bump, "minor", key=BUMPS.index)
    bump = max(bump, _BUMP_OF[effective], key=BUMPS.index)
    return Verdict(change=change, effective=effective, bump=bump, hits=tuple(hits), reason=reason)


def lowered(change: Change) -> ChangeClass:
    """The class of a change that hits no known consumer.

    A guarantee that nobody relies on may go. What is gone or different for everybody who names it stays dangerous:
    there may be readers outside the mesh.
    """
    if change.cls == "breaking" and change.level != "guarantee":
        return "dangerous"
    return "safe"


def raised(change: Change, hits: Sequence[Hit], highest: ChangeClass = "breaking") -> ChangeClass:
    """The class of a change with these hits; never above ``highest``, nor below dangerous.

    What is not known counts as the structural class, and as dangerous at least.
    """
    effects = {hit.effect for hit in hits}
    found: ChangeClass = "breaking" if "breaking" in effects else "dangerous"
    if "unknown" in effects:
        found = max(found, change.cls, key=CLASSES.index)
    return min(found, highest, key=CLASSES.index)


def few(names: Sequence[str]) -> str:
    """The first of ``names``, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def reason_of(hits: Sequence[Hit], readers: int, notes: Sequence[str] = ()) -> str:
    """Why a class is what it is, in one sentence."""
    worst = hits[0].effect if hits else "none"
    names = list(dict.fromkeys(hit.label for hit in hits if hit.effect == worst))
    shown = few(names)
    if worst == "none":
        text = f"none of the {readers} known readers is hit" if readers > 1 else "its one known reader is not hit"
        text = text if readers else f"nobody in the mesh reads it; {OUTSIDE}"
    else:
        text = {
            "breaking": f"breaks {shown}",
            "dangerous": f"touches {shown}",
            "unknown": f"what it does to {shown} is not known",
        }[worst]
    return "; ".join((text, *notes))
