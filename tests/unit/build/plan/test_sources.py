"""The sources that a project reads: what tells whether their data has changed, and what nothing tells."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from mesh_tools.artifacts.manifest import decode_manifest
from mesh_tools.build.plan.sources import FileHashes, loaded_at, sources_of
from mesh_tools.build.storage import SourceState
from mesh_tools.errors import Location


def kinds(source: dict[str, Any], *, is_read: bool = True) -> dict[str, SourceState]:
    """The states of the one source that a manifest has."""
    key = "source.shop.raw.events"
    named = {"source_name": "raw", "name": "events", "identifier": "events", "unique_id": key, "schema": "main"}
    model = {"unique_id": "model.shop.a", "name": "a", "resource_type": "model", "package_name": "shop"}
    document = {
        "metadata": {
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
            "dbt_version": "1.11.0",
            "project_name": "shop",
        },
        "sources": {key: {"resource_type": "source", "package_name": "shop", **named, **source}},
        "nodes": {"model.shop.a": {**model, "depends_on": {"nodes": [key] if is_read else []}}},
    }
    manifest = decode_manifest(json.dumps(document).encode(), Location("manifest.json"))
    return sources_of(manifest, {"shop", "stock"})


_HOURS = {"warn_after": {"count": 2, "period": "hour"}}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"relation_name": "'data/events.csv'"}, SourceState(kind="files", files=("data/events.csv",))),
        (
            {"relation_name": "read_csv('data/*.csv', delim = ';')"},
            SourceState(kind="files", files=("data/*.csv", ";")),
        ),
        (
            {"relation_name": "read_parquet(['a.parquet', 'b.parquet'])"},
            SourceState(kind="files", files=("a.parquet", "b.parquet")),
        ),
        (
            {"relation_name": "'s3://bucket/events.parquet'"},
            SourceState(kind="unknown", why="nothing tells whether s3://bucket/events.parquet has changed"),
        ),
        (
            {"relation_name": "generate_events(7)"},
            SourceState(kind="unknown", why="no file name stands in its external location"),
        ),
        (
            {"relation_name": '"shop"."main"."events"', "meta": {"plugin": "excel"}},
            SourceState(kind="unknown", why="the plugin excel loads it"),
        ),
        (
            {"relation_name": '"stock"."main"."events"', "database": "stock"},
            SourceState(kind="project", project="stock"),
        ),
        (
            {"relation_name": '"stock"."main"."events"', "database": "stock", "freshness": _HOURS},
            SourceState(kind="project", project="stock"),
        ),
        (
            {"relation_name": '"lake"."main"."events"', "database": "lake", "freshness": _HOURS},
            SourceState(kind="relation"),
        ),
        (
            {"relation_name": '"shop"."main"."events"', "database": "shop", "freshness": {"warn_after": None}},
            SourceState(kind="unknown", why="no freshness is declared for it"),
        ),
        ({}, SourceState(kind="unknown", why="no freshness is declared for it")),
    ],
)
def test_what_tells_whether_a_source_has_changed(source: dict[str, Any], expected: SourceState) -> None:
    assert kinds(source) == {"raw.events": expected}


def test_a_source_that_nothing_reads_does_not_count() -> None:
    assert kinds({}, is_read=False) == {}


def test_a_relation_has_the_state_that_dbt_tells_and_others_keep_theirs() -> None:
    files = SourceState(kind="files", state="1a")
    asked = {"raw.a": SourceState(kind="relation"), "raw.b": SourceState(kind="relation"), "raw.c": files}
    told = loaded_at(asked, {"raw.a": "2026-01-01", "raw.c": "2026-01-01"})
    assert [told[name].state for name in ("raw.a", "raw.b", "raw.c")] == ["2026-01-01", None, "1a"]


class TestFileHashes:
    @pytest.fixture
    def hashes(self, tmp_path: Path) -> FileHashes:
        return FileHashes(tmp_path / "cache.json")

    @pytest.fixture
    def data(self, tmp_path: Path) -> Path:
        """A folder whose name would mean something in a pattern."""
        folder = tmp_path / "shop [old]*"
        folder.mkdir()
        (folder / "a.csv").write_text("one")
        return folder

    def test_the_state_is_that_of_the_content(self, hashes: FileHashes, data: Path) -> None:
        before = hashes.state(data, ["a.csv"])
        assert before is not None
        os.utime(data / "a.csv", ns=(1, 1))
        assert hashes.state(data, ["a.csv"]) == before
        (data / "a.csv").write_text("two")
        assert hashes.state(data, ["a.csv"]) not in {None, before}

    def test_a_change_is_seen_although_size_and_time_were_put_back(self, hashes: FileHashes, data: Path) -> None:
        """The time of the last change of the inode cannot be put back."""
        file = data / "a.csv"
        os.utime(file, ns=(1, 1))
        before = hashes.state(data, ["a.csv"])
        file.write_text("two")
        os.utime(file, ns=(1, 1))
        assert hashes.state(data, ["a.csv"]) != before

    @pytest.mark.parametrize("pattern", ["*.csv", "**/*.csv", "[ab].csv", "?.csv"])
    def test_a_pattern_that_gains_or_loses_a_file_has_changed(
        self, hashes: FileHashes, data: Path, pattern: str
    ) -> None:
        before = hashes.state(data, [pattern])
        (data / "b.csv").write_text("one")
        more = hashes.state(data, [pattern])
        assert more != before
        (data / "a.csv").unlink()
        assert hashes.state(data, [pattern]) not in {before, more}

    def test_a_file_under_another_name_is_another_file(self, hashes: FileHashes, data: Path) -> None:
        before = hashes.state(data, ["*.csv"])
        (data / "a.csv").rename(data / "b.csv")
        assert hashes.state(data, ["*.csv"]) != before

    @pytest.mark.parametrize("files", [[], [";"], ["gone.csv"], ["~/events.csv"]])
    def test_where_no_file_is_found_nothing_is_known(self, hashes: FileHashes, data: Path, files: list[str]) -> None:
        """What dbt has read was there: so its way to look for them is another one."""
        assert hashes.state(data, files) is None

    def test_absolute_paths_are_looked_for_where_they_are(self, hashes: FileHashes, data: Path, tmp_path: Path) -> None:
        (tmp_path / "b.csv").write_text("one")
        before = hashes.state(data, [str(tmp_path / "*.csv")])
        (tmp_path / "b.csv").write_text("two")
        assert hashes.state(data, [str(tmp_path / "*.csv")]) not in {None, before}

    def test_the_newest_change_is_that_of_any_file(self, hashes: FileHashes, data: Path) -> None:
        (data / "b.csv").write_text("one")
        times = [path.stat().st_ctime for path in data.iterdir()]
        assert hashes.newest_change(data, ["*.csv"]) == max(times)
        assert hashes.newest_change(data, ["gone.csv"]) == 0

    def test_a_link_to_nowhere_is_passed_over(self, hashes: FileHashes, data: Path) -> None:
        before = hashes.state(data, ["*.csv"])
        newest = hashes.newest_change(data, ["*.csv"])
        (data / "b.csv").symlink_to("nowhere")
        assert hashes.state(data, ["*.csv"]) == before
        assert hashes.newest_change(data, ["*.csv"]) == newest

    def test_what_was_hashed_is_remembered(self, tmp_path: Path, hashes: FileHashes, data: Path) -> None:
        before = hashes.state(data, ["a.csv"])
        hashes.save()
        (written,) = json.loads((tmp_path / "cache.json").read_text()).values()
        # A mark in the memory: the file itself need not be read again.
        marked = (tmp_path / "cache.json").read_text().replace(written[-1], "remembered")
        (tmp_path / "cache.json").write_text(marked)
        assert FileHashes(tmp_path / "cache.json").state(data, ["a.csv"]) != before

    @pytest.mark.parametrize("text", ["", "{", "[1]", "null", '{"x": 1}', '{"x": [1]}', "\x00\xff", "[" * 100_000])
    def test_a_damaged_memory_is_only_a_loss_of_time(self, tmp_path: Path, data: Path, text: str) -> None:
        before = FileHashes(tmp_path / "none.json").state(data, ["a.csv"])
        (tmp_path / "cache.json").write_bytes(text.encode("latin-1"))
        hashes = FileHashes(tmp_path / "cache.json")
        assert hashes.state(data, ["a.csv"]) == before
        hashes.save()
        assert FileHashes(tmp_path / "cache.json").state(data, ["a.csv"]) == before

    def test_a_memory_that_cannot_be_written_stops_nobody(self, tmp_path: Path, data: Path) -> None:
        (tmp_path / "file").write_text("")
        hashes = FileHashes(tmp_path / "file" / "cache.json")
        hashes.state(data, ["a.csv"])
        hashes.save()
