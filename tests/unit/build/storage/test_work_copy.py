"""Plain dbt builds in a copy, which follows what is published unless it is in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_tools.build.storage.work_copy import adopt_work_copy, changed_work_copy, refresh_work_copy
from support.databases import fill, open_elsewhere, value_in


@pytest.fixture
def generation(tmp_path: Path) -> Path:
    folder = tmp_path / "shop" / "gen-1-a"
    folder.mkdir(parents=True)
    fill(folder / "shop.duckdb", 1)
    return folder


@pytest.fixture
def copy(generation: Path) -> Path:
    refresh_work_copy(generation.parent, "shop", generation)
    return generation.parent / "work" / "shop.duckdb"


def test_the_copy_is_what_is_published(copy: Path) -> None:
    assert value_in(copy) == 1
    assert changed_work_copy(copy.parent.parent, "shop") is None


def test_what_plain_dbt_has_built_is_told(copy: Path) -> None:
    fill(copy, 2)
    assert changed_work_copy(copy.parent.parent, "shop") == copy


def test_without_a_copy_nothing_has_changed(tmp_path: Path) -> None:
    assert changed_work_copy(tmp_path, "shop") is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"])
def test_a_copy_of_which_nothing_is_known_may_have_changed(copy: Path, content: bytes) -> None:
    (copy.parent / "copied.json").write_bytes(content)
    assert changed_work_copy(copy.parent.parent, "shop") == copy


def test_the_next_generation_replaces_the_copy(copy: Path, generation: Path) -> None:
    fill(copy, 2)
    copy.with_name("shop.duckdb.wal").write_bytes(b"of what was there")
    fill(generation / "shop.duckdb", 3)
    refresh_work_copy(generation.parent, "shop", generation)
    assert value_in(copy) == 3


def test_what_plain_dbt_has_built_is_set_aside_once(copy: Path, generation: Path) -> None:
    before = copy.with_name("shop.duckdb.before")
    for value in (2, 3):
        fill(copy, value)
        copy.with_name("shop.duckdb.wal").write_bytes(b"of %d" % value)
        refresh_work_copy(generation.parent, "shop", generation)
        assert copy.with_name("shop.duckdb.before.wal").read_bytes() == b"of %d" % value
        copy.with_name("shop.duckdb.before.wal").unlink()
        assert value_in(before) == value
    assert value_in(copy) == 1


def test_a_log_without_its_file_does_not_stay(copy: Path, generation: Path) -> None:
    """DuckDB would apply it to the next file that is set aside."""
    copy.with_name("shop.duckdb.before.wal").write_bytes(b"of what was there")
    fill(copy, 2)
    refresh_work_copy(generation.parent, "shop", generation)
    assert value_in(copy.with_name("shop.duckdb.before")) == 2


def test_nothing_is_set_aside_of_what_is_published(copy: Path, generation: Path) -> None:
    refresh_work_copy(generation.parent, "shop", generation)
    fill(copy, 2)
    adopt_work_copy(generation, "shop")
    refresh_work_copy(generation.parent, "shop", generation)
    assert sorted(path.name for path in copy.parent.iterdir()) == ["copied.json", "shop.duckdb"]
    assert value_in(copy) == 2


def test_a_copy_in_which_dbt_is_building_is_left_alone(copy: Path, generation: Path) -> None:
    fill(copy, 2)
    fill(generation / "shop.duckdb", 3)
    with open_elsewhere(copy, "write"):
        refresh_work_copy(generation.parent, "shop", generation)
    assert value_in(copy) == 2
