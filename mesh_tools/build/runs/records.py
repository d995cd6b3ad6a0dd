"""The record of a build."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mesh_tools.build.storage import Inputs

Status = Literal["success", "failed", "refused", "skipped", "unchanged"]

GOOD: frozenset[Status] = frozenset({"success", "unchanged"})
"""After these a project's products are what its files say."""


class Request(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a build was asked for.

    Attributes:
        select: Selections, see docs/selection.md; everything when empty.
        exclude: What is taken away from it.
        full_refresh: dbt's flag.
        force: Build what has not changed, too.
        fail_fast: Stop everything at the first failure.
        threads: dbt threads of each project, instead of those in mesh.yml.
        variables: dbt's ``--vars``, as YAML.
        job: The one job of it that is done; others may be done at the same time.
    """

    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    full_refresh: bool = False
    force: bool = False
    fail_fast: bool = False
    threads: int | None = None
    variables: str | None = None
    job: str | None = None


class Started(Struct, frozen=True, kw_only=True):
    """What is known of a project's build before dbt begins: enough to go on with it later.

    Attributes:
        target: The generation that it is built into.
        inputs: What goes in.
        pins: Which generation of each upstream is read.
        nodes: unique_ids that are to be built; ``None``: all.
        began: Before dbt began, also when that was in an earlier run: seconds since the epoch.
        finished: What earlier runs have finished in the generation and this one keeps: digests by unique_id.
    """

    target: str
    inputs: Inputs
    pins: dict[str, str] = {}
    nodes: tuple[str, ...] | None = None
    began: float = 0.0
    finished: dict[str, str] = {}


class NodeFailure(Struct, frozen=True, kw_only=True):
    """A model or test that failed; ``path`` below the project."""

    unique_id: str
    status: str
    message: str = ""
    path: str = ""

    @property
    def kind(self) -> str:
        """``model``, ``test``, ``unit_test``, ..."""
        return self.unique_id.split(".", 1)[0]

    @property
    def name(self) -> str:
        """The name that dbt's ``--select`` takes: of a model with its version, of a test without dbt's digest."""
        return node_name(self.unique_id)


def node_name(unique_id: str) -> str:
    """The name that dbt's ``--select`` takes, see :attr:`NodeFailure.name`."""
    kind, *rest = unique_id.split(".")
    name = rest[1:]  # behind the package
    if kind == "unit_test":
        return name[-1] if name else unique_id  # behind the model that it tests
    return (".".join(name) if kind == "model" else "".join(name[:1])) or unique_id


class ProjectRun(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How one project fared.

    Attributes:
        project: Its name.
        status: ``refused``: dbt was not started, see ``error``. ``skipped``: see ``reason``. ``unchanged``: nothing of
            what it is made of has changed since its last good build.
        finished_at: ISO 8601, UTC.
        seconds: Wall time.
        counts: Nodes by resource type and by dbt's status, such as ``{"model": {"success": 12}}``.
        failures: Models and tests that failed.
        error: What stopped the project as a whole.
        warnings: Of its sync.
        changes: What changed upstream, in products that it uses, since it was synced before.
        reason: Why it was skipped.
        reasons: Why it was built.
        target: The generation that was built, or the run where there are no generations.
        phases: Where the time went, in seconds: ``parse``, ``run`` (SQL and what dbt does around it), ``artifacts``.
        fingerprint: Of the interface that was published.
        interface_changed: Whether the published interface differs from the one before.
    """

    project: str
    status: Status
    finished_at: str
    seconds: float = 0.0
    counts: dict[str, dict[str, int]] = {}
    failures: tuple[NodeFailure, ...] = ()
    error: str | None = None
    warnings: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    reason: str | None = None
    reasons: tuple[str, ...] = ()
    target: str | None = None
    phases: dict[str, float] = {}
    fingerprint: str | None = None
    interface_changed: bool = False


class Run(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One build. Times are ISO 8601, UTC; ``finished_at`` stays ``None`` when the build was interrupted or killed.

    ``resumes`` is the run that it goes on with; ``seconds`` its wall time; ``setup`` seconds of it until dbt was ready.
    """

    id: str
    environment: str
    started_at: str
    finished_at: str | None = None
    seconds: float = 0.0
    setup: float = 0.0
    pid: int | None = None
    request: Request = Request()
    resumes: str | None = None
    projects: tuple[ProjectRun, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything was built."""
        return all(project.status in GOOD for project in self.projects)

    def project(self, name: str) -> ProjectRun | None:
        """How the project called ``name`` fared, if it was part of this run."""
        return next((project for project in self.projects if project.project == name), None)
