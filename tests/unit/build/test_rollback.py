"""Which projects have generations to go back to at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mesh_tools.build.rollback import generations_of, roll_back
from mesh_tools.errors import MeshError
from mesh_tools.mesh.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "mesh.yml").write_text("name: m\nprojects: [shop]\nenvironments: {dev: {}}\n")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "dbt_project.yml").write_text("name: shop\nprofile: shop\n")
    return Workspace.open(tmp_path)


@pytest.mark.parametrize(
    "ask",
    [
        lambda workspace, project: generations_of(workspace, "dev", project),
        lambda workspace, project: roll_back(workspace, "dev", project, None),
    ],
    ids=["list", "roll back"],
)
def test_a_project_with_a_profile_of_its_own_has_none(workspace: Workspace, ask: Callable[..., object]) -> None:
    (workspace.root / "shop" / "profiles.yml").write_text("shop: {}\n")
    with pytest.raises(MeshError, match="keeps no generations: its own profile says") as caught:
        ask(workspace, workspace.projects["shop"])
    assert str(caught.value.where).endswith("profiles.yml")


def test_one_that_was_never_built_has_none_yet(workspace: Workspace) -> None:
    assert generations_of(workspace, "dev", workspace.projects["shop"]) == ()
