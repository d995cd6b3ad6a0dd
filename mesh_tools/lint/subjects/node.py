"""Any node of the graph over all projects, as what a finding is about."""

from __future__ import annotations

from mesh_tools.lint.places.place import CodePlace, Place, YamlPlace, entry_place
from mesh_tools.lint.subjects.base import Subject
from mesh_tools.mesh.summary import NodeSummary

_SECTIONS = {"model": "models", "seed": "seeds", "snapshot": "snapshots"}


class MeshNode(Subject):
    """A model, seed, snapshot or source among those of all projects.

    Attributes:
        node: In the graph.
    """

    __slots__ = ("node",)
    kind = "model"

    def __init__(self, node: NodeSummary) -> None:
        self.node = node

    @property
    def label(self) -> str:
        """``operations.flights.v2``."""
        return self.node.label

    @property
    def owner(self) -> str:
        """Its project."""
        return self.node.project

    @property
    def place(self) -> Place:
        """Its entry in the YAML, else its file."""
        node = self.node
        if node.resource_type == "source":
            source, _, table = node.name.partition(".")
            return YamlPlace(file=node.path, steps=(("sources", source), ("tables", table)))
        section = _SECTIONS.get(node.resource_type, f"{node.resource_type}s")
        return entry_place(section, node.name, v=node.v, patch_path=node.patch_path, file=node.path)

    @property
    def path(self) -> str:
        """Its own file."""
        return self.node.path

    @property
    def code(self) -> CodePlace:
        """Its first ref, else the beginning of its file."""
        node = self.node
        return CodePlace(file=node.path, ref=node.refs[0] if node.refs else None)


class _Seed(MeshNode):
    __slots__ = ()
    kind = "seed"


class _Snapshot(MeshNode):
    __slots__ = ()
    kind = "snapshot"


class _Source(MeshNode):
    __slots__ = ()
    kind = "source"


_KINDS: dict[str, type[MeshNode]] = {"seed": _Seed, "snapshot": _Snapshot, "source": _Source}


def subject_of(node: NodeSummary) -> MeshNode:
    """``node`` as a subject of its own kind."""
    return _KINDS.get(node.resource_type, MeshNode)(node)
