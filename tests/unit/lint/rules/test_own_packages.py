"""Packages of a project: as they are locked, else as they are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_tools.lint.places import YamlPlace
from mesh_tools.lint.subjects.packages import Pinned, packages_of


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("entry", "name", "version"),
    [
        ("package: dbt-labs/dbt_utils\n    version: 1.3.0", "dbt-labs/dbt_utils", "1.3.0"),
        ("package: a/b\n    version: ['>=1.0.0', '<2.0.0']", "a/b", ">=1.0.0, <2.0.0"),
        ("git: https://host.example/Macros.git/\n    revision: v2", "https://host.example/macros", "v2"),
        (
            "git: https://host.example/m.git\n    revision: v2\n    subdirectory: dbt",
            "https://host.example/m#dbt",
            "v2",
        ),
        ("local: vendor/money", "money", "1.2.0"),
    ],
)
def test_a_package_is_told_by_what_it_is_called_where_it_is_from(
    entry: str, name: str, version: str, tmp_path: Path
) -> None:
    write(
        tmp_path,
        {
            "packages.yml": f"packages:\n  - {entry}\n",
            "vendor/money/dbt_project.yml": "{name: money, version: 1.2.0}",
        },
    )
    found = packages_of(tmp_path)
    assert {key: pinned.version for key, pinned in found.items()} == {name: version}
    assert found[name].place == YamlPlace(file="packages.yml", steps=("packages", "0"))


def test_the_lock_says_what_is_installed(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "packages.yml": "packages:\n  - package: a/b\n    version: '>=1.0.0'\n",
            "package-lock.yml": "packages:\n  - package: a/b\n    version: 1.4.2\n",
        },
    )
    assert packages_of(tmp_path)["a/b"].version == "1.4.2"


@pytest.mark.parametrize("text", ["packages: [{local: .mesh/shop}]", "packages:", "[]", "packages: [", "packages: [1]"])
def test_interfaces_of_other_projects_and_broken_files_are_no_packages(text: str, tmp_path: Path) -> None:
    write(tmp_path, {"dependencies.yml": text})
    assert packages_of(tmp_path) == {}


def test_versions_are_compared_by_their_numbers() -> None:
    place = YamlPlace(file="packages.yml")
    orders = [Pinned(name="a", version=version, place=place).order for version in ("1.10.0", "v1.9.0", ">=1.0", "main")]
    assert orders == [(1, 10, 0), (1, 9, 0), None, None]


def test_a_folder_has_the_version_that_it_has_now_whatever_the_lock_names(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "packages.yml": "packages: [{local: new}]",
            "package-lock.yml": "packages: [{local: old, name: money}]",
            "new/dbt_project.yml": "{name: money, version: 2.0.0}",
            "old/dbt_project.yml": "{name: money, version: 1.0.0}",
        },
    )
    assert packages_of(tmp_path)["money"].version == "2.0.0"
