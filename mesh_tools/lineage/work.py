"""The tracing itself, in this process or in several: chunks of tasks go out, plain values come back."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType

import msgspec

from mesh_tools.lineage.cache import LineageCache
from mesh_tools.lineage.tasks import Done, Task
from mesh_tools.model.lineage import ModelLineage

CHUNK = 100
"""Tasks that a process is given at once."""

WORTHWHILE = 400
"""Tasks that are done here rather than by other processes: these take half a second to start."""
_KILLS = "the process that traces it ends"


class Workers:
    """Processes that trace. They are started when there is enough to do for them.

    Args:
        count: How many; of one, the work is done here.
        cache: Remembers that sqlglot was found to work as expected.
    """

    def __init__(self, count: int, cache: LineageCache) -> None:
        self._count = count
        self._cache = cache
        self._pool: ProcessPoolExecutor | None = None
        self._checked = False

    def __enter__(self) -> Workers:  # noqa: PYI034  Self is of Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def run(self, tasks: Sequence[Task]) -> Iterator[Done]:
        """The results of ``tasks``, in their order.

        Raises:
            MeshError: this version of sqlglot does not work as expected.
        """
        if not tasks:
            return
        self._check()
        if self._count < 2 or len(tasks) <= WORTHWHILE:  # noqa: PLR2004
            yield from map(run_task, tasks)
            return
        chunks = [tasks[at : at + CHUNK] for at in range(0, len(tasks), CHUNK)]
        if self._pool is None:
            self._pool = _spawned(self._count)
        futures = [self._pool.submit(run_chunk, chunk) for chunk in chunks]
        for chunk, future in zip(chunks, futures, strict=True):
            try:
                yield from (_DONE.decode(done) for done in future.result())
            except BrokenProcessPool:
                yield from _one_by_one(chunk)

    def _check(self) -> None:
        if not self._checked and not self._cache.is_checked:
            from mesh_tools.lineage.golden import check  # noqa: PLC0415  it loads sqlglot

            check()
            self._cache.is_checked = True
        self._checked = True


def run_chunk(tasks: Sequence[Task]) -> list[bytes]:
    """Trace ``tasks`` in a process of their own, which does nothing else: it needs no garbage collector."""
    gc.disable()
    return [_ENCODER.encode(run_task(task)) for task in tasks]


def _one_by_one(tasks: Sequence[Task]) -> Iterator[Done]:
    """The same after a process has died, of one of these or for want of memory: that one is found, and left out."""
    pool = _spawned(1)
    for task in tasks:
        try:
            (done,) = pool.submit(run_chunk, [task]).result()
        except BrokenProcessPool:
            pool = _spawned(1)
            yield Done(ModelLineage(unique_id="", method="table", reason=_KILLS, complete=False))
        else:
            yield _DONE.decode(done)
    pool.shutdown()


def _spawned(count: int) -> ProcessPoolExecutor:
    """Not forked: a fork of a process with threads may hang, and dbt or DuckDB may have started some."""
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))


def run_task(task: Task) -> Done:
    """Trace one query."""
    from mesh_tools.lineage.query.tracer import trace_query  # noqa: PLC0415  it loads sqlglot

    return trace_query(task)


_ENCODER = msgspec.msgpack.Encoder()
_DONE = msgspec.msgpack.Decoder(Done)
