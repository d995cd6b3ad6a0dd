"""What is not known: gathered project by project, told once for all projects that it is true of."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.site.facts.catalogue import Gap, GapKind

_NAMED = 4


class Gaps:
    """Collects; the same thing about several projects becomes one gap."""

    def __init__(self) -> None:
        self._alone: dict[Gap, None] = {}
        self._projects: dict[tuple[GapKind, str, str], list[str]] = {}

    def add(self, about: GapKind, text: str, command: str = "") -> None:
        """Something about the mesh, or about one thing that no other has."""
        self._alone[Gap(about=about, text=text, command=command)] = None

    def add_project(self, about: GapKind, project: str, text: str, command: str = "") -> None:
        """Something about a project; ``text`` goes on after its name, or after the names of several."""
        self._projects.setdefault((about, text, command), []).append(project)

    def all(self) -> Iterator[Gap]:
        """Every gap, each once."""
        for (about, text, command), projects in self._projects.items():
            more = len(projects) - _NAMED
            names = ", ".join(projects[:_NAMED]) + (f" and {more} more" if more > 0 else "")
            yield Gap(about=about, text=f"{names}: {text}", command=command, projects=tuple(projects))
        yield from self._alone
