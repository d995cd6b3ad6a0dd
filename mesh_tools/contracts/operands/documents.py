"""Interfaces from documents of any kind: interface.yml, a registry's JSON, a manifest.json; from a path or a URL."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from mesh_tools.artifacts.manifest import Manifest, decode_manifest
from mesh_tools.errors import Location, MeshError, display_path
from mesh_tools.interface.document import from_json, from_yaml
from mesh_tools.model.interface import Interface

_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{")
# dbt writes `metadata` first, other writers may not.
_MANIFEST = re.compile(rb'"dbt_schema_version"\s*:')


def read_document(location: str, folder: Path) -> Interface | Manifest:
    """The document at ``location``: an interface, or a manifest that holds one.

    Args:
        location: A path, relative to ``folder``, or a URL that fsspec reads.
        folder: The working directory.

    Raises:
        MeshError: it is not there, cannot be read, or is neither.
    """
    data, source = _content(location, folder)
    if not data.strip():
        raise MeshError("the document is empty", where=Location(source))
    if not _JSON.match(data):
        return from_yaml(data, source)
    if _MANIFEST.search(data):
        return decode_manifest(data, Location(source))
    return from_json(data, source)


def path_of(location: str, folder: Path) -> Path | None:
    """The file at ``location``, relative to ``folder``; ``None`` for a URL that is no file's."""
    if location.startswith("file://"):
        location = url2pathname(urlsplit(location).path)
    return None if "://" in location else folder / location


def _content(location: str, folder: Path) -> tuple[bytes, str]:
    path = path_of(location, folder)
    if path is not None:
        return _bytes_of(path), display_path(path)
    # fsspec costs start-up time, so only who uses a URL pays for it.
    from mesh_tools.interface.registry.remote import open_store  # noqa: PLC0415

    store = open_store(location, {})
    data = store.read()
    if data is None:
        raise MeshError("there is no document at this address", where=Location(store.url))
    return data, store.url


def _bytes_of(path: Path) -> bytes:
    where = Location.of(path)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        hint = "check the path; a branch that is called like a file is written git:NAME"
        raise MeshError(f"there is no {path.name}", where=where, hint=hint) from None
    except IsADirectoryError:
        hint = "name a document in it, such as interface.yml or target/manifest.json"
        raise MeshError("this is a folder, not a document", where=where, hint=hint) from None
    except OSError as error:
        raise MeshError(f"{path.name} cannot be read: {error.strerror}", where=where) from None
