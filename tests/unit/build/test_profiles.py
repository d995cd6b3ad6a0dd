"""The profile that mesh provides: a file for each project, upstreams attached, the user's own never touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mesh_tools.build.storage.layout import published_file
from mesh_tools.build.storage.profiles import own_profile, provide_profile
from mesh_tools.errors import MeshError
from mesh_tools.mesh.workspace import Workspace


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("shop", "stock", "sales"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "dbt_project.yml").write_text(f"name: {name}\nprofile: {name}_profile\n")
    (tmp_path / "sales" / "dependencies.yml").write_text("projects: [{name: shop}, {name: stock}]\n")
    return tmp_path


def workspace(root: Path, more: str = "") -> Workspace:
    (root / "mesh.yml").write_text(f"name: m\nprojects: [shop, stock, sales]\n{more}")
    return Workspace.open(root)


def provided(found: Workspace, project: str = "sales") -> dict[str, Any]:
    folder = provide_profile(found, found.projects[project])
    assert folder is not None
    content = yaml.safe_load((folder / "profiles.yml").read_text())
    assert list(content) == [f"{project}_profile"]
    profile: dict[str, Any] = content[f"{project}_profile"]
    return profile


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_each_environment_on_duckdb_is_a_target(root: Path) -> None:
    found = workspace(root, "environments: {dev: {}, prod: {threads: 8, path: data/prod}, cloud: {storage: profile}}\n")
    profile = provided(found)
    assert profile["target"] == "dev"
    assert set(profile["outputs"]) == {"dev", "prod"}
    assert profile["outputs"]["prod"]["threads"] == 8
    assert profile["outputs"]["prod"]["path"] == str(root / "data/prod/sales/work/sales.duckdb")
    assert (root / "data/prod/sales/work").is_dir()


def test_only_upstreams_that_are_there_are_attached_read_only(root: Path) -> None:
    found = workspace(root)
    assert "attach" not in provided(found)["outputs"]["dev"]
    file = touch(published_file(found, "dev", "shop"))
    assert provided(found)["outputs"]["dev"]["attach"] == [{"path": str(file), "alias": "shop", "read_only": True}]
    assert "attach" not in provided(found, "shop")["outputs"]["dev"]


def test_the_users_own_profile_is_used_and_never_overwritten(root: Path) -> None:
    own = root / "sales" / "profiles.yml"
    own.write_text("sales_profile: {target: mine}\n")
    found = workspace(root)
    assert provide_profile(found, found.projects["sales"]) == root / "sales"
    assert own.read_text() == "sales_profile: {target: mine}\n"


def test_what_mesh_wrote_is_written_anew(root: Path) -> None:
    found = workspace(root)
    provided(found)
    (root / "sales" / "dbt_project.yml").write_text("name: sales\nprofile: other\n")
    again = Workspace.open(root)
    provide_profile(again, again.projects["sales"])
    assert list(yaml.safe_load((root / "sales" / "profiles.yml").read_text())) == ["other"]


def test_without_duckdb_dbt_looks_where_it_always_does(root: Path) -> None:
    found = workspace(root, "environments: {prod: {storage: profile}}\n")
    assert provide_profile(found, found.projects["sales"]) is None
    assert not (root / "sales" / "profiles.yml").exists()


def test_beside_environments_with_profiles_of_their_own_none_is_hidden(root: Path) -> None:
    """The project's folder stays free: a profiles.yml there would win over the user's."""
    found = workspace(root, "environments: {dev: {}, prod: {storage: profile}}\n")
    assert provide_profile(found, found.projects["sales"]) == root / ".mesh" / "profiles" / "sales"
    assert not (root / "sales" / "profiles.yml").exists()


def test_a_profile_of_its_own_is_told_with_where_others_look(root: Path) -> None:
    found = workspace(root)
    assert own_profile(found, found.projects["sales"]) is None
    (root / "sales" / "profiles.yml").write_text("sales_profile: {target: mine}\n")
    warning = own_profile(found, found.projects["sales"])
    assert warning is not None
    assert warning.message == "sales brings a profile of its own, so mesh provides none"
    assert "sales.duckdb" in (warning.hint or "")


def test_the_default_target_is_one_that_there_is(root: Path) -> None:
    environments = "environments: {prod: {storage: profile}, dev: {}}\ndefault_environment: prod\n"
    assert provided(workspace(root, environments))["target"] == "dev"


def test_a_project_without_a_profile_is_told_what_to_add(root: Path) -> None:
    (root / "sales" / "dbt_project.yml").write_text("name: sales\n")
    found = workspace(root)
    with pytest.raises(MeshError) as caught:
        provide_profile(found, found.projects["sales"])
    assert caught.value.message == "sales names no profile in plain text"
    assert caught.value.hint == "write `profile: sales`; Jinja is rendered by dbt alone"


def test_a_folder_that_cannot_be_written_is_one_error(root: Path) -> None:
    touch(root / ".mesh")
    found = workspace(root)
    with pytest.raises(MeshError, match="cannot be written"):
        provide_profile(found, found.projects["sales"])
