"""A mesh.yml together with the projects that it names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mesh_tools.errors import MeshError, did_you_mean
from mesh_tools.mesh.config import MeshConfig
from mesh_tools.mesh.discovery import discover
from mesh_tools.mesh.graph import knots_of
from mesh_tools.model.project import Project

STATE_FOLDER = ".mesh"
"""Below mesh.yml: registry, data, runs. Below a project: its interface packages. These may be one folder."""

RESERVED_NAMES = frozenset(
    {"build", "cache", "data", "landing", "lint", "lock", "profiles", "registry", "runs", "state"}
)
"""What mesh calls its own in there."""


class Workspace:
    """The mesh as its files stand now.

    Attributes:
        config: Its mesh.yml.
        projects: By name, in an order in which each follows its upstreams (as far as they form no cycle).
    """

    def __init__(self, config: MeshConfig) -> None:
        self.config = config
        found = {project.name: project for project in discover(config)}
        knots = knots_of({name: _known(project.upstream_names, found) for name, project in found.items()})
        self.projects: dict[str, Project] = {name: found[name] for knot in knots for name in knot}

    @classmethod
    def open(cls, start: Path, mesh_file: Path | None = None) -> Workspace:
        """Open the mesh of ``mesh_file``, or of the nearest mesh.yml at or above ``start``.

        Raises:
            MeshError: there is none, or something in it is wrong.
        """
        return cls(MeshConfig.read(mesh_file) if mesh_file else MeshConfig.find(start))

    @property
    def root(self) -> Path:
        """The folder of mesh.yml."""
        return self.config.root

    @property
    def state(self) -> Path:
        """The folder of everything that mesh writes for the whole mesh."""
        return self.root / STATE_FOLDER

    def upstream(self) -> dict[str, tuple[str, ...]]:
        """The declared upstream projects of each project, those of this mesh alone."""
        return {name: _known(project.upstream_names, self.projects) for name, project in self.projects.items()}

    def project(self, name: str) -> Project:
        """The project called ``name``.

        Raises:
            MeshError: there is none.
        """
        if name not in self.projects:
            hint = did_you_mean(name, self.projects) or f"projects: {', '.join(self.projects)}"
            raise MeshError(f"no project '{name}' in this mesh", hint=hint)
        return self.projects[name]

    def select(self, names: Iterable[str]) -> tuple[Project, ...]:
        """The projects called ``names``, in build order; all of them when ``names`` is empty.

        ``+name`` adds everything upstream of it, ``name+`` everything downstream.

        Raises:
            MeshError: there is no such project, or a selector without a name.
        """
        chosen: set[str] = set()
        for name in names:
            chosen |= self._selected(name)
        return tuple(project for project in self.projects.values() if not chosen or project.name in chosen)

    def _selected(self, selector: str) -> set[str]:
        name = selector.strip("+")
        if not name or name.isspace():
            hint = "write NAME, +NAME (with all upstream of it) or NAME+ (with all downstream of it)"
            raise MeshError(f"'{selector}' names no project", hint=hint)
        upstream = self.upstream()
        chosen = {self.project(name).name}
        if selector.startswith("+"):
            chosen |= _reachable(name, upstream)
        if selector.endswith("+"):
            chosen |= {other for other in upstream if name in _reachable(other, upstream)}
        return chosen


def _known(names: Iterable[str], projects: dict[str, Project]) -> tuple[str, ...]:
    return tuple(name for name in names if name in projects)


def _reachable(name: str, upstream: dict[str, tuple[str, ...]]) -> set[str]:
    seen: set[str] = set()
    pending = list(upstream[name])
    while pending:
        current = pending.pop()
        if current not in seen:
            seen.add(current)
            pending += upstream[current]
    return seen
