"""What a project is made of: each file that dbt reads counts, and nothing that mesh or dbt has written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mesh_tools.build.plan.files import ProjectFiles, project_files
from mesh_tools.mesh.workspace import Workspace
from mesh_tools.model.project import Project


class Shop:
    """A project on disk, in a mesh of one."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.folder = root / "shop"
        self.write("../mesh.yml", "name: m\nprojects: [shop]\n")
        self.write("dbt_project.yml", "name: shop\nprofile: shop\n")

    def write(self, path: str, text: str = "") -> Path:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    @property
    def project(self) -> Project:
        return Workspace.open(self._root).projects["shop"]

    def files(self) -> ProjectFiles:
        return project_files(self.project)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.mark.parametrize(
    "path",
    [
        "packages.yml",
        "dependencies.yml",
        "selectors.yml",
        "vars.yml",
        ".dbtignore",
        "interface.yml",
        "models/orders.sql",
        "models/orders.py",
        "models/orders.yml",
        "models/staging/deep/docs.md",
        "seeds/countries.csv",
        "macros/cents.sql",
        "tests/positive.sql",
        "snapshots/prices.sql",
        "analyses/what_if.sql",
        # Names that are dbt's own at the top of a project are a user's below its resource folders.
        "models/logs/requests.sql",
        "models/target/goals.sql",
    ],
)
def test_a_file_that_dbt_reads_counts(shop: Shop, path: str) -> None:
    before = shop.files()
    written = shop.write(path, "# one" if path.endswith(".yml") else "one")
    assert set(shop.files().digests) - set(before.digests) == {path}
    first = shop.files().digests[path]
    written.write_text("# two" if path.endswith(".yml") else "two")
    assert shop.files().digests[path] != first


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "profiles.yml",
        "package-lock.yml",
        "mesh.lock",
        "target/manifest.json",
        "target/compiled/shop/models/orders.sql",
        "logs/dbt.log",
        "dbt_packages/utils/macros/one.sql",
        ".mesh/stock/models/products.sql",
        "models/.orders.sql.swp",
        "models/orders.sql~",
        "models/__pycache__/orders.cpython-311.pyc",
        "models/shop.duckdb",
        "models/shop.duckdb.wal",
    ],
)
def test_a_file_that_dbt_does_not_read_does_not_count(shop: Shop, path: str) -> None:
    before = shop.files()
    shop.write(path, "{}")
    assert shop.files() == before


@pytest.mark.parametrize(
    "path", ["target/run/a.sql", "logs/dbt.log", "dbt_packages/utils/a.sql", ".git/config", "mesh.lock"]
)
def test_a_project_whose_models_lie_at_its_top_does_not_read_what_was_written_there(shop: Shop, path: str) -> None:
    shop.write("dbt_project.yml", "name: shop\nprofile: shop\nmodel-paths: ['.']\n")
    shop.write("orders.sql", "select 1")
    before = shop.files()
    assert "orders.sql" in before.digests
    shop.write(path, "one")
    assert shop.files() == before


def test_the_files_of_a_local_package_count_under_its_name(shop: Shop) -> None:
    shop.write("packages.yml", "packages: [{local: ../macros}]\n")
    shop.write("../macros/dbt_project.yml", "name: mesh_macros\n")
    shop.write("../macros/cents.sql", "{% macro cents() %}{% endmacro %}")
    shop.write("../macros/target/manifest.json", "{}")
    found = {name for name in shop.files().digests if name.startswith("../macros: ")}
    assert found == {"../macros: dbt_project.yml", "../macros: cents.sql"}


def test_interface_packages_do_not_count_since_mesh_writes_them(shop: Shop) -> None:
    shop.write("packages.yml", "packages: [{local: .mesh/stock}]\n")
    before = shop.files()
    shop.write(".mesh/stock/models/products.sql", "select 1")
    assert shop.files() == before


def test_a_link_to_nowhere_is_passed_over(shop: Shop) -> None:
    before = shop.files()
    (shop.folder / "models").mkdir()
    (shop.folder / "models" / "orders.sql").symlink_to("nowhere.sql")
    assert shop.files() == before


def test_a_file_that_is_written_with_what_it_held_is_stamped_anew(shop: Shop) -> None:
    """So that a build notices a change that was taken back while dbt was reading."""
    path = shop.write("models/orders.sql", "select 1")
    os.utime(path, ns=(1, 1))
    before = shop.files()
    path.write_text("select 1")
    after = shop.files()
    assert after.digests == before.digests
    assert after.stamp != before.stamp


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("select '{{ env_var('TODAY') }}'", {"TODAY"}),
        ('{{ env_var("TODAY", "never") }} {{ env_var( \'REGION\' ) }}', {"TODAY", "REGION"}),
        ("{{ env_var(name) }}", set()),
        ("select 'TODAY'", set()),
    ],
)
def test_environment_variables_are_found_wherever_they_are_read(shop: Shop, text: str, names: set[str]) -> None:
    shop.write("models/orders.sql", text)
    assert shop.files().env_vars == names
    shop.write("models/orders.sql")
    shop.write("dbt_project.yml", f"# {text}\nname: shop\nprofile: shop\n")
    assert shop.files().env_vars == names


