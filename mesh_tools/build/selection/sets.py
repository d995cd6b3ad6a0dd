"""Unions, intersections and differences of what criteria find, whatever that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mesh_tools.build.selection.spec import PROJECT, Criterion, Spec
from mesh_tools.errors import MeshError

NOTHING_LEFT = "nothing is left to build"

Find = Callable[[Criterion], frozenset[str]]
Advise = Callable[[Criterion], str | None]


def selected(
    select: Sequence[Spec],
    exclude: Sequence[Spec],
    find: Find,
    everything: frozenset[str],
    advise: Advise = lambda _: None,
) -> frozenset[str]:
    """What any spec of ``select`` finds and none of ``exclude``; ``everything`` when ``select`` is empty.

    Raises:
        MeshError: a spec of ``select`` finds nothing; ``advise`` gives the hint for one of its criteria.
    """
    found = frozenset[str]().union(*(_found(spec, find, advise) for spec in select)) if select else everything
    return found - union(exclude, find)


def union(specs: Sequence[Spec], find: Find) -> frozenset[str]:
    """What any of ``specs`` finds."""
    return frozenset[str]().union(*(_intersection(spec, find) for spec in specs))


def _intersection(spec: Spec, find: Find) -> frozenset[str]:
    return frozenset.intersection(*map(find, spec.criteria))


def _found(spec: Spec, find: Find, advise: Advise) -> frozenset[str]:
    each = {criterion: find(criterion) for criterion in spec.criteria}
    for criterion, found in each.items():
        # A project without any node is there all the same.
        if not found and criterion.method != PROJECT:
            part = "" if len(spec.criteria) == 1 else f" (in '{spec}')"
            raise MeshError(f"--select {criterion}{part} matches nothing", hint=advise(criterion))
    both = frozenset.intersection(*each.values())
    if not both and len(each) > 1:
        raise MeshError(
            f"--select {spec} matches nothing",
            hint="each part matches something, but nothing matches all of them; blanks instead of commas mean any",
        )
    return both
