"""A mesh opened: its projects in build order, and which of them a command means."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_tools.errors import MeshError
from mesh_tools.mesh.workspace import Workspace

# Project -> what its dependencies.yml names; folders sort against the order of building.
UPSTREAM = {
    "a_report": ("b_sales", "c_stock"),
    "b_sales": ("d_reference",),
    "c_stock": ("d_reference", "elsewhere"),
    "d_reference": (),
    "e_alone": (),
}


def _workspace(root: Path, upstream: dict[str, tuple[str, ...]]) -> Workspace:
    (root / "mesh.yml").write_text("name: m\nprojects: ['p/*']\n", encoding="utf-8")
    for name, reads in upstream.items():
        folder = root / "p" / name
        folder.mkdir(parents=True)
        (folder / "dbt_project.yml").write_text(f"name: {name}\n", encoding="utf-8")
        lines = "".join(f"  - name: {read}\n" for read in reads)
        (folder / "dependencies.yml").write_text(f"projects:\n{lines}", encoding="utf-8")
    return Workspace.open(root)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return _workspace(tmp_path, UPSTREAM)


def test_each_project_follows_its_upstreams(workspace: Workspace) -> None:
    assert list(workspace.projects) == ["d_reference", "b_sales", "c_stock", "a_report", "e_alone"]


def test_upstreams_outside_the_mesh_are_not_its_projects(workspace: Workspace) -> None:
    assert workspace.upstream()["c_stock"] == ("d_reference",)
    assert workspace.projects["c_stock"].upstream_names == ("d_reference", "elsewhere")


def test_projects_in_a_circle_stand_together(tmp_path: Path) -> None:
    workspace = _workspace(tmp_path, {"a": ("b",), "b": ("c",), "c": ("b",), "d": ()})
    assert list(workspace.projects) == ["b", "c", "a", "d"]
    assert [project.name for project in workspace.select(["+a"])] == ["b", "c", "a"]
    assert [project.name for project in workspace.select(["c+"])] == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("selectors", "names"),
    [
        pytest.param([], ["d_reference", "b_sales", "c_stock", "a_report", "e_alone"], id="nothing means all"),
        pytest.param(["b_sales"], ["b_sales"], id="one"),
        pytest.param(["a_report", "b_sales"], ["b_sales", "a_report"], id="several, in build order"),
        pytest.param(["+b_sales"], ["d_reference", "b_sales"], id="with its upstreams"),
        pytest.param(["+a_report"], ["d_reference", "b_sales", "c_stock", "a_report"], id="with all of its upstreams"),
        pytest.param(["b_sales+"], ["b_sales", "a_report"], id="with what reads it"),
        pytest.param(["+c_stock+"], ["d_reference", "c_stock", "a_report"], id="both ways"),
        pytest.param(["e_alone", "e_alone+"], ["e_alone"], id="twice"),
    ],
)
def test_select(workspace: Workspace, selectors: list[str], names: list[str]) -> None:
    assert [project.name for project in workspace.select(selectors)] == names


@pytest.mark.parametrize(
    ("selector", "message", "hint"),
    [
        pytest.param("b_sale", "no project 'b_sale' in this mesh", "did you mean 'b_sales'?", id="near to one"),
        pytest.param("+b_sale+", "no project 'b_sale' in this mesh", "did you mean 'b_sales'?", id="with its signs"),
        pytest.param(
            "elsewhere", "no project 'elsewhere' in this mesh", "projects: d_reference, b_", id="near to none"
        ),
        pytest.param("+", "'+' names no project", "write NAME, +NAME (", id="a sign alone"),
        pytest.param("++", "'++' names no project", "write NAME, +NAME (", id="signs alone"),
        pytest.param("", "'' names no project", "write NAME, +NAME (", id="nothing"),
        pytest.param(" ", "' ' names no project", "write NAME, +NAME (", id="a blank"),
    ],
)
def test_a_project_that_is_not_there(workspace: Workspace, selector: str, message: str, hint: str) -> None:
    with pytest.raises(MeshError) as caught:
        workspace.select([selector])
    assert caught.value.message == message
    assert (caught.value.hint or "").startswith(hint)


def test_a_mesh_is_opened_from_any_folder_below_it_or_by_its_file(workspace: Workspace, tmp_path: Path) -> None:
    assert Workspace.open(tmp_path / "p" / "b_sales").root == workspace.root
    assert Workspace.open(Path(tmp_path.anchor), tmp_path / "mesh.yml").root == workspace.root
    assert workspace.state == workspace.root / ".mesh"
