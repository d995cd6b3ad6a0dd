"""The journal of a run: every event on a line of its own, appended as it happens.

It tells what a build had done when it was killed. A line that was being written then is cut short, and is left out; a
line that is damaged otherwise makes everything after it unknown.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from mesh_tools.build.events import AnyEvent, NodesCounted
from mesh_tools.errors import Location, MeshError
from mesh_tools.files import disk_hint

JOURNAL_FILE = "journal.jsonl"

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(AnyEvent)


class Journal:
    """A journal that is being written."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / JOURNAL_FILE
        try:
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        except OSError as error:
            raise self._failed(error) from None

    def write(self, event: AnyEvent) -> None:
        """Append an event; a crash of mesh cannot take it back.

        Raises:
            MeshError: the disk is full.
        """
        if isinstance(event, NodesCounted):
            return  # only for whoever watches
        data = _ENCODER.encode(event) + b"\n"
        try:
            written = os.write(self._file, data)
        except OSError as error:
            raise self._failed(error) from None
        if written != len(data):
            raise self._failed(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _failed(self, error: OSError) -> MeshError:
        hint = disk_hint(error) or "once it can be, run `mesh build --resume`"
        return MeshError(f"cannot be written: {error.strerror}", where=Location.of(self._path), hint=hint)


class JournalEntries(Struct, frozen=True, kw_only=True):
    """What a journal holds; ``damage`` tells where it can no longer be read."""

    events: tuple[AnyEvent, ...]
    damage: MeshError | None = None


def read_journal(folder: Path) -> JournalEntries:
    """Read the journal of the run in ``folder``, as far as it can be read."""
    path = folder / JOURNAL_FILE
    try:
        *lines, rest = path.read_bytes().split(b"\n")
    except OSError as error:
        return JournalEntries(events=(), damage=_damage(path, None, error.strerror or str(error)))
    events: list[AnyEvent] = []
    for number, line in enumerate(lines, start=1):
        try:
            events.append(_DECODER.decode(line))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            return JournalEntries(events=tuple(events), damage=_damage(path, number, str(error)))
    del rest  # what follows the last line end was being written when mesh was killed
    return JournalEntries(events=tuple(events))


def _damage(path: Path, line: int | None, why: str) -> MeshError:
    return MeshError(
        f"the journal is damaged: {why}",
        where=Location.of(path, line),
        hint="what it does not tell is built again",
    )
