"""Files that are whole or not there, and locks that end with their process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mesh_tools.files import locked, outliving_lock, replace_file, write_atomically


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


def test_a_file_that_cannot_be_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        replace_file(tmp_path / "folder", b"data", durable=True)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_lock_that_is_shared_is_shared_with_those_who_share_it_alone(tmp_path: Path) -> None:
    path = tmp_path / "dev"
    with locked(path, "one", shared=True) as one, locked(path, "two", shared=True) as two:
        assert (one, two) == (None, None)
        with locked(path, "three") as alone:
            assert alone == "two"
    with locked(path, "three") as alone:
        assert alone is None
        with locked(path, "four", shared=True) as shared:
            assert shared == "three"


class TestOutlivingLock:
    """It lasts as long as any process that has its descriptor."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "dev.workers"

    def test_nobody_else_has_it_until_the_last_child_ends(self, path: Path) -> None:
        held = outliving_lock(path, 0)
        assert held is not None
        with child(held) as process:
            os.close(held)
            assert outliving_lock(path, 0) is None
            process.kill()
            process.wait()
            again = outliving_lock(path, 5)
        assert again is not None
        os.close(again)

    def test_those_who_share_it_do_not_wait_for_each_other(self, path: Path) -> None:
        shared = [outliving_lock(path, 0, shared=True) for _ in range(2)]
        assert None not in shared
        assert outliving_lock(path, 0) is None
        for descriptor in shared:
            os.close(descriptor or 0)
        alone = outliving_lock(path, 0)
        assert alone is not None
        os.close(alone)

    def test_who_waits_has_it_as_soon_as_it_is_free(self, path: Path) -> None:
        held = outliving_lock(path, 0)
        assert held is not None
        with child(held) as process:
            os.close(held)
            process.stdin.close()  # type: ignore[union-attr]  # it is a pipe
            waited = outliving_lock(path, 30)
        assert waited is not None
        os.close(waited)


@contextmanager
def child(descriptor: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process that has inherited a descriptor, and ends when its input does."""
    command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[descriptor]) as process:
        yield process
