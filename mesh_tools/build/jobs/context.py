"""What the jobs of one build share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from mesh_tools.build.events import AnyEvent, ProductsPublished
from mesh_tools.build.plan.inputs import InputReader
from mesh_tools.build.runs import GOOD, ProjectRun, Request, Run, RunHistory
from mesh_tools.build.storage import Record, Storage
from mesh_tools.interface.sync import ProjectSync, Sync
from mesh_tools.interface.upstreams import Upstreams
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Interface
from mesh_tools.model.project import Project


class Context:
    """One build: what it was asked for, what it stands on, and how its projects have fared so far.

    Attributes:
        workspace: The mesh.
        environment: That is built.
        request: What the build was asked for.
        run: Its record, as it was at the start.
        history: Where records and artifacts go.
        storage: Where data goes.
        upstreams: The interfaces that projects of this build see.
        inputs: Reads what projects are made of.
        nodes: By project, what is to be built: unique_ids, or ``None`` for all of it. What is absent is not built.
        parsed: Manifests that tell what the nodes to be built are, by project; only with a selection of nodes.
        resumed: The run that this one goes on with.
        results: How projects have fared that are done.
        broken: Products of projects that failed which are not what their files say; ``None``: all of them.
        tell: Told about everything that happens.
        someone_waits: Whether a worker would be idle until the products of a project are there.
    """

    def __init__(
        self,
        workspace: Workspace,
        run: Run,
        history: RunHistory,
        storage: Storage,
    ) -> None:
        self.workspace = workspace
        self.environment = environment = run.environment
        self.run = run
        self.request: Request = run.request
        self.history = history
        self.storage = storage
        self.upstreams = Upstreams(workspace)
        self.inputs = InputReader(workspace, environment, storage, self.upstreams, self.request.variables)
        self.nodes: Mapping[str, frozenset[str] | None] = {}
        self.parsed: dict[str, Path] = {}
        self.resumed: Run | None = None
        self.results: dict[str, ProjectRun] = {}
        self.broken: dict[str, frozenset[str] | None] = {}
        self.someone_waits: Callable[[str], bool] = lambda _: False
        self.tell: Callable[[AnyEvent], None] = lambda _: None
        self._sync = Sync(workspace, environment, self.upstreams)

    def artifacts(self, project: str) -> Path:
        """Becomes dbt's target path in a project."""
        return self.history.artifacts(self.run, project)

    def cache(self, project: str) -> Path:
        """What is kept from build to build to make the next one faster."""
        return self.workspace.state / "cache" / self.environment / project

    def sync(self, project: Project) -> ProjectSync:
        """Write the interface packages of ``project``."""
        return self._sync.project(project)

    def sync_again(self, projects: Iterable[Project], environment: str | None = None) -> None:
        """Sync projects once more, as they are published now; what is wrong with one shows when it is built.

        Args:
            projects: Whose packages something else was written into meanwhile.
            environment: For another one than that of this build.
        """
        self.upstreams.forget_assumptions()
        again = Sync(self.workspace, environment or self.environment, self.upstreams)
        for project in projects:
            again.project(project)

    def partial(self, project: str) -> bool:
        """Whether only some nodes of a project are asked for."""
        return self.nodes.get(project) is not None

    def was_done(self, record: Record | None) -> bool:
        """Whether a good build was of the run that this one goes on with, or of one before that."""
        run = self.resumed
        while run is not None and record is not None:
            if record.run == run.id:
                return True
            run = self.history.find(run.resumes) if run.resumes else None
        return False

    def publish(self, interface: Interface, target: str) -> bool:
        """Publish ``interface`` in the registry: the data is where consumers look already.

        Returns:
            Whether it differs from the one before.

        Raises:
            MeshError: the registry is read-only or cannot be reached.
        """
        changed = self.upstreams.publish(interface).changed
        self.storage.published(interface.project)
        self.tell(ProductsPublished(project=interface.project, target=target))
        return changed

    def blocked(self, project: Project, stubs: Mapping[str, Collection[str]]) -> str | None:
        """Why a project cannot be built: an upstream product that it uses was not.

        Args:
            project: To be built.
            stubs: The products that it uses, by upstream project.
        """
        for name in project.upstream_names:
            result = self.results.get(name)
            if result is None or result.status in GOOD or name not in self.broken:
                continue
            broken, used = self.broken[name], frozenset(stubs.get(name, ()))
            if broken is None or self.storage.record(name) is None:
                return f"{name} was not built"
            if broken & used:
                return f"{name}.{min(broken & used)} was not built"
        return None
