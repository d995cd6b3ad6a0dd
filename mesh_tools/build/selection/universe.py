"""All that can be selected: the nodes of all projects, and the graph over them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath

from msgspec import Struct

from mesh_tools.artifacts.manifest import Manifest, Resource, TestNode
from mesh_tools.mesh.graph import MeshGraph
from mesh_tools.mesh.summary import is_stub, summarise

_TESTS = frozenset({"test", "unit_test"})
_BUILDABLE = _TESTS | {"model", "seed", "snapshot", "function"}


class Candidate(Struct, frozen=True, kw_only=True):
    """A node that may be selected.

    Attributes:
        key: In the graph.
        project: The project that builds it.
        folder: The project's folder, relative to that of mesh.yml.
        resource: As the project's manifest has it.
        is_guard: Whether it is a test of an upstream product, from that product's interface package.
    """

    key: str
    project: str
    folder: str
    resource: Resource
    is_guard: bool

    @property
    def kind(self) -> str:
        """The resource type, as dbt has it."""
        return self.resource.unique_id.partition(".")[0]

    @property
    def is_buildable(self) -> bool:
        """Whether `dbt build` does something about it."""
        return self.kind in _BUILDABLE

    @property
    def is_test(self) -> bool:
        """Whether it is a data test or a unit test."""
        return self.kind in _TESTS

    @property
    def is_own(self) -> bool:
        """Whether it is the project's own, rather than of a package installed in it."""
        return self.resource.package_name == self.project


class Universe:
    """The nodes of all projects, without the stubs: of a product, its producer's own node counts.

    Attributes:
        candidates: By key.
        graph: Over the same keys.
        guards: The keys of those that are guards.
    """

    def __init__(self, manifests: Iterable[Manifest], folders: Mapping[str, Path], root: Path) -> None:
        found = list(manifests)
        self.graph = MeshGraph([summarise(manifest) for manifest in found])
        keys = {(node.project, node.unique_id): key for key, node in self.graph.nodes.items()}
        self.candidates: dict[str, Candidate] = {}
        for manifest in found:
            folder = _relative(folders.get(manifest.project), root)
            self.candidates.update((node.key, node) for node in _candidates(manifest, folder, keys))
        self.guards = frozenset(key for key, candidate in self.candidates.items() if candidate.is_guard)

    def of_projects(self, names: Iterable[str]) -> frozenset[str]:
        """The keys of all nodes of these projects."""
        wanted = frozenset(names)
        return frozenset(key for key, candidate in self.candidates.items() if candidate.project in wanted)

    def tests_of(self, keys: frozenset[str]) -> frozenset[str]:
        """The tests that have one of ``keys`` of their own project as a parent, other than guards."""
        found = self.graph.downstream_of(keys, 1) - self.guards
        return frozenset(key for key in found if self.candidates[key].is_test and self._has_own_parent(key, keys))

    def guards_of(self, keys: frozenset[str]) -> frozenset[str]:
        """The guards on the products that one of ``keys``, which is built, reads itself."""
        built = [self.candidates[key] for key in keys - self.guards]
        read = {
            (node.project, product) for node in built if node.is_buildable for product in node.resource.depends_on.nodes
        }
        return frozenset(
            key
            for key in self.guards
            if not read.isdisjoint(
                (self.candidates[key].project, product) for product in _guarded(self.candidates[key])
            )
        )

    def _has_own_parent(self, test: str, keys: frozenset[str]) -> bool:
        parents = self.graph.upstream_of([test], 1) & keys
        return any(self.candidates[parent].project == self.candidates[test].project for parent in parents)


def _candidates(manifest: Manifest, folder: str, keys: Mapping[tuple[str, str], str]) -> Iterator[Candidate]:
    """What the graph has of the project."""
    project = manifest.project
    interfaces = {resource.package_name for resource in manifest.resources() if is_stub(resource)} - {project}
    for resource in manifest.resources():
        key = keys.get((project, resource.unique_id))
        if key is not None:
            is_guard = isinstance(resource, TestNode) and resource.package_name in interfaces
            yield Candidate(key=key, project=project, folder=folder, resource=resource, is_guard=is_guard)


def _relative(folder: Path | None, root: Path) -> str:
    return PurePath(os.path.relpath(folder, root)).as_posix() if folder else ""


def _guarded(guard: Candidate) -> tuple[str, ...]:
    """The products that a guard is about."""
    attached = guard.resource.attached_node if isinstance(guard.resource, TestNode) else None
    return (attached,) if attached else guard.resource.depends_on.nodes
