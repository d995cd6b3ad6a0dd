"""The interface that is published carries numbers that go on from what was accepted."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from mesh_tools.build.publish import interface_to_publish
from mesh_tools.interface.document import to_yaml
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Interface
from support.manifests import model, write_manifest

COLUMNS = {"order_id": "integer", "amount": "decimal(18,2)"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "mesh.yml").write_text("name: m\nprojects: [shop]\n")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "dbt_project.yml").write_text("name: shop\n")
    return Workspace.open(tmp_path)


def published(workspace: Workspace, columns: dict[str, str], **fields: object) -> Interface:
    project = workspace.project("shop")
    manifest = write_manifest(project.path, "shop", model("shop", "orders", columns, **fields))
    return interface_to_publish(workspace, project, manifest, "dev")


def accept(workspace: Workspace, interface: Interface, number: str) -> None:
    (product,) = interface.products
    versions = tuple(replace(version, semantic_version=number) for version in product.versions)
    accepted = replace(interface, products=(replace(product, versions=versions),))
    (workspace.project("shop").path / "interface.yml").write_text(to_yaml(accepted))


@pytest.mark.parametrize(
    ("columns", "fields", "number"),
    [
        (COLUMNS, {}, "1.4.2"),
        ({**COLUMNS, "country": "varchar"}, {}, "1.5.0"),
        ({**COLUMNS, "amount": "decimal(38,2)"}, {}, "1.5.0"),
        (COLUMNS, {"description": "One row for each order."}, "1.4.3"),
        (COLUMNS, {"v": 2}, "2.0.0"),
    ],
    ids=["nothing changed", "column added", "type widened", "described", "version"],
)
def test_the_number_goes_on_by_what_has_changed(
    workspace: Workspace, columns: dict[str, str], fields: dict[str, object], number: str
) -> None:
    accept(workspace, published(workspace, COLUMNS), "1.4.2")
    (product,) = published(workspace, columns, **fields).products
    assert [version.semantic_version for version in product.versions] == [number]


def test_what_was_never_accepted_begins_with_one(workspace: Workspace) -> None:
    (product,) = published(workspace, COLUMNS).products
    assert product.versions[0].semantic_version == "1.0.0"
