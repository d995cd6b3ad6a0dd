"""Reads a JSON artifact of dbt: fast, tolerant of what it does not know, clear about what is wrong.

Files are mapped into memory and decoded straight into typed structures that name only the fields needed. The
garbage collector pauses meanwhile: it would walk millions of fresh objects in vain (measured: three times the time).
"""

from __future__ import annotations

import gc
import mmap
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from mesh_tools.errors import Location, MeshError

T = TypeVar("T")
Buffer = bytes | mmap.mmap

_SCHEMA = re.compile(r"/dbt/(?P<kind>[a-z-]+)/v(?P<major>[0-9]{1,6})(\.json)?\Z")
_MAJOR = re.compile(r"[0-9]{1,6}(?=\.|\Z)")
_POSITION = re.compile(r" ?\(byte ([0-9]+)\)")


class Metadata(msgspec.Struct, frozen=True):
    """The ``metadata`` block that opens every artifact."""

    dbt_schema_version: str = ""
    dbt_version: str = ""
    generated_at: str = ""
    invocation_id: str | None = None
    project_name: str | None = None
    adapter_type: str | None = None

    @property
    def dbt_major(self) -> int:
        """The major version of the dbt that wrote the artifact, ``0`` when it cannot be told."""
        match = _MAJOR.match(self.dbt_version)
        return int(match[0]) if match else 0


class _Header(msgspec.Struct):
    metadata: Metadata | None = None


@dataclass(frozen=True, slots=True)
class Artifact(Generic[T]):
    """One kind of artifact, and how to read it.

    Attributes:
        kind: As dbt's schema URL has it: ``manifest``, ``catalog``, ``run-results``, ``sources``.
        newest: The newest schema version that is understood.
        hint: How to get the file when it is missing or broken.
        decode: Decodes to the type wanted, which has a ``metadata`` field.
    """

    kind: str
    newest: int
    hint: str
    decode: Callable[[Buffer], T]

    def read(self, path: Path) -> T:
        """Read the artifact at ``path``.

        Raises:
            MeshError: the file is missing, empty, truncated, not JSON, another artifact, or of a newer schema.
        """
        where = Location.of(path)
        try:
            with path.open("rb") as file:
                if path.stat().st_size == 0:
                    raise MeshError(f"{path.name} is empty", where=where, hint=self.hint)
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                    return self.loads(data, where)
        except FileNotFoundError:
            raise MeshError(f"there is no {path.name}", where=where, hint=self.hint) from None
        except OSError as error:
            raise MeshError(f"{path.name} cannot be read: {error.strerror}", where=where, hint=self.hint) from None

    def loads(self, data: Buffer, where: Location) -> T:
        """Read the artifact from memory; ``where`` names it in errors.

        Raises:
            MeshError: as :meth:`read`.
        """
        try:
            with collector_paused():
                document = self._decoded(data)
        except msgspec.ValidationError as error:
            # Of another kind or version, perhaps: say so rather than name the first field that differs.
            self._check_header(_header(data), where)
            raise MeshError(f"this {self.kind} is not as dbt writes it: {error}", where=where, hint=self.hint) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            place = _place(data, error, where)
            raise MeshError(f"this {self.kind} is {_fault(error)}", where=place, hint=self.hint) from None
        self._check_header(getattr(document, "metadata", None), where)
        return document

    def _decoded(self, data: Buffer) -> T:
        try:
            return self.decode(data)
        except msgspec.ValidationError as error:
            if "got `null`" not in str(error):
                raise
        return self.decode(_without_nulls(data))

    def _check_header(self, metadata: Metadata | None, where: Location) -> None:
        match = _SCHEMA.search(metadata.dbt_schema_version) if metadata else None
        if metadata is None or match is None:
            raise MeshError(f"this is no {self.kind} of dbt: it names no dbt schema", where=where, hint=self.hint)
        if match["kind"] != self.kind:
            raise MeshError(f"this is a dbt {match['kind']}, not a {self.kind}", where=where, hint=self.hint)
        if int(match["major"]) > self.newest:
            raise MeshError(
                f"this {self.kind} has schema v{match['major']} (dbt {metadata.dbt_version}); "
                f"v{self.newest} is the newest understood",
                where=where,
                hint="upgrade mesh-tools: pip install --upgrade mesh-tools",
            )


@contextmanager
def collector_paused() -> Iterator[None]:
    """No garbage collection meanwhile, which would walk millions of live objects in vain.

    Nor right afterwards: what is alive by then becomes old, as if it had survived some collections.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if not gc.get_freeze_count():  # else somebody else's objects would thaw, too
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def _header(data: Buffer) -> Metadata | None:
    try:
        return msgspec.json.decode(data, type=_Header).metadata
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _without_nulls(data: Buffer) -> bytes:
    """The document without the keys that are null: some writers of artifacts mean *missing* by it."""
    return msgspec.json.encode(_pruned(msgspec.json.decode(data)))


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _pruned(item) for key, item in value.items() if item is not None}
    return [_pruned(item) for item in value] if isinstance(value, list) else value


def _fault(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    if isinstance(error, RecursionError):
        return "nested deeper than dbt ever writes"
    if "truncated" in str(error):
        return "cut off: its end is missing"
    return "not JSON: " + _POSITION.sub("", str(error)).removeprefix("JSON is malformed: ")


def _place(data: Buffer, error: Exception, where: Location) -> Location:
    match = _POSITION.search(str(error))
    if match is None:
        return where
    position = int(match[1])
    before = bytes(data[:position])
    return Location(where.path, before.count(b"\n") + 1, position - before.rfind(b"\n"))
