"""What went wrong with a remote registry, in one sentence and without secrets, from any file system's error.

The libraries below fsspec are optional and each has its own classes, so errors are told apart by name and by the
attributes that they carry, and no library is imported for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_UNREACHABLE = frozenset({"ClientConnectorError", "ClientConnectionError", "EndpointConnectionError"})
_NO_CREDENTIALS = frozenset({"NoCredentialsError", "PartialCredentialsError", "TokenRetrievalError", "ProfileNotFound"})
_FORBIDDEN = (401, 403)
_ACCESS = (
    "check the credentials and what they allow; S3 says the same of a document that is missing "
    "when they do not allow to list the bucket"
)
_NETWORK = "check the address, the network and the proxy settings"
_CREDENTIALS = "set the provider's environment variables, profile or options"
_HIDDEN = "***"
_ADDRESS = re.compile(r"""([a-z][a-z0-9+.-]*://)(?:[^/\s"'@]*@)?([^\s"'?]*)(?:\?[^\s"']*)?""", re.IGNORECASE)
_SHORTEST_SECRET = 3
_LONGEST_DETAIL = 200


def problem_of(err: BaseException, secrets: Iterable[str]) -> tuple[str, str | None]:
    """What follows "the registry URL": a message, and a hint.

    Args:
        err: What the file system raised.
        secrets: Texts that are replaced where they appear.
    """
    detail = _detail(err, secrets)
    return next((message, hint) for applies, message, hint in _problems(err, detail) if applies)


def _problems(err: BaseException, detail: str) -> Iterator[tuple[bool, str, str | None]]:
    names = {kind.__name__ for kind in type(err).__mro__}
    status = _status(err)
    if isinstance(getattr(err, "status", None), int):
        detail = f"HTTP {status}"  # the words of web servers are pages, and those of aiohttp hold the URL
    yield isinstance(err, PermissionError) or status in _FORBIDDEN, f"refuses access ({detail})", _ACCESS
    yield isinstance(err, FileNotFoundError), f"does not exist ({detail})", "check the address, or create the bucket"
    yield status is not None, f"answers with an error ({detail})", "try again later, or ask who runs it"
    yield any("Timeout" in name for name in names), "does not answer in time", _NETWORK
    unreachable = isinstance(err, ConnectionError) or bool(names & _UNREACHABLE)
    yield unreachable, f"cannot be reached ({detail})", _NETWORK
    yield bool(names & _NO_CREDENTIALS), "needs credentials, and there are none", _CREDENTIALS
    yield isinstance(err, TypeError), f"does not take these options ({detail})", "check the registry's options"
    yield True, f"cannot be used ({type(err).__name__}: {detail})", None


def _status(err: BaseException) -> int | None:
    """The HTTP status: aiohttp's errors have it, s3fs raises its own from botocore's, which has it deep within."""
    response = getattr(err.__cause__, "response", None)
    metadata = response.get("ResponseMetadata", {}) if isinstance(response, dict) else {}
    status = getattr(err, "status", metadata.get("HTTPStatusCode"))
    return status if isinstance(status, int) else None


def strings_in(options: Any) -> tuple[str, ...]:
    """Every text in nested options, any of which may be a secret; of an address, its user and password."""
    if isinstance(options, str):
        return _credentials(options) if "://" in options else (options,)
    if isinstance(options, Mapping):
        return tuple(text for item in options.values() for text in strings_in(item))
    if isinstance(options, (list, tuple)):
        return tuple(text for item in options for text in strings_in(item))
    return ()


def _credentials(url: str) -> tuple[str, ...]:
    user = url.partition("://")[2].partition("/")[0].rpartition("@")[0]
    return (user, *user.split(":"))


def _detail(err: BaseException, secrets: Iterable[str]) -> str:
    """The first line of the error's own words, with addresses cut down to host and path."""
    text = str(err).strip() or type(err).__name__
    line = _ADDRESS.sub(r"\1\2", text.splitlines()[0])
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            line = line.replace(secret, _HIDDEN)
    return line[:_LONGEST_DETAIL]
