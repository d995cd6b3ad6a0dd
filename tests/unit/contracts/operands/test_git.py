"""Files as git has them: in subfolders, linked worktrees and hooks; and what is said when git has not."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_tools.contracts.operands.git import Git
from mesh_tools.errors import MeshError
from support.repositories import commit, git, repository


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in a subfolder, with two commits."""
    root = repository(tmp_path / "mesh")
    folder = root / "projects" / "shop"
    folder.mkdir(parents=True)
    (folder / "interface.yml").write_text("one")
    commit(root)
    git(root, "tag", "v1.0")
    (folder / "interface.yml").write_text("two")
    commit(root)
    return folder


def read(folder: Path, ref: str) -> bytes | None:
    found = Git(folder)
    return found.read(found.commit(ref), "interface.yml")


@pytest.mark.parametrize(("ref", "text"), [("v1.0", b"one"), ("HEAD~1", b"one"), ("main", b"two"), ("HEAD", b"two")])
def test_a_file_of_a_subfolder_as_of_a_ref(project: Path, ref: str, text: bytes) -> None:
    (project / "interface.yml").write_text("not committed")
    assert read(project, ref) == text


def test_in_a_linked_worktree(project: Path, tmp_path: Path) -> None:
    git(project, "worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"), "v1.0")
    linked = tmp_path / "linked" / "projects" / "shop"
    assert read(linked, "HEAD") == b"one"
    assert read(linked, "main") == b"two"


def test_through_a_symbolic_link(project: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(project)
    assert read(tmp_path / "link", "v1.0") == b"one"


def test_in_a_hook_of_another_repository(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git tells a hook by variables which repository runs it."""
    other = repository(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    assert read(project, "v1.0") == b"one"


def test_a_file_that_was_not_there_is_none(project: Path) -> None:
    found = Git(project)
    assert found.read(found.commit("main"), "other.yml") is None


def test_a_folder_that_was_not_there_is_none(project: Path) -> None:
    new = project.parent / "new"
    new.mkdir()
    assert read(new, "main") is None


def test_every_file_of_a_name_in_the_whole_repository(project: Path) -> None:
    found = Git(project)
    assert found.files(found.commit("v1.0"), "interface.yml") == {"projects/shop/interface.yml": b"one"}


def test_names_that_git_would_quote(project: Path) -> None:
    folder = project.parent / 'ä "b"\tc'
    folder.mkdir()
    (folder / "interface.yml").write_text("three")
    commit(project)
    found = Git(project)
    assert found.files(found.commit("main"), "interface.yml")['projects/ä "b"\tc/interface.yml'] == b"three"


def test_both_sides_of_a_merge_conflict(project: Path) -> None:
    git(project, "switch", "--quiet", "--create", "branch", "v1.0")
    (project / "interface.yml").write_text("theirs")
    commit(project)
    git(project, "switch", "--quiet", "main")
    assert Git(project).unmerged("interface.yml") == ()
    git(project, "merge", "branch", check=False)
    assert Git(project).unmerged("interface.yml") == (b"two", b"theirs")


def test_where_a_branch_left_another(project: Path) -> None:
    found = Git(project)
    left = found.commit("main")
    git(project, "switch", "--quiet", "--create", "branch")
    (project / "interface.yml").write_text("three")
    commit(project)
    assert found.fork(found.commit("main")) == left
    git(project, "switch", "--quiet", "--detach", "v1.0")
    assert found.fork(found.commit("branch")) == found.commit("v1.0")


def test_of_branches_that_have_nothing_in_common_the_tip_counts(project: Path) -> None:
    git(project, "switch", "--quiet", "--orphan", "other")
    project.mkdir(parents=True, exist_ok=True)
    (project / "interface.yml").write_text("three")
    commit(project)
    found = Git(project)
    assert found.fork(found.commit("main")) == found.commit("main")


def test_a_ref_that_does_not_exist_has_its_nearest_name(project: Path) -> None:
    with pytest.raises(MeshError, match="git knows no 'mian' here") as caught:
        Git(project).commit("mian")
    assert caught.value.hint == "did you mean 'main'?"


def test_a_ref_like_no_other_leads_to_fetch(project: Path) -> None:
    with pytest.raises(MeshError) as caught:
        Git(project).commit("origin/release")
    assert "git fetch" in (caught.value.hint or "")


def test_a_shallow_clone_says_that_it_is(project: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{project.parents[1]}", "shallow")
    with pytest.raises(MeshError) as caught:
        Git(tmp_path / "shallow").commit("HEAD~1")
    assert "git fetch --unshallow" in (caught.value.hint or "")


@pytest.mark.parametrize("ref", ["--output=/tmp/x", "-h", " "])
def test_what_git_would_take_for_an_option_is_no_ref(project: Path, ref: str) -> None:
    with pytest.raises(MeshError, match="is no git ref"):
        Git(project).commit(ref)


def test_outside_of_any_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(MeshError, match="this folder is in no git repository") as caught:
        Git(tmp_path).commit("main")
    assert "registry:ENVIRONMENT" in (caught.value.hint or "")


def test_a_file_that_is_there_without_its_content_is_an_error_not_a_new_project(project: Path) -> None:
    """A damaged repository must not look as if nothing had ever been promised."""
    blob = git(project, "rev-parse", "v1.0:./interface.yml")
    path = project.parents[1] / ".git" / "objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.unlink()
    found = Git(project)
    with pytest.raises(MeshError, match="git cannot tell"):
        found.read(found.commit("v1.0"), "interface.yml")


def test_without_git(project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MeshError, match="git is not installed"):
        Git(project).commit("main")
