"""A site is written as a whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_tools.errors import MeshError
from mesh_tools.site.output import Page, safe_text, write_site


def test_a_site_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    write_site([Page("a.html", "old"), Page("gone.html", "old")], tmp_path / "site")
    written = write_site([Page("a.html", "new"), Page("deep/b.js", b"1")], tmp_path / "site")
    assert (tmp_path / "site" / "a.html").read_text() == "new"
    assert not (tmp_path / "site" / "gone.html").exists()
    assert (written.pages, written.files) == (1, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_failure_half_way_leaves_the_old_site(tmp_path: Path) -> None:
    write_site([Page("a.html", "old")], tmp_path / "site")

    def pages() -> Iterator[Page]:
        yield Page("a.html", "new")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_site(pages(), tmp_path / "site")
    assert (tmp_path / "site" / "a.html").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(MeshError, match="something else"):
        write_site([Page("a.html", "")], tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_an_empty_folder_and_one_that_is_not_there_are_taken(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("empty", "new/below"):
        assert write_site([Page("a.html", "")], tmp_path / name).pages == 1


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("")
    with pytest.raises(MeshError, match="this is a file"):
        write_site([], tmp_path / "site")


def test_a_folder_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MeshError, match="cannot be written"):
        write_site([Page("a.html", "")], tmp_path / "file" / "site")


@given(st.text())
def test_no_text_is_written_that_deceives_its_reader(text: str) -> None:
    written = safe_text(text).decode()
    assert not set(written) & {"\0", "\x1b", "\u202e", "\u2066", "\u200f", "\ufeff"}
    assert len(written) == len(text)


def test_text_that_is_no_unicode_is_written_all_the_same() -> None:
    assert safe_text("a\ud800b") == b"a?b"
