"""What a build is asked to build: parsed, then resolved to nodes of projects."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from mesh_tools.artifacts.manifest import Manifest
from mesh_tools.build.selection.projects import projects_of
from mesh_tools.build.selection.resolve import Resolver
from mesh_tools.build.selection.sets import NOTHING_LEFT, selected
from mesh_tools.build.selection.spec import PROJECT, Criterion, Spec
from mesh_tools.build.selection.syntax import read_specs
from mesh_tools.build.selection.universe import Universe
from mesh_tools.errors import MeshError


class Selection(Struct, frozen=True):
    """What to build.

    Attributes:
        nodes: By project, the unique_ids to build, as in the project's manifest; ``None`` is the whole project. What
            has nothing to build is absent.
    """

    nodes: Mapping[str, frozenset[str] | None]


class ParsedSelection(Struct, frozen=True):
    """The values of ``--select`` and ``--exclude``, read. No ``select`` at all means everything."""

    select: tuple[Spec, ...] = ()
    exclude: tuple[Spec, ...] = ()

    def whole_projects(self, upstream: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
        """The projects selected, in the order of ``upstream``, when no manifest is needed to tell; else ``None``.

        Args:
            upstream: The declared upstream projects of each project.

        Raises:
            MeshError: nothing is left to build, or a spec matches nothing.
        """
        if any(criterion.method != PROJECT for spec in (*self.select, *self.exclude) for criterion in spec.criteria):
            return None

        def find(criterion: Criterion) -> frozenset[str]:
            return projects_of(criterion, upstream)

        found = selected(self.select, self.exclude, find, frozenset(upstream))
        if not found:
            raise MeshError(NOTHING_LEFT, hint="--exclude takes away all that --select names")
        return tuple(name for name in upstream if name in found)

    def resolve(
        self,
        manifests: Mapping[str, Manifest],
        upstream: Mapping[str, tuple[str, ...]],
        folders: Mapping[str, Path],
        root: Path,
    ) -> Selection:
        """The nodes selected.

        Args:
            manifests: Of all projects, by name.
            upstream: The declared upstream projects of each project.
            folders: The folder of each project.
            root: The folder of mesh.yml.

        Raises:
            MeshError: a spec of ``--select`` matches nothing, or nothing is left to build.
        """
        resolver = Resolver(Universe(manifests.values(), folders, root), upstream)
        return Selection(resolver.resolve(self.select, self.exclude))


def parse_selection(select: Sequence[str], exclude: Sequence[str], projects: Collection[str]) -> ParsedSelection:
    """Read the values of ``--select`` and ``--exclude``.

    Args:
        select: Each value holds one or more specs between blanks.
        exclude: Likewise.
        projects: The names of the mesh's projects.

    Raises:
        MeshError: a value cannot be read; the message shows the place.
    """
    names = frozenset(projects)
    return ParsedSelection(read_specs("--select", select, names), read_specs("--exclude", exclude, names))
