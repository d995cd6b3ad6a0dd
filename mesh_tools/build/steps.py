"""The steps that building any project takes: sync, profile, `dbt deps`, dbt, publish."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from mesh_tools.build.dbt_runner import DbtOutcome, needs_deps, run_dbt
from mesh_tools.build.events import Listener
from mesh_tools.build.profiles import provide_profile
from mesh_tools.build.publish import Published, present_interface, publish
from mesh_tools.errors import ExitCode, MeshError
from mesh_tools.interface.sync import ProjectSync, Sync
from mesh_tools.interface.upstreams import Upstreams, committed_interface
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Interface
from mesh_tools.model.project import Project


class Steps:
    """Takes the steps of one build, in one environment.

    Attributes:
        upstreams: The interfaces that projects of this build see.
    """

    def __init__(self, workspace: Workspace, environment: str, listener: Listener) -> None:
        self.upstreams = Upstreams(workspace)
        self._workspace = workspace
        self._environment = environment
        self._listener = listener
        self._sync = Sync(workspace, environment, self.upstreams)

    def dbt(self, project: Project, arguments: Sequence[str], artifacts: Path) -> DbtOutcome:
        """Sync ``project``, then run dbt in it, after `dbt deps` when that is needed.

        Args:
            project: To run in.
            arguments: dbt's command and options, such as ``["build", "--full-refresh"]``.
            artifacts: Becomes dbt's target path.

        Raises:
            MeshError: the project uses what it may not, or its profile cannot be written.
        """
        synced = self._sync.project(project)
        if not synced.ok:
            raise _all(synced.errors)
        profiles = provide_profile(self._workspace, project)
        command = [*arguments, "--target", self._environment]
        if profiles is not None and self._workspace.config.environments[self._environment].storage == "duckdb":
            command += ["--profiles-dir", str(profiles)]
        new = any(upstream.state == "new" for upstream in synced.upstreams)
        deps = [["deps"]] if new or needs_deps(project) else []
        cache = self._workspace.state / "cache" / self._environment / project.name
        outcome = run_dbt(project, [*deps, command], artifacts, cache, self._listener)
        return replace(outcome, warnings=synced.warnings, changes=tuple(_news(synced)))

    def sync_again(self, projects: Iterable[Project], environment: str | None = None) -> None:
        """Sync projects once more, as they are published now; what is wrong with one shows when it is built.

        Args:
            projects: Whose packages something else was written into meanwhile.
            environment: For another one than that of this build.
        """
        self.upstreams.forget_assumptions()
        again = Sync(self._workspace, environment or self._environment, self.upstreams)
        for project in projects:
            again.project(project)

    def present(self, project: Project, manifest: Path) -> Interface:
        """The interface that ``manifest`` describes.

        Raises:
            MeshError: see :func:`mesh_tools.build.publish.present_interface`.
        """
        return present_interface(self._workspace, project, manifest, accepted=committed_interface(project))

    def publish(self, project: Project, manifest: Path) -> Published:
        """Publish the interface that ``manifest`` describes.

        Raises:
            MeshError: see :func:`mesh_tools.build.publish.publish`.
        """
        return publish(self._workspace, self.upstreams, project, manifest, self._environment)


def _news(synced: ProjectSync) -> Iterator[str]:
    """What changed upstream in products that the project uses."""
    for upstream in synced.upstreams:
        yield from (f"{upstream.name}.{d.text}" for d in upstream.differences if upstream.touches(d))


def _all(errors: Sequence[MeshError]) -> MeshError:
    if len(errors) == 1:
        return errors[0]
    return MeshError("\n".join(str(error) for error in errors), exit_code=ExitCode.FAILED)
