"""Which projects `mesh check` takes for changed, and which for concerned."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_tools.build.gates.changes import changes_since, roles_of
from mesh_tools.errors import MeshError
from mesh_tools.mesh.workspace import Workspace
from support.meshes import BuiltMesh
from support.repositories import commit, git, repository


@pytest.fixture
def mesh(tmp_path: Path) -> BuiltMesh:
    """Supply, which sales reads, which reports read; and staff, which nobody reads, with a package of macros."""
    mesh = BuiltMesh(repository(tmp_path / "mesh"))
    mesh.write("mesh.yml", "name: m\nprojects: [domains/*]\n")
    mesh.write("macros/dbt_project.yml", "name: shared\nversion: 1.0.0\n")
    for name, reads in {"supply": (), "sales": ("supply",), "reports": ("sales",), "staff": ()}.items():
        mesh.project(name, {"models/one.sql": "select 1 as id"}, reads=reads, folder=f"domains/{name}")
    mesh.write("domains/staff/packages.yml", "packages:\n  - local: ../../macros\n")
    mesh.write(".gitignore", "target/\n")
    commit(mesh.root)
    return mesh


def changed(mesh: BuiltMesh, base: str | None = None) -> set[str]:
    return set(changes_since(Workspace.open(mesh.root), base).projects)


def test_nothing_has_changed_since_the_last_commit(mesh: BuiltMesh) -> None:
    assert changed(mesh) == set()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("domains/sales/models/one.sql", {"sales"}),
        ("domains/sales/models/new.sql", {"sales"}),
        ("domains/sales/models/ümlaut and blank.sql", {"sales"}),
        ("domains/sales/target/manifest.json", set()),
        ("macros/new.sql", {"staff"}),
        ("mesh.yml", {"supply", "sales", "reports", "staff"}),
        ("README.md", set()),
    ],
)
def test_a_file_concerns_the_projects_that_have_it(mesh: BuiltMesh, path: str, expected: set[str]) -> None:
    """Its own files, committed or not; those of its local packages; and mesh.yml."""
    file = mesh.root / path
    file.parent.mkdir(exist_ok=True)
    with file.open("a", encoding="utf-8") as stream:
        stream.write("\n# more\n")
    assert changed(mesh) == expected


def test_a_file_that_was_removed_or_moved_concerns_both_projects(mesh: BuiltMesh) -> None:
    git(mesh.root, "mv", "domains/sales/models/one.sql", "domains/supply/models/other.sql")
    assert changed(mesh) == {"sales", "supply"}


def test_what_the_base_got_since_the_fork_is_no_change_of_this_branch(mesh: BuiltMesh) -> None:
    git(mesh.root, "switch", "--quiet", "--create", "topic")
    mesh.write("domains/sales/models/one.sql", "select 2 as id")
    commit(mesh.root)
    git(mesh.root, "switch", "--quiet", "main")
    mesh.write("domains/supply/models/one.sql", "select 3 as id")
    commit(mesh.root)
    git(mesh.root, "switch", "--quiet", "topic")
    assert changed(mesh, "main") == {"sales"}
    mesh.write("domains/staff/models/one.sql", "select 4 as id")
    assert changed(mesh, "main") == {"sales", "staff"}


def test_a_base_that_git_does_not_know_is_refused(mesh: BuiltMesh) -> None:
    with pytest.raises(MeshError, match="git knows no 'nowhere'"):
        changes_since(Workspace.open(mesh.root), "nowhere")


def test_other_bases_tell_nothing_of_files(mesh: BuiltMesh) -> None:
    """What is not committed counts."""
    mesh.write("domains/sales/models/one.sql", "select 2 as id")
    assert changed(mesh, "registry:dev") == {"sales"}


def test_outside_git_all_projects_count_as_changed(tmp_path: Path) -> None:
    mesh = BuiltMesh(tmp_path)
    mesh.write("mesh.yml", "name: m\nprojects: [one]\n")
    mesh.project("one", {"models/one.sql": "select 1 as id"})
    changes = changes_since(Workspace.open(mesh.root), None)
    assert changes.projects == {"one"}
    assert "in no git repository" in changes.note


def test_what_changed_comes_first_then_what_reads_it(mesh: BuiltMesh) -> None:
    roles = roles_of(Workspace.open(mesh.root), {"sales"})
    assert list(roles.items())[:2] == [("sales", "changed"), ("reports", "consumer")]
    assert {name for name, role in roles.items() if role == "other"} == {"supply", "staff"}
