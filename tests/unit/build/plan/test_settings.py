"""What is set around a project is part of what it is made of; what may be a secret is kept as a digest alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_tools.build.plan.settings import settings_of
from mesh_tools.errors import Location
from mesh_tools.model.project import InstalledPackage, Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(name="shop", path=tmp_path, domain="shop", where=Location("dbt_project.yml"))


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)


def found(project: Project, *names: str, storage: str = "duckdb", variables: str | None = None) -> dict[str, str]:
    return settings_of(project, "dev", storage, names, variables)


def test_the_target_the_variables_and_the_tools(project: Project) -> None:
    settings = found(project, variables="{a: 1}")
    assert settings.items() >= {"target": "dev", "--vars": "{a: 1}"}.items()
    assert settings.keys() == {"target", "--vars", "dbt-core", "dbt-duckdb", "duckdb"}


def test_of_another_warehouse_every_part_of_dbt_counts_and_duckdb_does_not(project: Project) -> None:
    settings = found(project, storage="profile")
    assert {"dbt-core", "dbt-duckdb", "dbt-adapters", "dbt-common"} <= settings.keys()
    assert "duckdb" not in settings


def test_a_secret_is_never_written_down(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWORD", "swordfish")
    settings = found(project, "PASSWORD")
    assert "swordfish" not in str(settings)
    monkeypatch.setenv("PASSWORD", "trout")
    assert found(project, "PASSWORD")["$PASSWORD"] != settings["$PASSWORD"]


def test_a_variable_that_is_not_set_differs_from_one_that_is_empty(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TODAY", raising=False)
    unset = found(project, "TODAY")
    monkeypatch.setenv("TODAY", "")
    assert found(project, "TODAY") != unset
    monkeypatch.setenv("TODAY", "unset")
    assert found(project, "TODAY") != unset


def test_a_variable_that_no_file_reads_does_not_count(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    before = found(project, "TODAY")
    monkeypatch.setenv("TOMORROW", "1")
    assert found(project, "TODAY") == before


@pytest.mark.parametrize("place", ["project", "home/.dbt", "elsewhere"])
def test_the_profile_counts_where_it_decides(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    folder = tmp_path if place == "project" else tmp_path / place
    if place == "elsewhere":
        monkeypatch.setenv("DBT_PROFILES_DIR", str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    before = found(project, storage="profile")
    (folder / "profiles.yml").write_text("shop: {password: swordfish}")
    after = found(project, storage="profile")
    assert after.keys() - before.keys() == {"profiles.yml"}
    assert "swordfish" not in str(after)
    assert "profiles.yml" not in found(project)


def test_versions_of_packages_from_elsewhere_count(project: Project) -> None:
    (project.path / "package-lock.yml").write_text("sha1: 1")
    assert "package-lock.yml" not in found(project)
    for kind, counts in (("local", False), ("package", True), ("git", True)):
        package = InstalledPackage(kind, "x", Location("packages.yml"))
        with_package = Project(name="shop", path=project.path, domain="shop", where=project.where, packages=(package,))
        assert ("package-lock.yml" in found(with_package)) is counts


def test_variables_that_the_profile_reads_count_but_secrets_do_not(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("SHOP_SCHEMA", "DBT_ENV_SECRET_PW")
    (project.path / "profiles.yml").write_text("\n".join(f"{{{{ env_var('{name}') }}}}" for name in names))
    monkeypatch.setenv("SHOP_SCHEMA", "mine")
    before = found(project, storage="profile")
    assert "$SHOP_SCHEMA" in before
    monkeypatch.setenv("DBT_ENV_SECRET_PW", "new")
    assert found(project, storage="profile") == before
    monkeypatch.setenv("SHOP_SCHEMA", "yours")
    assert found(project, storage="profile") != before
