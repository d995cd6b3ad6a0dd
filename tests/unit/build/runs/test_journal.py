"""The journal of a build: whatever a crash leaves of it is read up to where it can be."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_tools.build.events import (
    AnyEvent,
    NodeFinished,
    NodesCounted,
    ProductsPublished,
    ProjectFinished,
    ProjectStarted,
    RunFinished,
    RunStarted,
)
from mesh_tools.build.runs import Journal, read_journal
from mesh_tools.build.runs.journal import JOURNAL_FILE
from mesh_tools.errors import MeshError

_TEXTS = st.text(max_size=12)
_TUPLES = st.lists(_TEXTS, max_size=3).map(tuple)
_EVENTS: st.SearchStrategy[AnyEvent] = st.one_of(
    st.builds(RunStarted, id=_TEXTS, environment=_TEXTS, at=_TEXTS, pid=st.integers(0, 2**31), projects=_TUPLES),
    st.builds(ProjectStarted, project=_TEXTS, position=st.integers(0, 99), total=st.integers(0, 99), reasons=_TUPLES),
    st.builds(NodeFinished, project=_TEXTS, unique_id=_TEXTS, status=_TEXTS),
    st.builds(ProductsPublished, project=_TEXTS, target=_TEXTS),
    st.builds(ProjectFinished, project=_TEXTS, status=_TEXTS, seconds=st.floats(0, 1e6), reason=st.none() | _TEXTS),
    st.builds(RunFinished, outcome=_TEXTS, at=_TEXTS),
)


def write(folder: Path, *events: AnyEvent) -> Path:
    journal = Journal(folder)
    for event in events:
        journal.write(event)
    journal.close()
    return folder / JOURNAL_FILE


@settings(deadline=None)
@given(st.lists(_EVENTS, max_size=6), st.data())
def test_whatever_was_written_of_it_is_read_up_to_its_last_whole_line(
    events: list[AnyEvent], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), *events)
        whole = path.read_bytes()
        kept = whole[: data.draw(st.integers(0, len(whole)))]
        path.write_bytes(kept)
        found = read_journal(Path(folder))
        assert found.damage is None
        assert found.events == tuple(events[: kept.count(b"\n")])


@settings(deadline=None)
@given(st.lists(_EVENTS, min_size=1, max_size=5), st.binary(max_size=20).filter(lambda b: b"\n" not in b), st.data())
def test_what_stands_before_a_damaged_line_is_known_and_nothing_after_it(
    events: list[AnyEvent], noise: bytes, data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), *events)
        lines = path.read_bytes().splitlines(keepends=True)
        number = data.draw(st.integers(1, len(lines)))
        lines[number - 1] = b"\xff" + noise + b"\n"
        path.write_bytes(b"".join(lines))
        found = read_journal(Path(folder))
        assert found.events == tuple(events[: number - 1])
        assert found.damage is not None
        assert found.damage.where is not None
        assert found.damage.where.line == number


@given(st.binary(max_size=60))
def test_a_file_of_anything_is_read_or_damaged(noise: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, JOURNAL_FILE).write_bytes(noise)
        found = read_journal(Path(folder))
        assert found.events or found.damage or noise.count(b"\n") == 0


@pytest.mark.parametrize("line", ["{}", "[]", '{"event": "new"}', '{"event": "node"}', "", "null"])
def test_a_line_that_is_no_event_is_damage(tmp_path: Path, line: str) -> None:
    (tmp_path / JOURNAL_FILE).write_text(f"{line}\n")
    assert read_journal(tmp_path).damage is not None


def test_a_journal_that_is_not_there_is_damage_of_the_whole_file(tmp_path: Path) -> None:
    found = read_journal(tmp_path)
    assert found.events == ()
    assert found.damage is not None
    assert found.damage.where is not None
    assert found.damage.where.line is None
    assert "built again" in (found.damage.hint or "")


def test_counts_are_only_for_who_watches(tmp_path: Path) -> None:
    assert write(tmp_path, NodesCounted(project="shop", total=9)).read_bytes() == b""


def test_a_second_writer_appends(tmp_path: Path) -> None:
    end = RunFinished(outcome="success", at="now")
    write(tmp_path, end)
    write(tmp_path, end)
    assert read_journal(tmp_path).events == (end, end)


def test_a_journal_that_cannot_be_begun_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match="cannot be written") as caught:
        Journal(tmp_path / "nowhere")
    assert "--resume" in (caught.value.hint or "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_disk_that_is_full_is_one_error(tmp_path: Path) -> None:
    (tmp_path / JOURNAL_FILE).symlink_to("/dev/full")
    journal = Journal(tmp_path)
    with pytest.raises(MeshError, match="No space left"):
        journal.write(RunFinished(outcome="success", at="now"))
    journal.close()
