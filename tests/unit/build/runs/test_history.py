"""Runs are told apart and put in order by their names, whatever the clock does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mesh_tools.build.runs import KEPT_RUNS, Request, Run, RunHistory, Started
from mesh_tools.build.storage import Inputs
from mesh_tools.errors import MeshError


@pytest.fixture
def history(tmp_path: Path) -> RunHistory:
    return RunHistory(tmp_path / ".mesh")


def recorded(history: RunHistory, name: str) -> Run:
    run = Run(id=name, environment="dev", started_at="")
    history.save(run)
    return run


@pytest.mark.parametrize("earlier", ["20250101T000000-aaaaaa", "29991231T235959-ffffff", "20990228T235959-000000"])
def test_a_new_run_comes_after_all_others_even_if_the_clock_went_back(history: RunHistory, earlier: str) -> None:
    recorded(history, earlier)
    runs = [history.start("dev") for _ in range(3)]
    names = [earlier, *(run.id for run in runs)]
    assert names == sorted(set(names))
    assert [run.id for run in history.newest_first()] == names[::-1]


def test_runs_of_one_second_are_in_order(history: RunHistory) -> None:
    names = [history.start("dev").id for _ in range(5)]
    assert names == sorted(names)


def test_a_run_whose_name_is_no_time_is_in_nobodys_way(history: RunHistory) -> None:
    recorded(history, "~mine")
    assert history.start("dev").environment == "dev"


@pytest.mark.parametrize(("finished_at", "kept"), [(None, True), ("2026-01-01T00:00:09+00:00", False)])
def test_an_old_run_stays_while_it_goes_on(history: RunHistory, finished_at: str | None, *, kept: bool) -> None:
    old = Run(id="20260101T000000-aaaaaa", environment="dev", started_at="", finished_at=finished_at, pid=os.getppid())
    history.save(old)
    for second in range(KEPT_RUNS):
        recorded(history, f"20260102T0000{second:02}-aaaaaa")
    history.start("dev")
    assert history.path(old).exists() == kept


def test_a_request_is_kept_with_its_run(history: RunHistory) -> None:
    request = Request(select=("fleet+",), exclude=("tag:slow",), force=True, variables="{a: 1}")
    run = history.start("dev", request, resumes="before")
    assert history.get(run.id) == run
    assert (run.request, run.resumes) == (request, "before")


class TestGet:
    def test_the_beginning_of_a_name_is_enough(self, history: RunHistory) -> None:
        run = recorded(history, "20260101T000000-abcdef")
        recorded(history, "20260102T000000-abcdef")
        assert history.get("20260101") == run

    def test_a_whole_name_is_not_ambiguous(self, history: RunHistory) -> None:
        run = recorded(history, "20260101T000000")
        recorded(history, "20260101T000000-abcdef")
        assert history.get("20260101T000000") == run

    def test_a_beginning_of_several_names_is_refused_and_they_are_named(self, history: RunHistory) -> None:
        names = [recorded(history, f"20260101T00000{number}-abcdef").id for number in range(2)]
        with pytest.raises(MeshError, match="the beginning of 2 runs") as caught:
            history.get("2026")
        assert caught.value.hint == ", ".join(names)

    def test_an_unknown_one_is_refused_and_a_near_one_proposed(self, history: RunHistory) -> None:
        recorded(history, "20260101T000000-abcdef")
        with pytest.raises(MeshError, match="no run '20260101T000000-abcdee'") as caught:
            history.get("20260101T000000-abcdee")
        assert caught.value.hint == "did you mean '20260101T000000-abcdef'?"

    @pytest.mark.parametrize("name", ["", "zzz", "../runs", "*"])
    def test_what_is_no_name_is_refused(self, history: RunHistory, name: str) -> None:
        recorded(history, "20260101T000000-abcdef")
        with pytest.raises(MeshError, match="there is no run"):
            history.get(name)

    @pytest.mark.parametrize("data", [b"", b"{", b"\xff", b'{"id": 1}'])
    def test_a_damaged_record_is_told_with_its_place(self, history: RunHistory, data: bytes) -> None:
        run = recorded(history, "20260101T000000-abcdef")
        (history.path(run) / "run.json").write_bytes(data)
        with pytest.raises(MeshError, match="damaged") as caught:
            history.get("2026")
        assert str(caught.value.where).endswith("run.json")


def test_what_is_known_before_a_build_is_read_back(history: RunHistory) -> None:
    run = history.start("dev")
    started = Started(target="gen-1-a", inputs=Inputs(files={"a.sql": "1"}), pins={"stock": "gen-2-b"}, nodes=("m",))
    assert history.started(run, "shop") is None
    history.begin(run, "shop", started)
    assert history.started(run, "shop") == started
    (history.artifacts(run, "shop") / "started.json").write_bytes(b"\xff")
    assert history.started(run, "shop") is None
