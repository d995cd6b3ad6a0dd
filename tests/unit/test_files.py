"""Files that are whole or not there, and locks that end with their process."""

from __future__ import annotations

from pathlib import Path

from mesh_tools.files import locked, write_atomically


def test_what_is_there_already_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file"
    assert write_atomically(path, b"one")
    assert not write_atomically(path, b"one")
    assert write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert [p.name for p in path.parent.iterdir()] == ["file"]


def test_a_lock_that_is_held_tells_by_whom(tmp_path: Path) -> None:
    """And can be had again as soon as it is let go."""
    path = tmp_path / "lock" / "dev"
    with locked(path, "process 1 since noon") as mine:
        assert mine is None
        with locked(path, "process 2") as theirs:
            assert theirs == "process 1 since noon"
    with locked(path, "process 3") as again:
        assert again is None
        assert path.read_text() == "process 3"
