"""Signals end a build in order, as Ctrl-C does."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType


class TerminatedError(KeyboardInterrupt):
    """The build was asked to end by a signal other than Ctrl-C."""


@contextmanager
def signals_end_the_build() -> Iterator[None]:
    """Let whoever ends this process by a signal end the build in order, as Ctrl-C does."""

    def leave(number: int, _: FrameType | None) -> None:
        raise TerminatedError(number)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before: dict[int, object] = {}
    with suppress(ValueError):  # not the main thread: then signals are somebody else's business
        before = {number: signal.signal(number, leave) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # it is what was there before
