"""Workers are processes: they serve many requests, may die, and never outlive the pool."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from mesh_tools.build.work.pool import Pool, StartMethod
from support.databases import fill
from support.processes import Process, kill_all, processes_of, wait_for

_MARK = "MESH_TEST_ROOT"
pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are found below /proc")


class Works:
    """A folder to work in, and the pools that do."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.log = root / "log.txt"
        self.environment = {**os.environ, _MARK: str(root)}
        fill(root / "shop.duckdb", 1)
        with duckdb.connect(str(root / "shop.duckdb")) as connection:
            connection.execute("create view endless as select * from range(1000000000000) as t(id)")

    def pool(self, start: StartMethod, size: int = 2, *, is_warmed_up: bool = False) -> Pool:
        return Pool(size, start=start, duckdb=is_warmed_up, environment=self.environment)

    def request(self, table: str = "orders") -> dict[str, Any]:
        wanted = {"databases": {"shop": str(self.root / "shop.duckdb")}, "relations": {"it": ["shop", "main", table]}}
        return {"cwd": str(self.root), "log": str(self.log), "fingerprints": wanted}

    def ask(self, pool: Pool, request: dict[str, Any]) -> int:
        number = pool.idle()
        assert number is not None
        pool.reserve(number)
        pool.ask(number, request)
        return number

    def serve(self, pool: Pool, request: dict[str, Any]) -> list[dict[str, Any]]:
        """Let a worker serve a request; what it says."""
        number = self.ask(pool, request)
        events = [message.event for message in until_end(pool)]
        pool.release(number)
        return events

    def workers(self) -> list[Process]:
        found = [process for process in processes_of(self.root) if process.is_of_dbt]
        nurseries = {process.pid for process in found if process.is_nursery}
        return [process for process in found if not process.is_nursery or process.parent in nurseries]


def until_end(pool: Pool) -> list[Any]:
    """What is said up to the end; what ends a wait may be half a line, or an idle worker's end."""
    messages: list[Any] = []
    deadline = time.monotonic() + 120
    while not messages or messages[-1].event["event"] not in {"end", "lost"}:
        messages += pool.wait(5)
        assert time.monotonic() < deadline, "a worker is silent"
    return messages


@pytest.fixture(scope="module")
def forked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Works, Pool]]:
    """One nursery for all tests of it, since it imports dbt; nothing is built in it."""
    works = Works(tmp_path_factory.mktemp("forked"))
    pool = works.pool("fork")
    yield works, pool
    pool.close()
    assert not processes_of(works.root)


@pytest.fixture
def spawned(tmp_path: Path) -> Iterator[tuple[Works, Pool]]:
    works = Works(tmp_path)
    pool = works.pool("spawn")
    yield works, pool
    pool.close()
    assert not processes_of(works.root)


@pytest.fixture(params=["spawned", "forked"])
def working(request: pytest.FixtureRequest) -> tuple[Works, Pool]:
    found: tuple[Works, Pool] = request.getfixturevalue(request.param)
    return found


