"""A site on disk: written aside as a whole, then put in place of the one before."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from msgspec import Struct

from mesh_tools.errors import Location, MeshError

MARKER = ".mesh-site"
"""Tells a folder that mesh wrote, and may replace, from one of somebody's own."""
# Controls, and what turns the direction of text around: no page needs them, and a reader is deceived by them.
_DECEIVING = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff\ufffe\uffff]"
)
_REPLACEMENT = "\ufffd"
_NOTE = "Written by `mesh docs build`, which replaces this folder as a whole.\n"


class Page(Struct, frozen=True):
    """One file of the site: its path below the root, with ``/``, and its whole content."""

    path: str
    content: str | bytes


class Written(Struct, frozen=True, kw_only=True):
    """What was written.

    Attributes:
        folder: The site.
        pages: How many HTML files it has.
        files: How many files.
        size: Bytes of all of them.
    """

    folder: Path
    pages: int
    files: int
    size: int


def safe_text(text: str) -> bytes:
    """``text`` in UTF-8, without characters that are not shown and change what is."""
    if not text.isascii() or _DECEIVING.search(text):
        text = _DECEIVING.sub(_REPLACEMENT, text)
    return text.encode("utf-8", "replace")


def require_replaceable(folder: Path) -> None:
    """Refuse a folder that holds anything but a site of mesh.

    Raises:
        MeshError: it does, or it is no folder.
    """
    if folder.is_dir():
        if any(folder.iterdir()) and not (folder / MARKER).is_file():
            raise MeshError(
                "this folder holds something else than a site that mesh wrote",
                where=Location.of(folder),
                hint="name another folder with --output, or empty this one",
            )
    elif folder.exists():
        raise MeshError("this is a file", where=Location.of(folder), hint="name a folder with --output")


def write_site(pages: Iterable[Page], folder: Path) -> Written:
    """Write all ``pages`` to ``folder``, in place of what was there: readers find the old site or the new one.

    Raises:
        MeshError: the folder holds something else, or cannot be written; then it is as it was.
    """
    require_replaceable(folder)
    # Beside it, since a rename is one step only within a file system.
    aside = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.tmp")
    try:
        aside.mkdir(parents=True)
        written = _write(pages, aside)
        _swap(aside, folder)
    except OSError as error:
        where = Location.of(error.filename or folder)
        raise MeshError(f"the site cannot be written: {error.strerror}", where=where) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Written(folder=folder, pages=written[0], files=written[1], size=written[2])


def _write(pages: Iterable[Page], root: Path) -> tuple[int, int, int]:
    html = files = size = 0
    known: set[str] = set()
    base = f"{root}/"
    for page in chain([Page(MARKER, _NOTE)], _once(pages)):
        parent = page.path.rpartition("/")[0]
        if parent not in known:
            (root / parent).mkdir(parents=True, exist_ok=True)
            known.add(parent)
        data = safe_text(page.content) if isinstance(page.content, str) else page.content
        with open(base + page.path, "wb") as file:  # noqa: PTH123 - a tenth of a large site's time
            file.write(data)
        html += page.path.endswith(".html")
        files += 1
        size += len(data)
    return html, files, size


def _once(pages: Iterable[Page]) -> Iterator[Page]:
    """Each path once: two pages of one path would be a mistake of ours that nobody notices."""
    seen: set[str] = set()
    for page in pages:
        if page.path in seen:
            raise AssertionError(f"two pages are called {page.path}")
        seen.add(page.path)
        yield page


def _swap(new: Path, folder: Path) -> None:
    if not folder.exists():
        new.rename(folder)
        return
    old = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.old")
    folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
