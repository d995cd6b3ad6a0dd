"""A mend that cannot be carried out."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - no error: the finding stays, and is told why
    """Nothing was changed.

    Attributes:
        reason: In words that go on from "not fixed:".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
