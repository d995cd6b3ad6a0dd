"""What is gathered of projects at hand, and what is said of what is missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mesh_tools.mesh.workspace import Workspace
from mesh_tools.site.gather.workspace import world_of_workspace
from mesh_tools.site.gather.world import World
from support.worlds import NOW

RESULTS = {
    "metadata": {
        "dbt_schema_version": "https://schemas.getdbt.com/dbt/run-results/v6.json",
        "generated_at": "2026-06-01",
    },
    "results": [{"unique_id": "test.shop.a", "status": "pass"}],
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A project that dbt has never seen, and two environments."""
    (tmp_path / "mesh.yml").write_text("name: m\nprojects: [shop]\nenvironments: {dev: {}, prod: {}}\n")
    (tmp_path / "shop" / "target").mkdir(parents=True)
    (tmp_path / "shop" / "dbt_project.yml").write_text("name: shop\nprofile: shop\n")
    return Workspace.open(tmp_path)


def gathered(workspace: Workspace, environment: str) -> World:
    return world_of_workspace(workspace, environment, "public", NOW, scores=False)


def test_of_a_mesh_that_was_never_built_it_is_said_what_brings_each_thing(workspace: Workspace) -> None:
    gaps = gathered(workspace, "dev").gaps
    assert [(gap.text, gap.command) for gap in gaps if gap.projects] == [
        ("shop: never built or parsed here", "mesh build"),
        ("shop: not published yet, so what is shown is what the files promise", "mesh build"),
        ("shop: how the tests ended is not known", "mesh build --force"),
    ]


def test_commands_name_an_environment_that_is_not_the_default_one(workspace: Workspace) -> None:
    world = gathered(workspace, "prod")
    assert world.build_command == "mesh build --env prod"
    assert {gap.command for gap in world.gaps if gap.projects} == {
        "mesh build --env prod",
        "mesh build --env prod --force",
    }


def test_what_plain_dbt_left_is_of_its_default_target_alone(workspace: Workspace) -> None:
    target = workspace.projects["shop"].path / "target"
    (target / "run_results.json").write_text(json.dumps(RESULTS))
    assert gathered(workspace, "dev").builds["shop"].results.keys() == {"test.shop.a"}
    assert gathered(workspace, "prod").builds["shop"].results == {}
