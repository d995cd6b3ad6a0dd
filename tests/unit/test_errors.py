"""Errors as users read them: what is wrong, where, and what to do next."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_tools.errors import ExitCode, Location, MeshError, did_you_mean, display_path


@pytest.mark.parametrize(
    ("location", "text"),
    [
        pytest.param(Location("mesh.yml"), "mesh.yml", id="the whole file"),
        pytest.param(Location("mesh.yml", 3), "mesh.yml:3", id="a line"),
        pytest.param(Location("mesh.yml", 3, 7), "mesh.yml:3:7", id="a line and a column"),
    ],
)
def test_location_reads_as_editors_and_terminals_link_it(location: Location, text: str) -> None:
    assert str(location) == text


def test_locations_sort_by_file_then_line() -> None:
    places = [Location("b.yml", 1), Location("a.yml", 10), Location("a.yml", 9)]
    assert [str(place) for place in sorted(places)] == ["a.yml:9", "a.yml:10", "b.yml:1"]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        pytest.param(MeshError("no such project"), "no such project", id="message alone"),
        pytest.param(
            MeshError("no such project", where=Location("mesh.yml", 3)),
            "no such project\n  --> mesh.yml:3",
            id="with a place",
        ),
        pytest.param(
            MeshError("no such project", where=Location("mesh.yml", 3), hint="run this\nthen that"),
            "no such project\n  --> mesh.yml:3\n  hint: run this\n        then that",
            id="with a hint of two lines",
        ),
        pytest.param(MeshError("no such project", hint=""), "no such project", id="an empty hint is none"),
    ],
)
def test_error_as_text(error: MeshError, text: str) -> None:
    assert str(error) == text


def test_an_error_means_that_the_command_could_not_run_unless_it_says_otherwise() -> None:
    assert MeshError("x").exit_code is ExitCode.USAGE
    assert MeshError("x", exit_code=ExitCode.FAILED).exit_code is ExitCode.FAILED


def test_paths_below_the_working_directory_are_shown_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert display_path(tmp_path / "a" / "b.yml") == str(Path("a/b.yml"))
    assert str(Location.of(tmp_path / "b.yml", 2, 4)) == "b.yml:2:4"


def test_other_paths_are_shown_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "inside").mkdir()
    monkeypatch.chdir(tmp_path / "inside")
    assert display_path(tmp_path / "b.yml") == str(tmp_path / "b.yml")


def test_a_path_that_no_system_can_resolve_is_shown_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert display_path("a\0b") == "a\0b"
    assert display_path(tmp_path / "loop" / "x").endswith("x")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("flihgts", "did you mean 'flights'?", id="letters swapped"),
        pytest.param("flight", "did you mean 'flights'?", id="a letter missing"),
        pytest.param("Flights", "did you mean 'flights'?", id="upper case"),
        pytest.param("weather", None, id="nothing near"),
        pytest.param("", None, id="nothing at all"),
    ],
)
def test_did_you_mean_names_the_nearest_known_word(word: str, expected: str | None) -> None:
    assert did_you_mean(word, ["airports", "flights"]) == expected
