"""Everything that a comparison of interfaces needs of a mesh: newest manifests, the registry, who uses what."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from mesh_tools.build.knowing import consumers_of
from mesh_tools.build.manifests import newest_manifest, newest_manifests
from mesh_tools.build.publish import local_today, present_interface
from mesh_tools.build.stale import stale_because
from mesh_tools.contracts.acknowledgements import merged
from mesh_tools.contracts.compare import Comparison, Terms, comparison_of, with_known_logic
from mesh_tools.contracts.consumers import Consumers
from mesh_tools.contracts.consumption import lineage_cache, traced_interface
from mesh_tools.contracts.gate import GateResult, gate
from mesh_tools.contracts.operands.resolve import Operands, Side
from mesh_tools.contracts.operands.spec import Operand, parse_operand
from mesh_tools.errors import MeshError
from mesh_tools.interface.upstreams import committed_interface
from mesh_tools.mesh.config import FILE_NAME, ContractSettings
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Acknowledgement, Interface
from mesh_tools.model.project import Project


class Comparing:
    """Compares interfaces of the projects of a mesh, or documents outside of any.

    Args:
        workspace: The mesh, if there is one.
        environment: Whose manifests are asked, and whose registry.
        folder: The working directory.
        consumers: Manifests of consumers besides those of the mesh.

    Attributes:
        notes: What is not known, in words.
        stale: Projects whose manifest may not know what they are now, each with the reason in words; noted, too.
    """

    def __init__(
        self, workspace: Workspace | None, environment: str, folder: Path, consumers: Sequence[Path] = ()
    ) -> None:
        self.workspace = workspace
        self.environment = environment
        self.notes: list[str] = []
        self.stale: dict[str, str] = {}
        self.today = local_today()
        self._manifests = tuple(consumers)
        self._consumers: Consumers | None = None
        self.operands = Operands(workspace, self.present, folder)
        self._settings = workspace.config.file.contracts if workspace else ContractSettings()

    @classmethod
    def open(
        cls,
        mesh_file: Path | None,
        environment: str | None,
        *,
        operands: Sequence[str] = (),
        consumers: Sequence[Path] = (),
    ) -> Comparing:
        """For the mesh of ``mesh_file`` or the working directory; two documents can be compared without one.

        Raises:
            MeshError: there is no mesh, and one is needed; or something in it is wrong.
        """
        folder = Path.cwd()
        documents = bool(operands) and all(parse_operand(text).kind == "file" for text in operands)
        if operands and mesh_file is None and not _has_mesh(folder):
            if documents:
                return cls(None, environment or "", folder, consumers)
            raise MeshError(
                f"no {FILE_NAME} in this folder or above it",
                hint="name two documents, which need no mesh: --base OLD-MANIFEST.json --head NEW-MANIFEST.json;\n"
                "or name the mesh: --mesh-file PATH",
            )
        workspace = Workspace.open(folder, mesh_file)
        return cls(workspace, workspace.config.environment(environment)[0], folder, consumers)

    def operand(self, text: str) -> Operand:
        """What ``text`` names in this mesh.

        Raises:
            MeshError: it names nothing.
        """
        return parse_operand(text, self.workspace.config.environments if self.workspace else ())

    def projects(self, names: Sequence[str], operands: Sequence[Operand] = ()) -> tuple[str, ...]:
        """The projects to compare: those that are named, else that of a document, else all.

        Raises:
            MeshError: there is no such project, or a document cannot be read.
        """
        documents = [found for one in operands if (found := self.operands.project_of(one)) is not None]
        if documents and not names:
            return (documents[0],)
        if self.workspace is None or documents:
            return tuple(names)
        return tuple(project.name for project in self.workspace.select(names))

    def present(self, project: Project) -> Interface:
        """The interface that the newest manifest of ``project`` describes, with what its compiled SQL tells.

        Raises:
            MeshError: there is no manifest, or it is wrong.
        """
        if self.workspace is None:
            raise MeshError(f"{project.name} is in no mesh")
        manifest = newest_manifest(self.workspace, project, self.environment)
        self._see_age(self.workspace, project, manifest)
        accepted = _known(project)
        present = present_interface(self.workspace, project, manifest, accepted=accepted)
        traced = traced_interface(present, manifest, lineage_cache(self.workspace))
        return replace(with_known_logic(traced, accepted), environment=self.environment)

    def terms(self, project: str) -> Terms:
        """What changes of ``project`` are judged by."""
        settings = self._settings
        return Terms(
            today=self.today,
            consumers=self.consumers,
            level=self.workspace.config.profile_of(project) if self.workspace else settings.profile,
            grace_days=settings.grace_days,
            acknowledge_days=settings.acknowledge_days,
        )

    def compare(self, project: str, base: Operand | Side, head: Operand | Side) -> Comparison:
        """Compare two sides of ``project``.

        Raises:
            MeshError: a side is not there, or cannot be read.
        """
        sides = [one if isinstance(one, Side) else self.operands.side(one, project) for one in (base, head)]
        return comparison_of(project, sides[0], sides[1], self.terms(project))

    def gated(self, comparison: Comparison) -> GateResult:
        """What the profile of the project says, given the acknowledgements of the work tree and of the head."""
        terms = self.terms(comparison.project)
        head = comparison.head.interface
        given = merged(self.acknowledgements(comparison.project), head.acknowledgements if head else ())
        return gate(
            comparison.verdicts,
            level=terms.level,
            acknowledgements=given,
            today=terms.today,
            days=terms.acknowledge_days,
        )

    def acknowledgements(self, project: str) -> tuple[Acknowledgement, ...]:
        """Those in the interface.yml of the work tree."""
        found = self.workspace.projects.get(project) if self.workspace else None
        accepted = _known(found) if found else None
        return accepted.acknowledgements if accepted else ()

    def consumers(self) -> Consumers:
        """Who uses what, as far as it is known; what is not known goes to :attr:`notes`.

        Raises:
            MeshError: a manifest that was named cannot be read.
        """
        if self._consumers is None:
            if self.workspace is not None:
                for name, path in newest_manifests(self.workspace, self.environment).items():
                    self._see_age(self.workspace, self.workspace.project(name), path)
            self._consumers, notes = consumers_of(self.workspace, self.environment, self._manifests)
            self.notes += notes
        return self._consumers

    def _see_age(self, workspace: Workspace, project: Project, manifest: Path) -> None:
        """Note a manifest that is older than its project, once."""
        if project.name in self.stale:
            return
        with suppress(MeshError):  # one that cannot be read is told of by its reader
            if why := stale_because(workspace, project, manifest, self.environment):
                note = f"the manifest of {project.name} is older than the project: {why} since then"
                self.stale[project.name] = note
                self.notes.append(note)


def _has_mesh(folder: Path) -> bool:
    """Whether there is a mesh.yml in this folder or above it, within the repository."""
    for each in (folder, *folder.parents):
        if (each / FILE_NAME).is_file():
            return True
        if (each / ".git").exists():
            break
    return False


def _known(project: Project) -> Interface | None:
    """The accepted interface; a damaged one is told of elsewhere."""
    try:
        return committed_interface(project)
    except MeshError:
        return None
