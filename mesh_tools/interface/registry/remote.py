"""A registry behind an fsspec URL: object stores (read and publish), https and whatever else fsspec reads.

Object stores replace a document by one PUT, which readers see whole or not at all. Other protocols promise
nothing of the kind, so nothing is published there.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

import fsspec
from fsspec.registry import known_implementations

from mesh_tools.errors import Location, MeshError, did_you_mean
from mesh_tools.interface.registry.problems import problem_of, strings_in

_WEB = frozenset({"http", "https"})
_ATOMIC = frozenset({"memory", "s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl"})
_EXTRAS = {"s3": "s3", "s3a": "s3", "http": "https", "https": "https"}

# Seconds. Every step that can hang has an end; a user's own options win.
_CONNECT, _READ, _TOTAL = 5, 60, 120


def open_store(url: str, options: dict[str, Any]) -> RemoteStore:
    """The store behind ``url``. Connects to nothing yet.

    Raises:
        MeshError: the URL is malformed, its protocol unknown, or the package for it is not installed.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise MeshError("the registry's URL is malformed", hint="write it as protocol://host/path") from None
    shown = _shown(parts)
    scheme = parts.scheme
    if "::" in url.partition("://")[0]:
        raise MeshError("the registry's URL chains file systems", hint="name one, such as s3://bucket/path")
    if not parts.netloc and scheme != "memory":
        raise MeshError(f"the registry '{shown}' names no host or bucket", hint=f"write {scheme}://host-or-bucket/path")
    if "@" in parts.netloc and scheme in _ATOMIC:
        raise MeshError(
            f"the registry {shown} has credentials in its URL",
            hint="use the provider's environment variables or profile, or the registry's options",
        )
    _check_protocol(scheme, shown)
    try:
        system: Any = fsspec.filesystem(
            scheme, skip_instance_cache=True, use_listings_cache=False, **_with_defaults(scheme, options)
        )
    except (TypeError, ValueError) as err:
        message, hint = problem_of(err, strings_in(options))
        raise MeshError(f"the registry {shown} {message}", hint=hint) from None
    return RemoteStore(system, parts, shown, _secrets(parts, options))


class RemoteStore:
    """Documents below a URL. Every error of the file system becomes one :class:`MeshError` without secrets."""

    def __init__(self, system: Any, parts: SplitResult, shown: str, secrets: tuple[str, ...]) -> None:
        self._system = system
        self._parts = parts
        self._secrets = secrets
        self.url = shown

    def place(self, *path: str) -> str:
        """The URL of a document, without credentials and query."""
        return "/".join((self.url, *path))

    def read(self, *path: str) -> bytes | None:
        """A whole document by one GET, or ``None`` when there is none."""
        try:
            data: bytes = self._system.cat_file(self._address(path))
        except FileNotFoundError as err:
            self._refuse_missing_bucket(err, path)
            return None
        except Exception as err:  # noqa: BLE001 - each file system has its own classes of errors
            raise self._error(err, path) from None
        return data

    def require_writable(self) -> None:
        """Refuse protocols that cannot replace a document in one step."""
        if self._parts.scheme not in _ATOMIC:
            raise MeshError(
                f"the registry {self.url} is read-only",
                hint="publish to the folder, s3://, gs:// or abfs:// that this address serves",
            )

    def write(self, data: bytes, *path: str) -> None:
        """Replace a document by one PUT."""
        self.require_writable()
        try:
            self._system.pipe_file(self._address(path), data)
        except Exception as err:  # noqa: BLE001 - each file system has its own classes of errors
            raise self._error(err, path) from None

    def find(self, *folder: str) -> tuple[tuple[str, ...], ...]:
        """The paths of all documents below a folder."""
        if self._parts.scheme in _WEB:
            raise MeshError(
                f"the registry {self.url} cannot be listed: {self._parts.scheme} has no folders",
                hint="name the project, or use the folder or bucket that this address serves",
            )
        top = self._address(folder)
        try:
            self._system.invalidate_cache()
            found = self._system.find(top)
        except FileNotFoundError as err:
            self._refuse_missing_bucket(err, folder)
            return ()
        except Exception as err:  # noqa: BLE001 - each file system has its own classes of errors
            raise self._error(err, folder) from None
        below = (tuple(name[len(top) :].strip("/").split("/")) for name in found if name.endswith(".json"))
        return tuple(sorted((*folder, *path) for path in below))

    def _address(self, path: tuple[str, ...]) -> str:
        """What the file system calls a document: a URL with its query for the web, else a path."""
        parts = self._parts._replace(path="/".join((self._parts.path.rstrip("/"), *path)))
        url = urlunsplit(parts)
        if parts.scheme in _WEB:
            return url
        # urlunsplit() drops the empty host of memory:///name.
        stripped: str = self._system._strip_protocol(f"{parts.scheme}://{parts.netloc}{parts.path}")  # noqa: SLF001
        return stripped

    def _error(self, err: Exception, path: tuple[str, ...]) -> MeshError:
        message, hint = problem_of(err, self._secrets)
        return MeshError(f"the registry {self.url} {message}", hint=hint, where=Location(self.place(*path)))

    def _refuse_missing_bucket(self, err: FileNotFoundError, path: tuple[str, ...]) -> None:
        """A missing document is nothing special; a missing bucket is a wrong address."""
        if type(err.__cause__).__name__ == "NoSuchBucket":
            raise self._error(err, path) from None


