"""Finds the nodes that specs select, as dbt does: match, walk, add the tests, then combine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from mesh_tools.build.selection.advice import advice
from mesh_tools.build.selection.methods import METHODS
from mesh_tools.build.selection.projects import projects_of
from mesh_tools.build.selection.sets import NOTHING_LEFT, selected, union
from mesh_tools.build.selection.spec import PROJECT, Criterion, Spec
from mesh_tools.build.selection.universe import Universe
from mesh_tools.errors import MeshError


class Resolver:
    """Resolves selections over one universe."""

    def __init__(self, universe: Universe, upstream: Mapping[str, Iterable[str]]) -> None:
        self._universe = universe
        self._upstream = upstream

    def resolve(self, select: Sequence[Spec], exclude: Sequence[Spec]) -> dict[str, frozenset[str] | None]:
        """The unique_ids to build of each project, ``None`` for all of them.

        Raises:
            MeshError: a spec of ``select`` matches nothing, or nothing is left to build.
        """
        everything = frozenset(self._universe.candidates)
        find = cache(self._find)
        chosen = selected(select, exclude, find, everything, self._advice)
        # Guards come last: one that a selected model needs stays when another that needs it is excluded.
        chosen |= self._universe.guards_of(chosen) - union(exclude, find)
        nodes = self._by_project(chosen)
        if not nodes:
            raise MeshError(NOTHING_LEFT, hint=_why_nothing(chosen))
        return nodes

    def _find(self, criterion: Criterion) -> frozenset[str]:
        if criterion.method == PROJECT:
            return self._universe.of_projects(projects_of(criterion, self._upstream))
        matches = METHODS[criterion.method].matches
        matched = frozenset(
            key
            for key, node in self._universe.candidates.items()
            if criterion.project in (None, node.project) and matches(node, criterion)
        )
        found = matched | self._walked(criterion, matched)
        return found | self._universe.tests_of(found)

    def _walked(self, criterion: Criterion, matched: frozenset[str]) -> frozenset[str]:
        """What the signs add. Guards are no part of a walk: they come with what they protect."""
        graph, guards = self._universe.graph, self._universe.guards
        found: frozenset[str] = frozenset()
        if criterion.with_ancestors:
            found |= graph.upstream_of(matched, criterion.ancestor_steps)
        if criterion.with_descendants:
            found |= graph.downstream_of(matched, criterion.descendant_steps) - guards
        if criterion.with_ancestors_of_descendants:
            below = matched | (graph.downstream_of(matched) - guards)
            found |= below | graph.upstream_of(below)
        return found

    def _advice(self, criterion: Criterion) -> str | None:
        return advice(criterion, self._universe.candidates.values())

    def _by_project(self, chosen: frozenset[str]) -> dict[str, frozenset[str] | None]:
        every: defaultdict[str, set[str]] = defaultdict(set)
        picked: defaultdict[str, set[str]] = defaultdict(set)
        for key, node in self._universe.candidates.items():
            if node.is_buildable:
                every[node.project].add(node.resource.unique_id)
                if key in chosen:
                    picked[node.project].add(node.resource.unique_id)
        return {name: None if ids == every[name] else frozenset(ids) for name, ids in picked.items()}


def _why_nothing(chosen: frozenset[str]) -> str:
    if chosen:
        return "sources and exposures are not built themselves: write +NAME or NAME+ for what is around them"
    return "--exclude takes away all that --select names"
