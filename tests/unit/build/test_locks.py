"""Who may build at the same time, whatever projects and environments are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_tools.build.locks import build_lock
from mesh_tools.errors import MeshError
from mesh_tools.mesh.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "dbt_project.yml").write_text("name: shop\n")
    (tmp_path / "mesh.yml").write_text("name: m\nprojects: [shop]\n")
    return Workspace.open(tmp_path)


@pytest.mark.parametrize(
    "job",
    ["shop", "workers", "build", "jobs", "shop.workers", "+".join(f"a_project_of_a_cycle_{n}" for n in range(16))],
)
def test_a_job_gets_its_lock_whatever_it_is_called(workspace: Workspace, job: str) -> None:
    with build_lock(workspace, "dev", job=job) as first, build_lock(workspace, "dev", job="another") as second:
        assert len(first) == len(second) == 2


@pytest.mark.parametrize(("first", "second"), [(None, None), (None, "shop"), ("shop", None), ("shop", "shop")])
def test_what_may_not_run_at_the_same_time_is_refused(
    workspace: Workspace, first: str | None, second: str | None
) -> None:
    with (
        build_lock(workspace, "dev", job=first),
        pytest.raises(MeshError, match=r"another build of (dev|shop in dev) is running: process"),
        build_lock(workspace, "dev", job=second),
    ):
        pytest.fail("both have it")


@pytest.mark.parametrize("other", ["prod", "workers"])
def test_environments_do_not_disturb_each_other(workspace: Workspace, other: str) -> None:
    with build_lock(workspace, "dev"), build_lock(workspace, other) as descriptors:
        assert len(descriptors) == 1


def test_a_lock_of_an_older_mesh_tools_is_no_hindrance(workspace: Workspace) -> None:
    (workspace.state / "lock").mkdir(parents=True)
    (workspace.state / "lock" / "dev").write_text("process 7 since noon")
    with build_lock(workspace, "dev") as descriptors:
        assert len(descriptors) == 1
