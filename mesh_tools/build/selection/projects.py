"""Selection of whole projects, by the upstream projects that they declare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mesh_tools.build.selection.spec import Criterion


def projects_of(criterion: Criterion, upstream: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """The projects that a bare project name selects, with its signs."""
    downstream = _reversed(upstream)
    start = frozenset({criterion.value})
    found = start
    if criterion.with_ancestors:
        found |= _walk(start, upstream, criterion.ancestor_steps)
    if criterion.with_descendants:
        found |= _walk(start, downstream, criterion.descendant_steps)
    if criterion.with_ancestors_of_descendants:
        below = start | _walk(start, downstream)
        found |= below | _walk(below, upstream)
    return found


def _walk(start: frozenset[str], edges: Mapping[str, Iterable[str]], steps: int | None = None) -> frozenset[str]:
    seen: frozenset[str] = frozenset()
    layer = start
    while layer and steps != 0:
        layer = frozenset(name for project in layer for name in edges.get(project, ())) - seen
        seen |= layer
        steps = None if steps is None else steps - 1
    return seen


def _reversed(upstream: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    downstream: dict[str, list[str]] = {}
    for project, names in upstream.items():
        for name in names:
            downstream.setdefault(name, []).append(project)
    return downstream
