"""The mesh at a glance: projects, products, versions, and the last build of each."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Literal

from msgspec import Struct

from mesh_tools.build.runs import ProjectRun, RunHistory
from mesh_tools.build.storage import open_storage
from mesh_tools.errors import MeshError
from mesh_tools.interface.upstreams import Upstreams
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Freshness, Interface, Product, ProductVersion, Version
from mesh_tools.model.project import Project

FreshnessState = Literal["kept", "broken", "on data"]


class ProductStatus(Struct, frozen=True, kw_only=True):
    """One version of a product. ``freshness`` is the state of the promise, ``None`` without one."""

    name: str
    v: Version | None
    semantic_version: str
    latest: bool
    contract: bool
    columns: int
    deprecation_date: str | None
    promise: Freshness | None
    freshness: FreshnessState | None


class ProjectStatus(Struct, frozen=True, kw_only=True):
    """One project.

    Attributes:
        name: Of the project.
        domain: That owns it.
        upstreams: That it declares.
        published_at: When its interface was last published in the environment; ``None``: never.
        fingerprint: Of the interface.
        owner: Name of the owner.
        products: In the published interface.
        last_build: How the last build of it ended; ``unchanged``: there was nothing to do. ``None``: never built here.
        last_build_at: When.
        generation: That consumers read; ``None`` where data is kept elsewhere.
        checked_at: When a build last found that the data is what files and sources make of it.
        problem: What kept its interface from being read.
    """

    name: str
    domain: str
    upstreams: tuple[str, ...]
    published_at: str | None = None
    fingerprint: str | None = None
    owner: str | None = None
    products: tuple[ProductStatus, ...] = ()
    last_build: str | None = None
    last_build_at: str | None = None
    generation: str | None = None
    checked_at: str | None = None
    problem: str | None = None


class MeshStatus(Struct, frozen=True, kw_only=True):
    """The whole mesh in one environment."""

    mesh: str
    environment: str
    registry: str
    projects: tuple[ProjectStatus, ...]


def mesh_status(workspace: Workspace, environment: str, now: datetime | None = None) -> MeshStatus:
    """Gather the status of every project.

    Args:
        workspace: The mesh.
        environment: Whose publications and builds count.
        now: Freshness is measured against it. Default: the present time.

    Raises:
        MeshError: the registry cannot be opened.
    """
    reader = _Reader(workspace, environment, now or datetime.now(timezone.utc))
    projects = tuple(reader.status(project) for project in workspace.projects.values())
    return MeshStatus(
        mesh=workspace.config.file.name,
        environment=environment,
        registry=reader.upstreams.registry.url,
        projects=projects,
    )


class _Reader:
    def __init__(self, workspace: Workspace, environment: str, now: datetime) -> None:
        self.upstreams = Upstreams(workspace)
        self._environment = environment
        self._now = now
        self._lasts = RunHistory(workspace.state).last_of_each(environment)
        self._storage = open_storage(workspace, environment)

    def status(self, project: Project) -> ProjectStatus:
        interface, problem = self._interface(project.name)
        _, last = self._lasts.get(project.name, (None, None))
        record = self._storage.record(project.name)
        checked = checked_at(interface, last)
        return ProjectStatus(
            name=project.name,
            domain=project.domain,
            upstreams=project.upstream_names,
            published_at=interface.published_at if interface else None,
            fingerprint=interface.fingerprint if interface else None,
            owner=interface.owner.name if interface else None,
            products=_products(interface, checked, self._now) if interface else (),
            last_build=last.status if last else None,
            last_build_at=last.finished_at if last else None,
            generation=record.id if record and self._storage.fingerprints else None,
            checked_at=checked.isoformat() if checked else None,
            problem=problem,
        )

    def _interface(self, project: str) -> tuple[Interface | None, str | None]:
        try:
            return self.upstreams.registry.get(project, self._environment), None
        except MeshError as error:
            return None, error.message


def checked_at(interface: Interface | None, last: ProjectRun | None) -> datetime | None:
    """When a build last found that the data is what files and sources make of it; ``None``: never, as far as is known.

    A build that finds nothing to do says that the data is as new as its sources, as one that builds it does.

    Args:
        interface: As it is published.
        last: The last build of the project in that environment.
    """
    published = interface.published if interface else None
    if last is None or last.status != "unchanged" or published is None:
        return published
    return max(published, datetime.fromisoformat(last.finished_at))


def _products(interface: Interface, checked: datetime | None, now: datetime) -> tuple[ProductStatus, ...]:
    return tuple(
        _status(product, version, checked, now) for product in interface.products for version in product.versions
    )


def _status(product: Product, version: ProductVersion, checked: datetime | None, now: datetime) -> ProductStatus:
    return ProductStatus(
        name=product.name,
        v=version.v,
        semantic_version=version.semantic_version,
        latest=version is product.latest_version,
        contract=version.contract,
        columns=len(version.columns),
        deprecation_date=version.deprecation_date,
        promise=version.freshness,
        freshness=freshness_of(version.freshness, checked, now),
    )


def freshness_of(promise: Freshness | None, checked: datetime | None, now: datetime) -> FreshnessState | None:
    """A promise about a column's values needs the data; one about builds is measured here."""
    if promise is None or checked is None:
        return None
    if promise.column is not None:
        return "on data"
    limit = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}[promise.period]
    return "kept" if now - checked <= promise.count * limit else "broken"
