"""`mesh contract check`, for the projects of a mesh."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.build.comparing import Comparing
from mesh_tools.contracts.check import (
    Finding,
    due_process,
    fit,
    not_checked,
    numbering,
    overdue,
    settled,
    stale,
    up_to_date,
)
from mesh_tools.contracts.compare import Comparison
from mesh_tools.contracts.gate import GateResult
from mesh_tools.contracts.operands.resolve import Side, accepted_side, present_side
from mesh_tools.contracts.operands.spec import Operand
from mesh_tools.errors import MeshError
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.project import Project


class Checked(Struct, frozen=True, kw_only=True):
    """What was found in one project.

    Attributes:
        project: Its name.
        comparison: With the base; ``None`` when it could not be made.
        result: What the profile says to that.
        findings: Errors first.
    """

    project: str
    comparison: Comparison | None = None
    result: GateResult | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return not any(finding.error for finding in self.findings)


class Checking:
    """Checks projects of a mesh.

    Args:
        comparing: Of the mesh.
        workspace: The mesh.
        base: What present interfaces are compared with. Default: contracts.base of mesh.yml, else interface.yml.
    """

    def __init__(self, comparing: Comparing, workspace: Workspace, base: str | None) -> None:
        self._comparing = comparing
        self._workspace = workspace
        written = base or workspace.config.file.contracts.base
        self._base = comparing.operand(written).at_fork if written else Operand("accepted")
        self._published = Operand("registry", comparing.environment)
        self._checked: set[str] = set()

    @classmethod
    def open(cls, mesh_file: Path | None, environment: str | None, base: str | None) -> Checking:
        """For the mesh of ``mesh_file``, or of the working directory.

        Raises:
            MeshError: there is none, or something in it is wrong.
        """
        workspace = Workspace.open(Path.cwd(), mesh_file)
        name, _ = workspace.config.environment(environment)
        return cls(Comparing(workspace, name, Path.cwd()), workspace, base)

    @property
    def notes(self) -> list[str]:
        """What is not known of consumers; what was found of a project that was checked is said there."""
        stale = {note for name, note in self._comparing.stale.items() if name in self._checked}
        return [note for note in self._comparing.notes if note not in stale]

    def select(self, names: Sequence[str]) -> tuple[Project, ...]:
        """The projects ``names``, or all.

        Raises:
            MeshError: there is no such project.
        """
        return self._workspace.select(names)

    def project(self, project: Project) -> Checked:
        """Check one project.

        Raises:
            MeshError: it has no manifest, or its interface.yml or the base cannot be read.
        """
        self._checked.add(project.name)
        accepted = accepted_side(project).interface
        present = self._comparing.present(project)
        head = present_side(present)
        comparison = self._comparing.compare(project.name, self._base, head)
        result = settled(self._comparing.gated(comparison), accepted)
        findings = [
            *stale(project.name, self._comparing.stale.get(project.name)),
            *up_to_date(project.name, accepted, present),
            *due_process(result, project.name),
            *(numbering(comparison, accepted) if self._base.kind != "accepted" else ()),
            *self._fit(project, head),
            *overdue(present, self._comparing.today),
        ]
        # Stable: of errors and warnings, each as they were found.
        found = tuple(sorted(findings, key=lambda finding: not finding.error))
        return Checked(project=project.name, comparison=comparison, result=result, findings=found)

    def gone(self) -> Iterator[Checked]:
        """Projects that the mesh had at the base, a git ref, and that were removed: their products are gone, too.

        Raises:
            MeshError: the base cannot be read.
        """
        for name, side in sorted(self._comparing.operands.gone(self._base).items()):
            if side.interface is not None and side.interface.products:
                nothing = replace(side.interface, products=(), groups=(), acknowledgements=())
                head = Side(label="nothing", interface=nothing, note=f"{name} is not in the mesh any more")
                comparison = self._comparing.compare(name, side, head)
                result = self._comparing.gated(comparison)
                # Nobody is there to acknowledge what is dangerous.
                breaking = replace(result, entries=result.refused)
                findings = tuple(due_process(breaking, name))
                yield Checked(project=name, comparison=comparison, result=result, findings=findings)

    def _fit(self, project: Project, head: Side) -> Iterator[Finding]:
        """Whether the consumers of what is published fit what would be published."""
        environment = self._comparing.environment
        try:
            side = self._comparing.operands.side(self._published, project.name)
        except MeshError as error:
            message = f"consumers of {project.name} as of {environment} were not checked: {error.message}"
            yield not_checked(project.name, message, error.hint)
            return
        if side.interface is None:
            if head.interface is not None and head.interface.products:
                self._comparing.notes.append(f"{side.note}: whether consumers of what is published fit was not checked")
            return
        comparison = self._comparing.compare(project.name, side, head)
        yield from fit(comparison, self._comparing.gated(comparison))


def unreadable(project: Project, error: MeshError) -> Checked:
    """A project that could not be checked; that is no success."""
    where = f" ({error.where})" if error.where else ""
    finding = Finding(
        kind="not_checked", subject=project.name, message=f"{error.message}{where}", hint=error.hint or ""
    )
    return Checked(project=project.name, findings=(finding,))
