"""`mesh lint`, for the projects of a mesh or for manifests alone: finds what the linter needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.build.lint_services import manifest_services, mesh_services
from mesh_tools.build.manifests import newest_manifests
from mesh_tools.build.publish import local_today
from mesh_tools.errors import MeshError
from mesh_tools.lint.inputs import ProjectInput
from mesh_tools.lint.linter import Linter, Outcome, Progress, Terms
from mesh_tools.lint.loading import file_policy, mesh_policy
from mesh_tools.lint.policy import Policy
from mesh_tools.lint.providers import AT_HAND
from mesh_tools.lint.services import Providers
from mesh_tools.mesh.config import LintSettings
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.project import Project


class Wanted(Struct, frozen=True, kw_only=True):
    """What the command line changes of the policy.

    Attributes:
        preset: Instead of that of the policy.
        select: Only these codes or families.
        ignore: Besides those of the policy.
        scores: Whether scores are wanted: what they need is gathered, whatever the rules need.
    """

    preset: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    scores: bool = False

    def of(self, settings: LintSettings) -> LintSettings:
        """``settings`` with these changes."""
        return replace(
            settings,
            preset=self.preset or settings.preset,
            select=self.select or settings.select,
            ignore=(*settings.ignore, *self.ignore),
        )


class Linting:
    """One run of the linter.

    Attributes:
        policy: Resolved.
        inputs: What is linted.
        problems: Projects that cannot be linted, such as those without a manifest.
        workspace: The mesh; ``None`` outside any.
    """

    def __init__(
        self, policy: Policy, inputs: Sequence[ProjectInput], terms: Terms, services: Providers | None = None
    ) -> None:
        self.policy = policy
        self.inputs = tuple(inputs)
        self.problems: list[MeshError] = []
        self.workspace: Workspace | None = None
        self._terms = terms
        self._services = {**AT_HAND, **(services or {})}

    @classmethod
    def of_mesh(
        cls, mesh_file: Path | None, environment: str | None, projects: Sequence[str] = (), wanted: Wanted | None = None
    ) -> Linting:
        """For the mesh of ``mesh_file``, or of the working directory.

        Raises:
            MeshError: there is none, or something in it or in the policy is wrong.
        """
        workspace = Workspace.open(Path.cwd(), mesh_file)
        name, _ = workspace.config.environment(environment)
        wanted = wanted or Wanted()
        settings = wanted.of(workspace.config.file.lint)
        policy = mesh_policy(workspace.config, workspace.projects.values(), settings)
        manifests = newest_manifests(workspace, name)
        chosen = workspace.select(projects)
        terms = Terms(
            today=local_today(), name=workspace.config.file.name, root=workspace.root, needs_mesh=wanted.scores
        )
        inputs = [_input(project, manifests[project.name]) for project in chosen if project.name in manifests]
        made = cls(policy, inputs, terms, mesh_services(workspace, name))
        made.workspace = workspace
        made.problems += [_without_manifest(project) for project in chosen if project.name not in manifests]
        return made

    @classmethod
    def of_manifests(
        cls, manifests: Sequence[Path], policy_file: Path | None = None, wanted: Wanted | None = None
    ) -> Linting:
        """For manifests alone, outside any mesh.

        Raises:
            MeshError: something in the policy is wrong.
        """
        policy = file_policy(policy_file)
        if wanted:
            policy = file_policy(policy_file, wanted.of(policy.settings))
        inputs = [_bare(path) for path in manifests]
        terms = Terms(today=local_today(), needs_mesh=bool(wanted and wanted.scores))
        return cls(policy, inputs, terms, manifest_services(manifests))

    def run(self, progress: Progress | None = None) -> Outcome:
        """Lint."""
        return Linter(self.policy, self._services, self._terms).run(self.inputs, progress)


def _input(project: Project, manifest: Path) -> ProjectInput:
    target = project.path / project.target_path
    return ProjectInput(
        manifest=manifest,
        name=project.name,
        domain=project.domain,
        root=project.path,
        files=project,
        catalog=_existing(target / "catalog.json"),
        run_results=_existing(manifest.with_name("run_results.json")),
        sources=_existing(target / "sources.json"),
    )


def _bare(manifest: Path) -> ProjectInput:
    """Beside a manifest lie the other artifacts; above it, in the target folder, the project."""
    root = manifest.resolve().parent.parent
    return ProjectInput(
        manifest=manifest,
        root=root if (root / "dbt_project.yml").is_file() else None,
        catalog=_existing(manifest.with_name("catalog.json")),
        run_results=_existing(manifest.with_name("run_results.json")),
        sources=_existing(manifest.with_name("sources.json")),
    )


def _existing(path: Path) -> Path | None:
    return path if path.is_file() else None


def _without_manifest(project: Project) -> MeshError:
    return MeshError(
        f"{project.name} has no manifest yet, and was not linted",
        where=project.where,
        hint=f"run `mesh build --select +{project.name}`, or `dbt parse` in the project",
    )
