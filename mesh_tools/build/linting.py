"""`mesh lint`, for the projects of a mesh or for manifests alone: finds what the linter needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.build.lint_artifacts import Artifacts
from mesh_tools.build.lint_base import base_of
from mesh_tools.build.lint_services import manifest_services, mesh_services
from mesh_tools.build.manifests import newest_manifests
from mesh_tools.build.publish import local_today
from mesh_tools.build.stale import seems_stale_because
from mesh_tools.errors import MeshError
from mesh_tools.lint.baseline import Baseline, entries_to_write, read_baseline, write_baseline
from mesh_tools.lint.inputs import ProjectInput
from mesh_tools.lint.linter import Linter, Progress
from mesh_tools.lint.loading import file_policy, mesh_policy
from mesh_tools.lint.outcome import Outcome
from mesh_tools.lint.policy import Policy
from mesh_tools.lint.providers import AT_HAND
from mesh_tools.lint.services import Providers
from mesh_tools.lint.terms import Terms
from mesh_tools.mesh.config import LintSettings, MeshConfig
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.project import Project


class Wanted(Struct, frozen=True, kw_only=True):
    """What the command line changes of the policy.

    Attributes:
        preset: Instead of that of the policy.
        select: Only these codes or families.
        ignore: Besides those of the policy.
        scores: Whether scores are wanted: what they need is gathered, whatever the rules need.
        base: Instead of ``lint.base``.
        baseline: Instead of the file that the policy names.
        writes_baseline: Whether the baseline is to be written: it need not be there.
        artifacts: Besides those that lie with the projects.
    """

    preset: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    scores: bool = False
    base: str | None = None
    baseline: Path | None = None
    writes_baseline: bool = False
    artifacts: Artifacts = Artifacts()

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
        inputs: What is read.
        workspace: The mesh; ``None`` outside any.
        notes: What is not known, in words; those about the base come with :meth:`run`.
        base: What findings are compared with; empty: nothing.
        baseline: The file of findings that do not count.
    """

    def __init__(  # noqa: PLR0913 - where each is known
        self,
        policy: Policy,
        inputs: Sequence[ProjectInput],
        terms: Terms,
        services: Providers | None = None,
        wanted: Wanted | None = None,
        *,
        workspace: Workspace | None = None,
        environment: str = "",
    ) -> None:
        wanted = wanted or Wanted()
        self.policy = policy
        self.inputs = wanted.artifacts.given_to(inputs)
        self.workspace = workspace
        self.notes: list[str] = []
        self.base = wanted.base or policy.settings.base or ""
        self.baseline = wanted.baseline or (terms.root or Path()) / policy.settings.baseline
        self._environment = environment
        self._services = {**AT_HAND, **(services or {})}
        self._before = Baseline()
        if self.baseline.is_file() if wanted.writes_baseline or not wanted.baseline else True:
            self._before = read_baseline(self.baseline)
        self._terms = replace(terms, baseline=self._before.by_fingerprint, baseline_file=str(self.baseline))
        self._linter: Linter | None = None

    @classmethod
    def of_mesh(
        cls, mesh_file: Path | None, environment: str | None, projects: Sequence[str] = (), wanted: Wanted | None = None
    ) -> Linting:
        """For the mesh of ``mesh_file``, or of the working directory.

        All projects are read, since rules look across borders; of others than ``projects`` nothing is told.

        Raises:
            MeshError: there is none, or something in it or in the policy is wrong.
        """
        try:
            workspace = Workspace.open(Path.cwd(), mesh_file)
        except MeshError as error:
            if mesh_file is None and MeshConfig.path_above(Path.cwd()) is None:
                error.hint = f"outside a mesh: `mesh lint --manifest target/manifest.json`; else {error.hint}"
            raise
        name, _ = workspace.config.environment(environment)
        wanted = wanted or Wanted()
        settings = wanted.of(workspace.config.file.lint)
        policy = mesh_policy(workspace.config, workspace.projects.values(), settings)
        manifests = newest_manifests(workspace, name)
        reported = frozenset(project.name for project in workspace.select(projects)) if projects else None
        unread = [project for project in workspace.projects.values() if project.name not in manifests]
        terms = Terms(
            today=local_today(),
            name=workspace.config.file.name,
            root=workspace.root,
            needs_mesh=wanted.scores,
            reported=reported,
            unread=tuple((project.name, _without_manifest(project)) for project in unread),
        )
        inputs = [_input(workspace.projects[project], path) for project, path in manifests.items()]
        services = mesh_services(workspace, name, wanted.base)
        made = cls(policy, inputs, terms, services, wanted, workspace=workspace, environment=name)
        made.notes += _ages(workspace, name, manifests)
        return made

    @classmethod
    def of_manifests(
        cls, manifests: Sequence[Path], policy_file: Path | None = None, wanted: Wanted | None = None
    ) -> Linting:
        """For manifests alone, outside any mesh.

        Raises:
            MeshError: something in the policy is wrong.
        """
        wanted = wanted or Wanted()
        policy = file_policy(policy_file)
        policy = policy.with_settings(wanted.of(policy.settings))
        terms = Terms(today=local_today(), needs_mesh=wanted.scores, root=policy_file.parent if policy_file else None)
        base = Path(wanted.base) if wanted.base and Path(wanted.base).exists() else None
        inputs = [_bare(path) for path in manifests]
        return cls(policy, inputs, terms, manifest_services(manifests, base), wanted)

    @property
    def has_projects(self) -> bool:
        """Whether there is anything that could be read."""
        return bool(self.inputs or self._terms.unread)

    def run(self, progress: Progress | None = None) -> Outcome:
        """Lint; first the base, if there is one.

        Raises:
            MeshError: the base is not there, or cannot be parsed.
        """
        terms = self._terms
        if self.base:
            base = base_of(self.base, self.workspace, self._environment, Path.cwd(), progress)
            self.notes += base.notes
            terms = replace(terms, known=base.known(self.policy, terms, self.inputs))
        self._linter = Linter(self.policy, self._services, terms)
        return self._linter.run(self.inputs)

    def write_baseline(self, outcome: Outcome) -> int:
        """Make what :meth:`run` has found the baseline; what it could not judge stays in it.

        Returns:
            How many findings it holds.

        Raises:
            MeshError: it cannot be written.
        """
        judged = self._linter.is_judged if self._linter else bool
        entries = entries_to_write(outcome.findings, self._before, judged)
        write_baseline(self.baseline, entries)
        return len({entry.fingerprint for entry in entries})


def _ages(workspace: Workspace, environment: str, manifests: Mapping[str, Path]) -> Iterator[str]:
    for name, path in manifests.items():
        if why := seems_stale_because(workspace, workspace.projects[name], path, environment):
            yield f"the manifest of {name} is older than the project: {why} since then"


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
        f"{project.name} has no manifest yet",
        where=project.where,
        hint=f"run `mesh build --select +{project.name}`, or `dbt parse` in the project",
    )
