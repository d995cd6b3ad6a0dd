"""Which jobs can begin: a pure state machine, that knows nothing of dbt."""

from __future__ import annotations

from collections.abc import Mapping

from mesh_tools.build.plan.order import Knot


class Schedule:
    """The jobs of a build, each waiting for those whose products it reads.

    A job's products may be there before it is done, see :meth:`published`.
    """

    def __init__(
        self, upstream: Mapping[Knot, tuple[Knot, ...]], whole: Mapping[Knot, frozenset[Knot]] | None = None
    ) -> None:
        """Make a schedule; see :class:`mesh_tools.build.plan.order.BuildOrder` for its arguments."""
        self._whole = dict(whole or {})
        self._waits: dict[Knot, set[Knot]] = {knot: set(reads) for knot, reads in upstream.items()}
        self._readers: dict[Knot, list[Knot]] = {knot: [] for knot in upstream}
        for knot, reads in upstream.items():
            for read in reads:
                self._readers[read].append(knot)
        self._weight = dict.fromkeys(upstream, 0)
        for knot in reversed(_in_order(upstream)):
            self._weight[knot] = 1 + max((self._weight[reader] for reader in self._readers[knot]), default=0)
        self._begun: set[Knot] = set()
        self._done: set[Knot] = set()

    @property
    def finished(self) -> bool:
        """Whether every job is done."""
        return len(self._done) == len(self._waits)

    def ready(self) -> list[Knot]:
        """Jobs that can begin, first those on which the longest chain of others depends."""
        found = [knot for knot, waits in self._waits.items() if not waits and knot not in self._begun]
        return sorted(found, key=lambda knot: -self._weight[knot])

    def pending(self) -> list[Knot]:
        """Jobs that have not begun."""
        return [knot for knot in self._waits if knot not in self._begun]

    def weight(self, knot: Knot) -> int:
        """How many jobs the longest chain has that begins with this one."""
        return self._weight[knot]

    def begin(self, knot: Knot) -> None:
        """A job has begun.

        Raises:
            ValueError: something that it reads is not there.
        """
        if self._waits[knot]:
            raise ValueError(f"{knot} must wait for {self._waits[knot]}")
        self._begun.add(knot)

    def published(self, knot: Knot) -> None:
        """The products of a job are there: who reads them can begin."""
        for reader in self._readers[knot]:
            if knot not in self._whole.get(reader, ()):
                self._waits[reader].discard(knot)

    def done(self, knot: Knot) -> None:
        """A job has ended, well or not."""
        self._done.add(knot)
        for reader in self._readers[knot]:
            self._waits[reader].discard(knot)

    def has_waiting(self, knot: Knot) -> bool:
        """Whether a job could begin as soon as this one has published: it waits for nothing else."""
        return any(
            self._waits[reader] == {knot} and knot not in self._whole.get(reader, ()) for reader in self._readers[knot]
        )


def _in_order(upstream: Mapping[Knot, tuple[Knot, ...]]) -> list[Knot]:
    order: dict[Knot, None] = {}
    pending = list(upstream)
    while pending:
        knot = pending[-1]
        missing = [read for read in upstream[knot] if read not in order]
        if missing:
            pending += missing
        else:
            order[pending.pop()] = None
    return list(order)
