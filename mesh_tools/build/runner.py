"""Drives jobs: begins those that can, gives them workers, and sends them what their workers say."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Generic, TypeVar

from mesh_tools.build.jobs.asking import Answer, Ask
from mesh_tools.build.plan.order import Knot
from mesh_tools.build.plan.schedule import Schedule
from mesh_tools.build.work.pool import Message, Pool

_T = TypeVar("_T")


class Workers:
    """The pool of a build, which is opened when the first job asks for a worker."""

    def __init__(self, open_pool: Callable[[int], Pool], size: int) -> None:
        self._open = open_pool
        self._pool: Pool | None = None
        self.size = size

    def pool(self, wanted: int) -> Pool:
        """The pool; ``wanted`` jobs are sure to need a worker."""
        if self._pool is None:
            self._pool = self._open(wanted)
        return self._pool

    @property
    def setup(self) -> float:
        """Seconds until dbt was ready."""
        return self._pool.setup if self._pool else 0.0

    def close(self) -> None:
        """End all workers."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None


class _Running(Generic[_T]):
    """A job that has begun: its generator, what it asks, and the worker that it has."""

    def __init__(self, knot: Knot, job: Generator[Ask, Answer, _T]) -> None:
        self.knot = knot
        self.job = job
        self.ask: Ask | None = None
        self.worker: int | None = None


class Runner(Generic[_T]):
    """Runs the jobs of a schedule."""

    def __init__(
        self,
        schedule: Schedule,
        make: Callable[[Knot], Generator[Ask, Answer, _T]],
        ended: Callable[[Knot, _T], bool],
        workers: Workers,
        sure: Callable[[Knot], bool],
    ) -> None:
        """Make a runner.

        Args:
            schedule: Which jobs there are, and what each waits for.
            make: Makes the job of a knot.
            ended: Told the result of a job; whether to go on with the others.
            workers: Where workers come from.
            sure: Whether a job that has not begun is sure to need a worker.
        """
        self._schedule = schedule
        self._make = make
        self._ended = ended
        self._workers = workers
        self._sure = sure
        self._running: dict[Knot, _Running[_T]] = {}
        self._by_worker: dict[int, _Running[_T]] = {}
        self._stopped = False

    @property
    def running(self) -> list[Knot]:
        """Jobs that have begun and not ended."""
        return list(self._running)

    def run(self) -> None:
        """Run until all jobs are done, or ``ended`` says to stop."""
        while not self._schedule.finished and not self._stopped:
            self._begin_ready()
            self._give_workers()
            if self._by_worker:
                for message in self._workers.pool(0).wait():
                    self._hear(message)

    def abandon(self) -> None:
        """Let jobs that have not ended clean up, once their workers are gone."""
        for running in self._running.values():
            running.job.close()
        self._running.clear()

    def published(self, project: str) -> None:
        """The products of ``project`` are there, while the rest of it is still being built."""
        if (project,) in self._running:
            self._schedule.published((project,))

    def someone_waits(self, project: str) -> bool:
        """Whether a worker would be idle until the products of ``project`` are there."""
        knot = (project,)
        if not self._schedule.has_waiting(knot):
            return False
        busy = {other for other, running in self._running.items() if running.worker is not None or running.ask} | {knot}
        return len(busy) < self._workers.size

    def _begin_ready(self) -> None:
        """Begin what can begin; what need not be built ends at once, and may set others free."""
        while not self._stopped and (ready := self._schedule.ready()):
            for knot in ready:
                self._schedule.begin(knot)
                running = _Running(knot, self._make(knot))
                self._running[knot] = running
                self._advance(running, None)

    def _give_workers(self) -> None:
        waiting = [running for running in self._running.values() if running.ask and running.worker is None]
        waiting.sort(key=lambda running: -self._schedule.weight(running.knot))
        for position, running in enumerate(waiting):
            later = [knot for knot in self._schedule.pending() if self._sure(knot)]
            pool = self._workers.pool(len(waiting) - position + len(later))
            number = pool.idle()
            if number is None:
                return
            pool.reserve(number)
            running.worker = number
            self._by_worker[number] = running
            self._send(running)

    def _send(self, running: _Running[_T]) -> None:
        if running.ask is None or running.worker is None:
            return
        if running.ask.request is None:
            self._advance(running, Answer(0))  # it has what it asks for
        else:
            self._workers.pool(0).ask(running.worker, running.ask.request)

    def _hear(self, message: Message) -> None:
        running = self._by_worker.get(message.worker)
        if running is None or running.ask is None or self._stopped:
            return
        kind = message.event["event"]
        if kind == "lost":
            del self._by_worker[message.worker]
            running.worker = None
            self._advance(running, Answer(None, message.event["status"]))
        elif kind == "end":
            self._advance(running, Answer(message.event["code"]))
        else:
            running.ask.hear(message.event)

    def _advance(self, running: _Running[_T], answer: Answer | None) -> None:
        """Let a job go on to what it asks next, or to its end."""
        running.ask = None
        try:
            running.ask = next(running.job) if answer is None else running.job.send(answer)
        except StopIteration as end:
            self._end(running, end.value)
        else:
            self._send(running)

    def _end(self, running: _Running[_T], result: Any) -> None:
        if running.worker is not None:
            del self._by_worker[running.worker]
            self._workers.pool(0).release(running.worker)
        del self._running[running.knot]
        self._schedule.done(running.knot)
        self._stopped = not self._ended(running.knot, result) or self._stopped
