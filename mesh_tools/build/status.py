"""The mesh at a glance: projects, products, versions, and the last build of each."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Literal

from msgspec import Struct

from mesh_tools.build.runs import RunHistory
from mesh_tools.errors import MeshError
from mesh_tools.interface.upstreams import Upstreams
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Freshness, Interface, Product, ProductVersion, Version

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
        last_build: How the last build of it ended; ``None``: never built here.
        last_build_at: When.
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
    upstreams = Upstreams(workspace)
    history = RunHistory(workspace.state)
    moment = now or datetime.now(timezone.utc)
    projects: list[ProjectStatus] = []
    for project in workspace.projects.values():
        last = history.last_of(project.name, environment)
        interface, problem = _read(upstreams, project.name, environment)
        projects.append(
            ProjectStatus(
                name=project.name,
                domain=project.domain,
                upstreams=project.upstream_names,
                published_at=interface.published_at if interface else None,
                fingerprint=interface.fingerprint if interface else None,
                owner=interface.owner.name if interface else None,
                products=_products(interface, moment) if interface else (),
                last_build=last[1].status if last else None,
                last_build_at=last[1].finished_at if last else None,
                problem=problem,
            )
        )
    return MeshStatus(
        mesh=workspace.config.file.name,
        environment=environment,
        registry=upstreams.registry.url,
        projects=tuple(projects),
    )


def _read(upstreams: Upstreams, project: str, environment: str) -> tuple[Interface | None, str | None]:
    try:
        return upstreams.registry.get(project, environment), None
    except MeshError as error:
        return None, error.message


def _products(interface: Interface, now: datetime) -> tuple[ProductStatus, ...]:
    return tuple(
        _status(product, version, interface, now) for product in interface.products for version in product.versions
    )


def _status(product: Product, version: ProductVersion, interface: Interface, now: datetime) -> ProductStatus:
    return ProductStatus(
        name=product.name,
        v=version.v,
        semantic_version=version.semantic_version,
        latest=version is product.latest_version,
        contract=version.contract,
        columns=len(version.columns),
        deprecation_date=version.deprecation_date,
        promise=version.freshness,
        freshness=_freshness(version.freshness, interface.published, now),
    )


def _freshness(promise: Freshness | None, published: datetime | None, now: datetime) -> FreshnessState | None:
    """A promise about a column's values needs the data; one about builds is measured here."""
    if promise is None or published is None:
        return None
    if promise.column is not None:
        return "on data"
    limit = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}[promise.period]
    return "kept" if now - published <= promise.count * limit else "broken"
