"""All files are written, or none; the diff is a patch."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mesh_tools.contracts.new_version.files import PlannedFile, write_all


def test_when_one_file_cannot_be_written_the_others_become_what_they_were(tmp_path: Path) -> None:
    kept = tmp_path / "kept.yml"
    kept.write_bytes(b"old")
    (tmp_path / "file").write_bytes(b"")
    files = (
        PlannedFile(tmp_path / "new.sql", None, b"select 1"),
        PlannedFile(kept, b"old", b"new"),
        PlannedFile(tmp_path / "file" / "below_a_file.sql", None, b"select 2"),
    )
    with pytest.raises((FileExistsError, NotADirectoryError)):
        write_all(files)
    assert kept.read_bytes() == b"old"
    assert not (tmp_path / "new.sql").exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, b"select 1\n"),
        (None, b"select 1"),
        (b"a: 1\nb: 2\n", b"a: 1\nc: 3\nb: 2\n"),
        (b"a: 1\r\nb: 2\r\n", b"a: 1\r\nc: 3\r\nb: 2\r\n"),
        (b"a: 1", b"a: 1\nb: 2"),
        ("a: ä\u2028b\n".encode(), "a: ä\u2028b\nc: 1\n".encode()),
    ],
    ids=["new", "new without a last line end", "unix", "windows", "no last line end", "other line separators"],
)
def test_git_applies_the_diff(old: bytes | None, new: bytes, tmp_path: Path) -> None:
    path = tmp_path / "models" / "a.yml"
    path.parent.mkdir()
    if old is not None:
        path.write_bytes(old)
    patch = PlannedFile(path, old, new).diff(tmp_path)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "--whitespace=nowarn"], cwd=tmp_path, input=patch.encode(), check=True)
    assert path.read_bytes() == new
