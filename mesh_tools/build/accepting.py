"""`mesh contract accept`, for the projects of a mesh."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from mesh_tools.build.comparing import Comparing
from mesh_tools.contracts import accept
from mesh_tools.contracts.accept import Acceptance, Before, acceptance, accepted_before, acknowledged
from mesh_tools.contracts.acknowledgements import last_day
from mesh_tools.contracts.compare import Comparison
from mesh_tools.contracts.operands.resolve import Side, present_side
from mesh_tools.contracts.operands.spec import Operand
from mesh_tools.interface.upstreams import INTERFACE_FILE
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.project import Project


class _Candidate(Struct, frozen=True, kw_only=True):
    project: Project
    before: Before
    comparisons: tuple[Comparison, ...]


class Accepting:
    """Accepts what the newest manifests promise.

    Args:
        comparing: Of the mesh.
        workspace: The mesh.
        base: What it is compared with, as written; ``None`` for the interface.yml.
    """

    def __init__(self, comparing: Comparing, workspace: Workspace, base: str | None) -> None:
        self.comparing = comparing
        self._workspace = workspace
        written = base or workspace.config.file.contracts.base
        self._base = comparing.operand(written).at_fork if written else Operand("accepted")

    @classmethod
    def open(cls, mesh_file: Path | None, environment: str | None, base: str | None) -> Accepting:
        """For the mesh of ``mesh_file``, or of the working directory.

        Raises:
            MeshError: there is none, or something in it is wrong.
        """
        workspace = Workspace.open(Path.cwd(), mesh_file)
        name, _ = workspace.config.environment(environment)
        return cls(Comparing(workspace, name, Path.cwd()), workspace, base)

    @property
    def notes(self) -> list[str]:
        """What is not known of projects and consumers."""
        return self.comparing.notes

    def all(
        self, names: Sequence[str], selectors: Sequence[str], *, reason: str, until: str | None
    ) -> list[Acceptance]:
        """What would be accepted of the projects ``names``, or of all; nothing is written yet.

        Raises:
            MeshError: a project has no manifest, its interface.yml or the base cannot be read, or an acknowledgement
                names no change that needs one.
        """
        candidates = [self._candidate(project) for project in self._workspace.select(names)]
        days = self._workspace.config.file.contracts.acknowledge_days
        day = last_day(until, today=self.comparing.today, days=days)
        comparisons = [comparison for candidate in candidates for comparison in candidate.comparisons]
        given = acknowledged(selectors, comparisons, reason=reason, until=day)
        return [
            acceptance(
                candidate.comparisons,
                self.comparing.terms(candidate.project.name),
                old=candidate.before.acknowledgements,
                new=given,
            )
            for candidate in candidates
        ]

    def write(self, acceptances: Sequence[Acceptance]) -> list[str]:
        """Write what was accepted; the paths, relative to mesh.yml, of the files that changed.

        Raises:
            OSError: a file cannot be written.
        """
        written = []
        for found in acceptances:
            project = self._workspace.project(found.comparison.project)
            if accept.write(found.interface, project):
                written.append((project.path / INTERFACE_FILE).relative_to(self._workspace.root).as_posix())
        return written

    def _candidate(self, project: Project) -> _Candidate:
        before = accepted_before(project)
        head = present_side(self.comparing.present(project))
        bases = self._bases(project, before)
        comparisons = tuple(self.comparing.compare(project.name, base, head) for base in bases)
        return _Candidate(project=project, before=before, comparisons=comparisons)

    def _bases(self, project: Project, before: Before) -> tuple[Side, ...]:
        if before.note:
            self.comparing.notes.append(f"{project.name}: {before.note}")
        if self._base.kind != "accepted":
            return (self.comparing.operands.side(self._base, project.name),)
        first = Side(label=INTERFACE_FILE, interface=None, note=f"{project.name} is accepted for the first time")
        return before.sides or (first,)