@pytest.mark.parametrize(
    "path",
    ["models/orders.sql", "snapshots/prices.sql", "macros/load.sql", "../lib/macros/load.sql", "../lib/models/a.sql"],
)
def test_whatever_makes_data_is_known_for_reading_files_by_itself(shop: Shop, path: str) -> None:
    shop.write("packages.yml", "packages: [{local: ../lib}]\n")
    shop.write(path, "select * from read_csv('events.csv')")
    assert shop.files().readers == (path.replace("../lib/", "../lib: "),)


@pytest.mark.parametrize(
    "path", ["tests/same.sql", "analyses/a.sql", "models/orders.yml", "models/orders.md", "dbt_packages/u/macros/a.sql"]
)
def test_what_makes_no_data_may_read_files(shop: Shop, path: str) -> None:
    shop.write(path, "# from read_csv('here')")
    assert shop.files().readers == ()


@pytest.mark.parametrize(
    ("path", "text", "readers"),
    [
        ("dbt_project.yml", "on-run-start: [\"create table a as from 'a.csv'\"]", ("dbt_project.yml",)),
        ("dbt_project.yml", "models: {shop: {+pre-hook: {sql: from read_csv(1)}}}", ("dbt_project.yml",)),
        ("models/a.yml", "models: [{name: a, config: {post_hook: from read_csv(1)}}]", ("models/a.yml",)),
        ("dbt_project.yml", 'vars: {landing: "../raw/a.csv"}', ()),
        ("models/a.yml", "models: [{name: a, description: hook from 'a'}]", ()),
    ],
)
def test_hooks_are_known_for_reading_files(shop: Shop, path: str, text: str, readers: tuple[str, ...]) -> None:
    top = "name: shop\nprofile: shop\n" if path == "dbt_project.yml" else ""
    shop.write(path, f"{top}{text}\n")
    assert shop.files().readers == readers


def test_the_reference_projects_read_nothing_past_their_sources() -> None:
    projects = Workspace.open(Path(__file__).parents[4]).projects
    assert {name: project_files(project).readers for name, project in projects.items()} == dict.fromkeys(projects, ())


@pytest.mark.parametrize("paths", ["['.']", "['./models']", "[models/]"])
def test_however_the_folder_of_models_is_written(shop: Shop, paths: str) -> None:
    shop.write("dbt_project.yml", f"name: shop\nprofile: shop\nmodel-paths: {paths}\n")
    shop.write("models/orders.sql", "select * from read_csv('events.csv')")
    assert shop.files().readers == ("models/orders.sql",)


class TestLocalPackages:
    def test_what_a_local_package_needs_counts(self, shop: Shop) -> None:
        """However dbt and people read the path: from the package, or from the project."""
        shop.write("packages.yml", "packages: [{local: ../lib/one}]\n")
        shop.write("../lib/one/dependencies.yml", "packages: [{local: ../two}]\n")
        shop.write("../lib/two/packages.yml", "packages: [{local: ../lib/three}]\n")
        shop.write("../lib/three/macros/cents.sql")
        found = {name for name in shop.files().digests if name.startswith("..")}
        assert found == {
            "../lib/one: dependencies.yml",
            "../lib/two: packages.yml",
            "../lib/three: macros/cents.sql",
        }

    def test_packages_that_need_each_other_are_read_once(self, shop: Shop) -> None:
        shop.write("packages.yml", "packages: [{local: ../one}]\n")
        shop.write("../one/packages.yml", "packages: [{local: ../two}, {local: ../shop}]\n")
        shop.write("../two/packages.yml", "packages: [{local: ../one}]\n")
        found = [name for name in shop.files().digests if name.startswith("..")]
        assert found == ["../one: packages.yml", "../two: packages.yml"]

    def test_a_damaged_file_of_a_package_is_not_followed(self, shop: Shop) -> None:
        shop.write("packages.yml", "packages: [{local: ../one}]\n")
        shop.write("../one/packages.yml", "packages: [")
        assert "../one: packages.yml" in shop.files().digests


def test_an_absolute_path_counts(shop: Shop) -> None:
    macro = shop.write("../elsewhere/cents.sql")
    shop.write("dbt_project.yml", f"name: shop\nprofile: shop\nmacro-paths: ['{macro.parent}']\n")
    assert "../elsewhere/cents.sql" in shop.files().digests
