"""Where a project's own profile decides, mesh keeps the record of a build and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_tools.build.storage import Inputs, Record, open_storage
from mesh_tools.build.storage.warehouse import Warehouse
from mesh_tools.errors import MeshError
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.interface import Interface

INTERFACE = Interface(project="shop")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "mesh.yml").write_text("name: m\nprojects: [shop]\nenvironments: {cloud: {storage: profile}}\n")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "dbt_project.yml").write_text("name: shop\nprofile: shop\n")
    return Workspace.open(tmp_path)


@pytest.fixture
def storage(workspace: Workspace) -> Warehouse:
    storage = open_storage(workspace, "cloud")
    assert isinstance(storage, Warehouse)
    return storage


def record(run: str) -> Record:
    return Record(id=run, project="shop", run=run, built_at="now", inputs=Inputs(files={"a.sql": "1"}))


def test_a_record_is_read_back(workspace: Workspace, storage: Warehouse) -> None:
    assert storage.record("shop") is None
    target = storage.begin(workspace.projects["shop"], "run-1", fresh=True, pins={})
    assert (target.folder, target.databases, target.pins) == (None, {}, {})
    storage.publish(target, record("run-1"), INTERFACE)
    assert storage.record("shop") == record("run-1")
    assert storage.unpublished("shop") is None


def test_environments_have_records_of_their_own(workspace: Workspace, storage: Warehouse) -> None:
    storage.publish(storage.begin(workspace.projects["shop"], "r", fresh=True, pins={}), record("r"), INTERFACE)
    assert Warehouse(workspace, "other").record("shop") is None


def test_an_earlier_run_can_be_gone_on_with_since_its_tables_are_there(
    workspace: Workspace, storage: Warehouse
) -> None:
    target = storage.resume(workspace.projects["shop"], "run-1", pins={})
    assert target is not None
    assert storage.refresh(workspace.projects["shop"], target, pins={}) == target


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[]", b'{"id": 1}'])
def test_a_damaged_record_is_as_one_that_is_not_there(workspace: Workspace, storage: Warehouse, data: bytes) -> None:
    path = workspace.state / "state" / "cloud" / "shop.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    assert storage.record("shop") is None


def test_a_record_that_cannot_be_written_is_one_error(workspace: Workspace, storage: Warehouse) -> None:
    workspace.state.mkdir(exist_ok=True)
    (workspace.state / "state").write_text("a file")
    with pytest.raises(MeshError, match="cannot be written"):
        storage.publish(storage.begin(workspace.projects["shop"], "r", fresh=True, pins={}), record("r"), INTERFACE)
