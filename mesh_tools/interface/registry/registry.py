"""The registry: the newest interface of each project per environment, and every earlier one by its fingerprint.

.. code-block:: text

    <root>/<environment>/<project>/current.json
    <root>/<environment>/<project>/history/<fingerprint>.json

The root is a folder or any fsspec URL, see docs/registry.md. Nothing is cached: each call sees what was published
last, by whichever process.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from mesh_tools.errors import Location, MeshError
from mesh_tools.interface.document import NewerDocumentError, from_json, sealed, to_json
from mesh_tools.interface.registry.local import LocalStore, local_root
from mesh_tools.model.interface import Interface
from mesh_tools.model.names import (
    check_environment_name,
    check_project_name,
    check_relative_path,
    check_resource_name,
)

__all__ = ["Publication", "Registry", "open_registry"]

_CURRENT = "current.json"
_HISTORY = "history"
_NEVER = datetime.min.replace(tzinfo=timezone.utc)
# Two letters at least: a single one is a drive of Windows. A second colon chains file systems.
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]+):[/:]")


class Store(Protocol):
    """Where documents lie. Paths are the parts below the root; every method raises only :class:`MeshError`."""

    url: str

    def place(self, *path: str) -> str:
        """The path or URL of a document, for messages: without credentials."""

    def read(self, *path: str) -> bytes | None:
        """A whole document as it is now, or ``None`` when there is none."""

    def require_writable(self) -> None:
        """Refuse, without touching it, a store that is read-only by its nature."""

    def write(self, data: bytes, *path: str) -> None:
        """Replace a document in one step: readers see the old one or the new one."""

    def find(self, *folder: str) -> tuple[tuple[str, ...], ...]:
        """The paths, sorted, of all documents below a folder as it is now."""


class Publication(Struct, frozen=True, kw_only=True):
    """What a publication did.

    Attributes:
        changed: Whether the promise or a relation differs from what was published before.
        previous_fingerprint: Of what was published before; ``None`` when there was none, or it was damaged.
    """

    changed: bool
    previous_fingerprint: str | None


def open_registry(url: str, *, base: Path, options: Mapping[str, Any] | None = None) -> Registry:
    """The registry at ``url``; nothing is read or created yet.

    Args:
        url: A folder, or an fsspec URL such as ``s3://bucket/path``, ``https://host/path``, ``memory://name``.
        base: Folder that a relative path counts from.
        options: Options of the fsspec file system, such as ``{"client_kwargs": {"endpoint_url": ...}}``.

    Raises:
        MeshError: the URL is malformed, its protocol unknown, or the package for it is not installed.
    """
    scheme = _SCHEME.match(url)
    if not scheme or scheme[1].lower() in ("file", "local"):
        return Registry(LocalStore(local_root(url, base)))
    # fsspec costs start-up time, so only who uses a remote registry pays for it.
    from mesh_tools.interface.registry.remote import open_store  # noqa: PLC0415

    return Registry(open_store(url, dict(options or {})))


class Registry:
    """Interfaces of all projects, per environment. Made by :func:`open_registry`; may be shared by threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def url(self) -> str:
        """Where it is, for messages: never with credentials."""
        return self._store.url

    def get(self, project: str, environment: str) -> Interface | None:
        """The newest interface of ``project``, or ``None`` when it never published there. One read, no listing.

        Raises:
            MeshError: a name is not allowed, the registry cannot be read, or the document is wrong.
        """
        path = (*_folder(project, environment), _CURRENT)
        data = self._store.read(*path)
        return None if data is None else self._interface(data, path)

    def publish(self, interface: Interface) -> Publication:
        """Make ``interface`` the newest of its project in its environment.

        It is sealed first, and gets the present time when it has no ``published_at``. The history is written before
        the newest, so that whatever anybody could ever read is in the history. Publishing what is there already
        renews ``published_at``: it says when the last good build was. A damaged document is replaced.

        Raises:
            MeshError: no environment, a name is not allowed, the registry is read-only or cannot be reached, or
                what lies there was written by a newer major version of mesh.
        """
        environment = interface.environment
        if environment is None:
            raise MeshError("an interface is published for an environment, and this one names none")
        folder = _folder(interface.project, environment)
        _check_names(interface)
        self._store.require_writable()
        now = datetime.now(timezone.utc).isoformat()
        old = self._previous((*folder, _CURRENT))
        new = _since(sealed(replace(interface, published_at=interface.published_at or now)), old)
        data = to_json(new)
        self._store.write(data, *folder, _HISTORY, f"{new.fingerprint}.json")
        self._store.write(data, *folder, _CURRENT)
        same = old is not None and (old.fingerprint, old.relations) == (new.fingerprint, new.relations)
        return Publication(changed=not same, previous_fingerprint=old.fingerprint or None if old else None)

    def history(self, project: str, environment: str) -> tuple[Interface, ...]:
        """Every interface that ``project`` published there, each promise once, oldest first; the last is the newest.

        Raises:
            MeshError: as :meth:`get`; or this kind of registry cannot list.
        """
        paths = self._store.find(*_folder(project, environment), _HISTORY)
        read = ((path, self._store.read(*path)) for path in paths)
        found = [self._interface(data, path) for path, data in read if data is not None]
        return tuple(sorted(found, key=lambda interface: (interface.published or _NEVER, interface.fingerprint)))

    def projects(self, environment: str) -> tuple[str, ...]:
        """The names, sorted, of the projects that published there.

        Raises:
            MeshError: the name is not allowed, the registry cannot be read, or this kind of registry cannot list.
        """
        paths = self._store.find(check_environment_name(environment))
        return tuple(project for _, project, *rest in paths if rest == [_CURRENT])

    def _previous(self, path: tuple[str, ...]) -> Interface | None:
        data = self._store.read(*path)
        try:
            return None if data is None else self._interface(data, path)
        except NewerDocumentError:
            raise
        except MeshError:
            return None

    def _interface(self, data: bytes, path: tuple[str, ...]) -> Interface:
        place = self._store.place(*path)
        interface = from_json(data, place)
        environment, project = path[:2]
        if (interface.project, interface.environment) != (project, environment):
            held = f"{interface.project!a} in environment {interface.environment!a}"
            raise MeshError(
                f"the document of project '{project}' in environment '{environment}' holds {held}",
                hint="publish the project again, and do not copy documents within a registry",
                where=Location(place),
            )
        return interface


def _folder(project: str, environment: str) -> tuple[str, str]:
    return check_environment_name(environment), check_project_name(project)


def _since(new: Interface, old: Interface | None) -> Interface:
    """``new`` with the moment since when it promises what it does."""
    if old is None or old.fingerprint != new.fingerprint:
        return replace(new, promised_since=new.published_at)
    return replace(new, promised_since=old.promised_since or old.published_at)


def _check_names(interface: Interface) -> None:
    """Refuse here what every consumer would have to refuse: names become files in their packages."""
    for product in interface.products:
        check_resource_name(product.name, what="product")
        for version in product.versions:
            check_relative_path(version.path)
