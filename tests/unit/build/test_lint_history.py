"""Runs of the linter that are kept: appended, torn lines passed over, bounded."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from mesh_tools.build import lint_history
from mesh_tools.build.lint_history import commit_of, read_history, record
from mesh_tools.files import locked
from mesh_tools.lint.scorecard import DomainEntry, Entry
from mesh_tools.mesh.workspace import Workspace

ENTRY = Entry(at="2026-07-10T08:00:00+00:00", score=80, domains={"shop": DomainEntry(score=80)}, products={"a.b": 80})


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "dbt_project.yml").write_text("name: shop\nprofile: shop\n", encoding="utf-8")
    (tmp_path / "mesh.yml").write_text("name: example\nprojects: [shop]\n", encoding="utf-8")
    return Workspace.open(tmp_path)


def file_of(workspace: Workspace) -> Path:
    return workspace.state / "lint" / "history.jsonl"


def test_a_run_is_read_as_it_was_kept(workspace: Workspace) -> None:
    assert read_history(workspace) == ()
    assert record(workspace, ENTRY)
    assert read_history(workspace) == (ENTRY,)


def test_what_says_the_same_on_the_same_day_is_kept_once(workspace: Workspace) -> None:
    later = replace(ENTRY, at="2026-07-10T20:00:00+00:00")
    assert [record(workspace, one) for one in (ENTRY, later, replace(later, score=81), later)] == [
        True,
        False,
        True,
        True,
    ]
    assert record(workspace, replace(later, at="2026-07-11T20:00:00+00:00"))
    assert record(workspace, replace(later, commit="abc"))
    assert [entry.score for entry in read_history(workspace)] == [80, 81, 80, 80, 80]


@pytest.mark.parametrize("torn", [b'{"at":"2026', b"\xff\xfe", b"[]", b'{"at": 3}', b"\n\n"])
def test_a_torn_line_is_passed_over_and_does_not_take_the_next_with_it(workspace: Workspace, torn: bytes) -> None:
    record(workspace, ENTRY)
    with file_of(workspace).open("ab") as file:
        file.write(torn)
    newer = replace(ENTRY, score=81)
    assert record(workspace, newer)
    assert read_history(workspace) == (ENTRY, newer)


def test_only_so_many_runs_are_kept(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint_history, "_MOST", 10)
    for number in range(25):
        assert record(workspace, replace(ENTRY, score=number))
        assert len(read_history(workspace)) <= 10
    assert [entry.score for entry in read_history(workspace)][-3:] == [22, 23, 24]


def test_while_another_process_keeps_one_none_is_kept(workspace: Workspace) -> None:
    with locked(workspace.state / "lint" / "history.lock", "another"):
        assert not record(workspace, ENTRY)
    assert read_history(workspace) == ()


def test_a_mesh_in_no_repository_has_no_commit(workspace: Workspace) -> None:
    assert commit_of(workspace) is None
