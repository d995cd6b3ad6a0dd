"""The copy of a project's data in which plain dbt builds, so that consumers never see a build half done."""

from __future__ import annotations

import filecmp
import secrets
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from mesh_tools.build.storage.in_use import copy_file, is_open
from mesh_tools.build.storage.layout import WORK, database_in
from mesh_tools.errors import Location, MeshError

_COPIED = "copied.json"
_BEFORE = ".before"


class _Copied(Struct, frozen=True):
    """Of which generation the copy was made, and how its file looked then."""

    generation: str
    size: int
    mtime_ns: int


def refresh_work_copy(folder: Path, project: str, generation: Path) -> None:
    """Bring the copy up to ``generation``, unless plain dbt is building in it at this moment.

    What plain dbt has built in it, and nobody has published, stays once as ``<project>.duckdb.before``.

    Raises:
        OSError: the disk is full, or protected.
    """
    work = folder / WORK
    work.mkdir(exist_ok=True)
    file = database_in(work, project)
    if is_open(file):
        return
    for left in work.glob(f".{file.name}.*.tmp"):
        left.unlink(missing_ok=True)  # by a build that was killed; only one of a project runs
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(4)}.tmp")
    try:
        copy_file(database_in(generation, project), temporary)
        if _is_unpublished(folder, project, temporary):
            _set_aside(file)
        _log_of(file).unlink(missing_ok=True)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
    stat = file.stat()
    (work / _COPIED).write_bytes(msgspec.json.encode(_Copied(generation.name, stat.st_size, stat.st_mtime_ns)))


def _is_unpublished(folder: Path, project: str, published: Path) -> bool:
    """Whether plain dbt has built what is not in ``published``, as it is after `mesh publish`."""
    changed = changed_work_copy(folder, project)
    if changed is None:
        return False
    return _log_of(changed).exists() or not filecmp.cmp(changed, published, shallow=False)


def _set_aside(file: Path) -> None:
    before = file.with_name(f"{file.name}{_BEFORE}")
    _log_of(before).unlink(missing_ok=True)
    file.replace(before)
    if _log_of(file).exists():
        _log_of(file).replace(_log_of(before))  # under this name DuckDB reads it together with the file


def _log_of(file: Path) -> Path:
    """What DuckDB has written and not yet brought into ``file``."""
    return file.with_name(f"{file.name}.wal")


def changed_work_copy(folder: Path, project: str) -> Path | None:
    """The copy, if plain dbt has built in it since it was made."""
    file = database_in(folder / WORK, project)
    if not file.is_file():
        return None
    stat = file.stat()
    with suppress(OSError, msgspec.MsgspecError):
        copied = msgspec.json.decode((folder / WORK / _COPIED).read_bytes(), type=_Copied)
        if (copied.size, copied.mtime_ns) == (stat.st_size, stat.st_mtime_ns):
            return None
    return file


def adopt_work_copy(generation: Path, project: str) -> None:
    """Copy what plain dbt has built into ``generation``.

    Raises:
        MeshError: plain dbt is building at this moment, or was stopped in the middle of a write.
        OSError: the disk is full, or protected.
    """
    file = database_in(generation.parent / WORK, project)
    if is_open(file):
        raise MeshError("dbt is building in this file at this moment", where=Location.of(file), hint="wait for it")
    if _log_of(file).exists():
        hint = f"open it once, so that DuckDB writes what is left: dbt show --inline 'select 1' in {project}"
        raise MeshError("dbt was stopped while it wrote to this file", where=Location.of(file), hint=hint)
    copy_file(file, database_in(generation, project))