def _check_protocol(scheme: str, shown: str) -> None:
    try:
        fsspec.get_filesystem_class(scheme)
    except ImportError as err:
        extra = _EXTRAS.get(scheme)
        hint = f"pip install 'mesh-tools[{extra}]'" if extra else str(err)
        raise MeshError(f"the registry {shown} needs a package that is not installed", hint=hint) from None
    except ValueError:
        near = did_you_mean(scheme, known_implementations)
        usable = f"a folder, {', '.join(f'{name}://' for name in _installed())}"
        raise MeshError(
            f"the registry {shown} has an unknown protocol", hint="\n".join(filter(None, (near, f"use {usable}")))
        ) from None


def _installed() -> list[str]:
    """The protocols of registries whose packages are installed."""
    needs = {"memory": "fsspec", "https": "aiohttp", "s3": "s3fs", "gs": "gcsfs", "abfs": "adlfs"}
    return [name for name, package in needs.items() if find_spec(package)]


def _with_defaults(scheme: str, options: dict[str, Any]) -> dict[str, Any]:
    if scheme in _WEB:
        from aiohttp import ClientTimeout  # noqa: PLC0415 - an extra

        client = {
            "timeout": ClientTimeout(total=_TOTAL, sock_connect=_CONNECT, sock_read=_READ),
            # HTTPS_PROXY and the like, as pip and curl have it.
            "trust_env": True,
            **options.get("client_kwargs", {}),
        }
        # A proxy or a CDN must not answer for the registry with what was published before.
        client["headers"] = {"Cache-Control": "no-cache", **client.get("headers", {})}
        return {**options, "client_kwargs": client}
    if scheme in ("s3", "s3a"):
        # s3fs tries five times itself, each with botocore's retries within.
        limits = {"connect_timeout": _CONNECT, "read_timeout": _READ, "retries": {"max_attempts": 1}}
        # One GET for one document: by default s3fs asks for its size first, and reads a large one in ranges, which
        # a publication in between would tear.
        return {**options, "max_concurrency": 1, "config_kwargs": {**limits, **options.get("config_kwargs", {})}}
    return options


def _shown(parts: SplitResult) -> str:
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}".rstrip("/")


def _secrets(parts: SplitResult, options: dict[str, Any]) -> tuple[str, ...]:
    """Everything that must not appear in a message."""
    user = parts.netloc.rpartition("@")[0]
    values = (pair.partition("=")[2] for pair in parts.query.split("&"))
    return tuple(filter(None, (user, *user.split(":"), parts.query, *values, *strings_in(options))))