class TestBothWays:
    def test_a_request_is_answered_and_its_worker_serves_the_next(self, working: tuple[Works, Pool]) -> None:
        works, pool = working
        first = works.serve(pool, works.request())
        before = works.workers()
        assert [event["event"] for event in first] == ["fingerprints", "end"]
        assert first[-1]["code"] == 0
        assert works.serve(pool, works.request()) == first
        assert works.workers() == before

    def test_what_fails_is_told_and_costs_no_worker(self, working: tuple[Works, Pool]) -> None:
        works, pool = working
        request = works.request()
        request["fingerprints"]["databases"]["stock"] = str(works.root / "none.duckdb")
        events = works.serve(pool, request)
        assert [event["event"] for event in events] == ["error", "end"]
        assert "none.duckdb" in events[0]["message"]
        assert events[-1]["code"] == 2
        assert works.serve(pool, works.request())[-1]["code"] == 0

    def test_a_pool_has_no_more_workers_than_its_size(self, working: tuple[Works, Pool]) -> None:
        works, pool = working
        numbers = [works.ask(pool, works.request()) for _ in range(2)]
        assert pool.idle() is None
        ended = {message.worker for _ in numbers for message in until_end(pool) if message.event["event"] == "end"}
        for number in numbers:
            pool.release(number)
        assert ended <= set(numbers)
        assert pool.idle() == min(numbers)

    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
    def test_a_worker_that_is_killed_is_lost_by_that_signal_and_replaced(
        self, working: tuple[Works, Pool], number: signal.Signals
    ) -> None:
        works, pool = working
        works.log.unlink(missing_ok=True)
        works.serve(pool, works.request())
        before = {process.pid for process in works.workers()}
        works.ask(pool, works.request("endless"))
        for pid in before:
            os.kill(pid, number)
        assert until_end(pool)[-1].event == {"event": "lost", "status": -number}
        assert wait_for(lambda: not before & {process.pid for process in works.workers()})
        assert pool.wait(0) == []  # nobody waits for the idle one, which has died, too
        assert works.serve(pool, works.request())[-1]["code"] == 0

    def test_an_old_worker_makes_room_for_a_new_one(
        self, working: tuple[Works, Pool], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        works, pool = working
        works.serve(pool, works.request())
        before = {process.pid for process in works.workers()}
        monkeypatch.setattr("mesh_tools.build.work.pool.RECYCLED_AFTER", 1)
        works.serve(pool, works.request())
        works.serve(pool, works.request())
        assert wait_for(lambda: not before & {process.pid for process in works.workers()})

    def test_a_worker_that_is_stopped_ends(self, working: tuple[Works, Pool]) -> None:
        works, pool = working
        number = works.ask(pool, works.request("endless"))
        pool.stop(number)
        assert works.serve(pool, works.request())[-1]["code"] == 0


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_closing_ends_workers_in_the_middle_of_a_query(tmp_path: Path, start: StartMethod) -> None:
    works = Works(tmp_path)
    pool = works.pool(start)
    works.ask(pool, works.request("endless"))
    assert wait_for(works.log.exists)
    pool.close()
    assert not processes_of(tmp_path)


def test_fingerprints_alone_do_not_import_dbt(spawned: tuple[Works, Pool]) -> None:
    works, pool = spawned
    works.serve(pool, works.request())
    (worker,) = works.workers()
    assert "dbt_extractor" not in Path(f"/proc/{worker.pid}/maps").read_text()
    assert "duckdb" in Path(f"/proc/{worker.pid}/maps").read_text()


def test_a_nursery_with_other_threads_is_not_forked_from(tmp_path: Path) -> None:
    """A child would wait for them in vain: so its workers are spawned."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    )
    works = Works(tmp_path)
    works.environment["PYTHONPATH"] = str(tmp_path / "site")
    pool = works.pool("fork")
    assert works.serve(pool, works.request())[-1]["code"] == 0
    assert [process.is_nursery for process in works.workers()] == [False]
    pool.close()
    assert not processes_of(tmp_path)


def test_a_nursery_that_was_killed_is_done_without(tmp_path: Path) -> None:
    works = Works(tmp_path)
    pool = works.pool("fork")
    kill_all(tmp_path)
    assert works.serve(pool, works.request())[-1]["code"] == 0
    pool.close()
    assert not processes_of(tmp_path)


@pytest.mark.dbt
def test_a_forked_worker_builds_a_project(tmp_path: Path) -> None:
    works = Works(tmp_path)
    for path, text in {
        "dbt_project.yml": "{name: tiny, version: 1.0.0, profile: tiny}",
        "profiles.yml": "tiny: {target: dev, outputs: {dev: {type: duckdb, path: tiny.duckdb}}}",
        "models/one.sql": "{{ config(materialized='table') }} select 1 as n",
        "models/two.sql": "select * from {{ ref('one') }}",
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    pool = works.pool("fork", is_warmed_up=True)
    events = works.serve(pool, {"cwd": str(tmp_path), "log": str(works.log), "commands": [["build"]]})
    finished = {event["unique_id"]: event["status"] for event in events if event["event"] == "finished"}
    assert finished == {"model.tiny.one": "success", "model.tiny.two": "success"}
    assert events[-1] == {"event": "end", "code": 0}
    # The worker has let go of the file, or this would wait for it.
    with duckdb.connect(str(tmp_path / "tiny.duckdb")) as connection:
        assert connection.execute("select n from two").fetchall() == [(1,)]
    assert pool.setup > 0
    pool.close()
