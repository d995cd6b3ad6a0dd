"""Which version of the site there is, for pages that wait for the next one."""

from __future__ import annotations

from threading import Condition

_PATIENCE = 20.0
"""Seconds after which a page is answered in any case: proxies and browsers end what takes longer."""


class Live:
    """The number of the site that is there now. May be shared by threads."""

    def __init__(self) -> None:
        self._number = 1
        self._changed = Condition()
        self._ended = False

    @property
    def number(self) -> int:
        """Of the site that is there."""
        return self._number

    def renew(self) -> None:
        """There is a new site."""
        with self._changed:
            self._number += 1
            self._changed.notify_all()

    def end(self) -> None:
        """Nobody has to wait any longer."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait(self, seen: str) -> str:
        """The version that is not ``seen``, as soon as there is one; after a while the one that there is."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or str(self._number) != seen, _PATIENCE)
            return str(self._number)
