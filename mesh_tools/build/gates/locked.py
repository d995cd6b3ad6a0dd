"""Whether what a project uses is what its mesh.lock has, as `mesh sync --locked` asks."""

from __future__ import annotations

from mesh_tools.build.gates.values import told
from mesh_tools.build.publish import local_today
from mesh_tools.contracts.news import Unlocked
from mesh_tools.contracts.synced import Newsreader
from mesh_tools.errors import Location, MeshError
from mesh_tools.interface.lock import LOCK_FILE, LockDifference, locked_version
from mesh_tools.interface.sync import Sync
from mesh_tools.interface.upstreams import Upstreams, committed_interface
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.finding import Finding
from mesh_tools.model.project import Project


class Locked:
    """Compares projects with their locks.

    What is locked may be published already, or be in the interface.yml of the same commit, to be published when that
    is merged. A project without a lock, and other environments than the default one, are not looked at.
    """

    def __init__(self, workspace: Workspace, environment: str) -> None:
        self._workspace = workspace
        self._upstreams = Upstreams(workspace)
        self._sync = Sync(workspace, environment, self._upstreams)
        self._newsreader = Newsreader(self._upstreams, environment, local_today())
        self._is_default = environment == workspace.config.default_environment

    def findings(self, project: Project) -> tuple[Finding, ...]:
        """What is not as the lock has it."""
        if not self._is_default or not (project.path / LOCK_FILE).is_file():
            return ()
        result = self._sync.project(project, write=False, lock="check")
        if result.errors and result.lock is None:
            return ()  # it uses what is published together with it: there is nothing to compare with yet
        errors = [told("sync", project.name, error) for error in result.errors]
        unlocked = self._newsreader.tell(project, result).unlocked
        return (*errors, *(_finding(project, one) for one in unlocked if not self._is_proposed(one.difference)))

    def _is_proposed(self, difference: LockDifference) -> bool:
        """Whether what is locked is what the upstream project of this very tree has accepted."""
        try:
            proposed = committed_interface(self._workspace.projects.get(difference.upstream))
        except MeshError:
            return False
        locked = difference.locked
        return locked is not None and proposed is not None and locked_version([proposed], locked) is not None


def _finding(project: Project, unlocked: Unlocked) -> Finding:
    hint = f"see whether {project.name} still fits, then run `mesh sync --select {project.name}` and commit {LOCK_FILE}"
    error = MeshError(
        f"what {project.name} uses is not what {LOCK_FILE} has: {unlocked.text}",
        where=Location.of(project.path / LOCK_FILE),
        hint=hint,
    )
    return told("sync", project.name, error)
