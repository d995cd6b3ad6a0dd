"""Who uses a file: locks that end with their process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mesh_tools.build.storage.in_use import copy_file, is_open, is_pinned, pin
from support.databases import fill, open_elsewhere, pinned_elsewhere, value_in


@pytest.fixture
def database(tmp_path: Path) -> Path:
    fill(tmp_path / "shop.duckdb", 1)
    return tmp_path / "shop.duckdb"


@pytest.mark.parametrize("how", ["read", "write"])
def test_a_file_is_open_as_long_as_another_process_has_it(database: Path, how: str) -> None:
    assert not is_open(database)
    with open_elsewhere(database, how):
        assert is_open(database)
    assert not is_open(database)


def test_a_file_that_is_not_there_is_neither_open_nor_pinned(tmp_path: Path) -> None:
    assert not is_open(tmp_path / "x")
    assert not is_pinned(tmp_path / "x")
    assert pin(tmp_path / "x") is None


def test_a_file_of_another_user_may_be_open(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    with monkeypatch.context() as patched:  # a true one is no obstacle for root
        patched.setattr(Path, "open", refuse)
        assert is_open(database)
    assert not is_open(database)


def test_a_pin_holds_until_it_is_closed(database: Path) -> None:
    first, second = pin(database), pin(database)
    assert first is not None
    assert second is not None
    os.close(first)
    assert is_pinned(database)
    os.close(second)
    assert not is_pinned(database)


def test_a_pin_of_another_process_ends_with_it(database: Path) -> None:
    with pinned_elsewhere(database):
        assert is_pinned(database)
    assert not is_pinned(database)


def test_a_copy_is_a_file_of_its_own(database: Path, tmp_path: Path) -> None:
    copy_file(database, tmp_path / "copy.duckdb")
    fill(database, 2)
    assert value_in(tmp_path / "copy.duckdb") == 1


def test_a_file_that_a_reader_has_open_can_be_copied(database: Path, tmp_path: Path) -> None:
    with open_elsewhere(database):
        copy_file(database, tmp_path / "copy.duckdb")
    assert value_in(tmp_path / "copy.duckdb") == 1
