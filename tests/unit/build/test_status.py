"""The mesh at a glance, and whether promises of freshness are kept."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from mesh_tools.build.status import FreshnessState, mesh_status
from mesh_tools.interface.registry import open_registry
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Freshness, Interface, Product, ProductVersion

NOW = datetime(2026, 1, 2, 0, 0, tzinfo=timezone.utc)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "dbt_project.yml").write_text("name: shop\n")
    (tmp_path / "mesh.yml").write_text("name: m\nprojects: [shop]\n")
    return tmp_path


def publish(root: Path, freshness: Freshness | None, at: str) -> None:
    version = ProductVersion(semantic_version="1.0.0", path="orders.sql", freshness=freshness)
    interface = Interface(
        project="shop", environment="dev", published_at=at, products=(Product(name="orders", versions=(version,)),)
    )
    open_registry(".mesh/registry", base=root).publish(interface)


@pytest.mark.parametrize(
    ("promise", "at", "state"),
    [
        (Freshness(count=24, period="hour"), "2026-01-01T00:00:00Z", "kept"),
        (Freshness(count=23, period="hour"), "2026-01-01T00:00:00+00:00", "broken"),
        (Freshness(count=1, period="day"), "2026-01-01T01:00:00+01:00", "kept"),
        (Freshness(count=59, period="minute"), "2026-01-01T23:00:00Z", "broken"),
        (Freshness(count=2, period="day"), "2026-01-01", "kept"),
        (Freshness(count=2, period="day"), "lately", None),
        (Freshness(count=1, period="minute", column="loaded_at"), "2020-01-01T00:00:00Z", "on data"),
    ],
)
def test_a_promise_of_freshness(root: Path, promise: Freshness, at: str, state: FreshnessState | None) -> None:
    publish(root, promise, at)
    (shop,) = mesh_status(Workspace.open(root), "dev", NOW).projects
    assert shop.products[0].freshness == state


def test_no_promise_has_no_state(root: Path) -> None:
    publish(root, None, "2026-01-01T00:00:00Z")
    (shop,) = mesh_status(Workspace.open(root), "dev", NOW).projects
    assert (shop.products[0].freshness, shop.published_at) == (None, "2026-01-01T00:00:00Z")


def test_a_project_that_never_published_or_built(root: Path) -> None:
    (shop,) = mesh_status(Workspace.open(root), "dev", NOW).projects
    assert (shop.published_at, shop.last_build, shop.products, shop.problem) == (None, None, (), None)


def test_a_document_that_cannot_be_read_is_that_projects_problem(root: Path) -> None:
    path = root / ".mesh/registry/dev/shop/current.json"
    path.parent.mkdir(parents=True)
    path.write_text("{")
    (shop,) = mesh_status(Workspace.open(root), "dev", NOW).projects
    assert shop.problem
