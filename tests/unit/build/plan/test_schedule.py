"""Whatever the graph, and however long each job takes: nothing begins too early, and nobody waits in vain."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_tools.build.jobs.asking import Answer, Ask, take_worker
from mesh_tools.build.plan.order import Knot
from mesh_tools.build.plan.schedule import Schedule
from mesh_tools.build.runner import Runner, Workers
from mesh_tools.build.work.pool import Message, Pool

A, B, C, D = ("a",), ("b",), ("c",), ("d",)


class TestSchedule:
    def test_who_begins_the_longest_chain_goes_first(self) -> None:
        schedule = Schedule({A: (), B: (), C: (B,), D: (C,)})
        assert schedule.ready() == [B, A]
        assert [schedule.weight(knot) for knot in (A, B, C, D)] == [1, 3, 2, 1]

    def test_a_job_cannot_begin_before_what_it_reads(self) -> None:
        with pytest.raises(ValueError, match="must wait"):
            Schedule({A: (), B: (A,)}).begin(B)

    def test_readers_begin_when_the_products_are_there_and_not_when_all_is_done(self) -> None:
        schedule = Schedule({A: (), B: (A,)})
        schedule.begin(A)
        assert schedule.has_waiting(A)
        schedule.published(A)
        assert schedule.ready() == [B]
        assert not schedule.has_waiting(A)
        assert not schedule.finished

    def test_a_job_that_waits_for_others_too_is_nobody_to_hurry_for(self) -> None:
        assert not Schedule({A: (), B: (), C: (A, B)}).has_waiting(A)

    def test_a_mesh_without_projects_is_done(self) -> None:
        assert Schedule({}).finished


@dataclass(frozen=True)
class Kind:
    """How a job goes: what it asks, after which of these requests its products are there, and when its worker dies."""

    requests: int
    publishes: int | None
    dies: int | None


@st.composite
def jobs(draw: st.DrawFn) -> tuple[dict[Knot, tuple[Knot, ...]], dict[Knot, Kind]]:
    count = draw(st.integers(1, 8))
    knots: list[Knot] = [(f"p{number}",) for number in range(count)]
    upstream: dict[Knot, tuple[Knot, ...]] = {}
    for knot in knots:
        upstream[knot] = tuple(draw(st.lists(st.sampled_from([*upstream]), unique=True))) if upstream else ()
    kinds = {}
    for knot in knots:
        requests = draw(st.integers(0, 3))
        publishes = draw(st.none() | st.integers(1, requests)) if requests else None
        kinds[knot] = Kind(requests, publishes, draw(st.none() | st.integers(1, requests)) if requests else None)
    return upstream, kinds


class Mill(Pool):
    """Workers that do nothing, and end in the order that is drawn."""

    def __init__(self, size: int, data: st.DataObject, world: World) -> None:
        self.size = size
        self.setup = 0.0
        self._data = data
        self._world = world
        self._asked: dict[int, Mapping[str, Any]] = {}
        self._held: set[int] = set()

    def idle(self) -> int | None:
        return next((number for number in range(self.size) if number not in self._held), None)

    def ask(self, number: int, request: Mapping[str, Any]) -> None:
        assert number in self._held
        assert number not in self._asked
        self._asked[number] = request

    def reserve(self, number: int) -> None:
        self._held.add(number)

    def release(self, number: int) -> None:
        self._held.remove(number)

    def wait(self, timeout: float | None = None) -> list[Message]:
        assert timeout is None
        self._world.check(len(self._asked))
        number = self._data.draw(st.sampled_from(sorted(self._asked)))
        if self._asked.pop(number)["dies"]:
            self._held.remove(number)
            return [Message(number, {"event": "lost", "status": -9})]
        return [Message(number, {"event": "told"}), Message(number, {"event": "end", "code": 0})]

    def close(self) -> None:
        assert not self._asked


class World:
    """Jobs that only ask, and what is known of them."""

    def __init__(self, upstream: dict[Knot, tuple[Knot, ...]], kinds: dict[Knot, Kind], size: int) -> None:
        self.upstream = upstream
        self.kinds = kinds
        self.size = size
        self.there: set[Knot] = set()
        self.begun: list[Knot] = []
        self.ended: list[Knot] = []
        self.publish: Any = None

    def job(self, knot: Knot) -> Generator[Ask, Answer, bool]:
        assert self.there.issuperset(self.upstream[knot])
        assert knot not in self.begun
        self.begun.append(knot)
        kind = self.kinds[knot]
        if kind.requests and len(self.upstream[knot]) % 2:
            yield from take_worker()
        for number in range(1, kind.requests + 1):
            heard: list[dict[str, Any]] = []
            answer = yield Ask({"dies": number == kind.dies}, heard.append)
            if answer == Answer(None, -9):
                assert number == kind.dies
                return False
            assert (heard, answer) == ([{"event": "told"}], Answer(0))
            if number == kind.publishes:
                self.there.add(knot)
                self.publish(knot[0])
        return True

    def end(self, knot: Knot, result: object) -> bool:
        kind = self.kinds[knot]
        assert result is (kind.dies is None)
        self.ended.append(knot)
        self.there.add(knot)
        return True

    def check(self, busy: int) -> None:
        """Mesh is about to wait: everything that can begin has begun, and no worker is left without need."""
        can = {knot for knot, reads in self.upstream.items() if self.there.issuperset(reads)}
        assert can == set(self.begun)
        assert busy == min(self.size, len(set(self.begun) - set(self.ended)))


class TestRunner:
    @settings(deadline=None)
    @given(jobs(), st.integers(1, 4), st.data())
    def test_every_job_that_can_begin_does_and_no_other(
        self, drawn: tuple[dict[Knot, tuple[Knot, ...]], dict[Knot, Kind]], size: int, data: st.DataObject
    ) -> None:
        world = World(*drawn, size)
        workers = Workers(lambda _: Mill(size, data, world), size)
        runner = Runner(Schedule(world.upstream), world.job, world.end, workers, lambda _: True)
        world.publish = runner.published
        runner.run()
        workers.close()
        assert sorted(world.ended) == sorted(world.upstream)
        assert not runner.running

    def test_jobs_that_need_no_worker_open_no_pool(self) -> None:
        def refuse(_: int) -> Pool:
            raise AssertionError

        world = World({A: (), B: (A,)}, {A: Kind(0, None, None), B: Kind(0, None, None)}, 2)
        Runner(Schedule(world.upstream), world.job, world.end, Workers(refuse, 2), lambda _: False).run()
        assert world.ended == [A, B]

    def test_the_pool_is_told_how_many_workers_are_sure_to_be_wanted(self) -> None:
        """One that waits now, and one of two that have not begun."""
        wanted: list[int] = []
        world = World({A: (), B: (A,), C: (A,)}, dict.fromkeys((A, B, C), Kind(1, None, None)), 1)

        def pool(count: int) -> Pool:
            wanted.append(count)
            return _Once(1)

        Runner(Schedule(world.upstream), world.job, world.end, Workers(pool, 1), lambda knot: knot == C).run()
        assert wanted == [2]

    def test_nothing_begins_after_the_build_was_told_to_stop(self) -> None:
        begun: list[Knot] = []

        def make(knot: Knot) -> Generator[Ask, Answer, None]:
            begun.append(knot)
            yield Ask({"dies": False}, lambda _: None)

        upstream: dict[Knot, tuple[Knot, ...]] = {A: (), B: (A,)}
        Runner(Schedule(upstream), make, lambda *_: False, Workers(lambda _: _Once(1), 1), lambda _: True).run()
        assert begun == [A]

    def test_somebody_waits_only_while_a_worker_would_be_idle(self) -> None:
        world = World({A: (), B: (), C: (A,)}, dict.fromkeys((A, B, C), Kind(1, None, None)), 2)
        seen: list[bool] = []

        def make(knot: Knot) -> Generator[Ask, Answer, bool]:
            seen.append(runner.someone_waits(knot[0]))
            return (yield from world.job(knot))

        for size, expected in ((2, [True, False, False]), (1, [False, False, False])):
            world.begun.clear()
            world.there.clear()
            seen.clear()
            runner = Runner(
                Schedule(world.upstream), make, world.end, Workers(lambda _: _Once(2), size), lambda _: True
            )
            runner.run()
            assert seen == expected


class _Once(Pool):
    """Workers that do at once what they are asked."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.setup = 0.0
        self._held: list[int] = []
        self._asked: list[int] = []

    def idle(self) -> int | None:
        return next((number for number in range(self.size) if number not in self._held), None)

    def ask(self, number: int, request: Mapping[str, Any]) -> None:
        del request
        self._asked.append(number)

    def reserve(self, number: int) -> None:
        self._held.append(number)

    def release(self, number: int) -> None:
        self._held.remove(number)

    def wait(self, timeout: float | None = None) -> list[Message]:
        del timeout
        number = self._asked.pop(0)
        return [Message(number, {"event": "told"}), Message(number, {"event": "end", "code": 0})]

    def close(self) -> None:
        self._asked.clear()
