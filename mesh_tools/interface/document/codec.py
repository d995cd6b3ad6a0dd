"""Interface documents: the committed ``interface.yml`` and the registry's JSON, written and read.

Both are deterministic, and reading back what was written gives the same value. Documents come from other teams:
whatever is wrong with one is a single :class:`MeshError` that names the document and the place in it.
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
from msgspec.structs import replace

from mesh_tools.errors import Location, MeshError
from mesh_tools.interface.document.canonical import to_plain
from mesh_tools.interface.document.checks import FieldError, checked
from mesh_tools.interface.document.yaml_reader import load
from mesh_tools.interface.document.yaml_writer import dump
from mesh_tools.model.interface import Interface

MAX_BYTES = 64 * 1024 * 1024
"""Largest document that is read, in bytes. A thousand products with thirty described columns each take about 5 MiB."""

_HEADER = """\
# What this project promises to other projects. Written by mesh: edits by hand are refused.
# To change it, change the dbt project, then run `mesh contract accept PROJECT`.
"""
_REWRITE_JSON = "publish the project again, by `mesh build` or `mesh publish PROJECT`"
_REWRITE_YAML = "restore it from version control, or let `mesh contract accept PROJECT` write it anew"
_CONFLICT = re.compile(r"^(<{7}|>{7})( |$)", re.MULTILINE)


class ConflictError(MeshError):
    """Both sides of a merge stand in the document."""


def to_json(interface: Interface) -> bytes:
    """The registry's document: JSON, indented by two, UTF-8, ending with a newline; equal values, equal bytes.

    Raises:
        MeshError: a value has no JSON form, see :func:`~mesh_tools.interface.document.canonical.to_plain`.
    """
    return json.dumps(_document(interface), indent=2, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def to_yaml(interface: Interface) -> str:
    """The committed ``interface.yml``: the promise without what belongs to one environment; equal values, equal text.

    Raises:
        MeshError: a value has no JSON form, see :func:`~mesh_tools.interface.document.canonical.to_plain`.
    """
    promise = replace(interface, environment=None, published_at=None, promised_since=None, relations={}, withheld={})
    return _HEADER + dump(_document(promise))


def from_json(data: bytes, source: str) -> Interface:
    """The interface in a registry document.

    Args:
        data: The whole document.
        source: Its path or URL (without credentials), for errors.

    Raises:
        MeshError: the document is no interface document, is damaged, was changed by hand, or is too large.
        NewerDocumentError: it has a newer major schema version.
    """
    text = _text(data, source, _REWRITE_JSON)
    try:
        document = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError) as err:
        raise _not_json(text, source, err) from None
    return checked(document, source, hint=_REWRITE_JSON)


def from_yaml(text: str | bytes, source: str) -> Interface:
    """The interface in an ``interface.yml``.

    The fingerprint is checked here as in JSON, so that no edit by hand and no automatic merge of two branches
    passes for a promise that somebody accepted.

    Args:
        text: The whole document; bytes are read as UTF-8.
        source: Its path, for errors.

    Raises:
        MeshError: the document is no interface document, is damaged, was changed by hand, or is too large.
        NewerDocumentError: it has a newer major schema version.
    """
    text = _text(text, source, _REWRITE_YAML)
    conflict = _CONFLICT.search(text)
    if conflict:
        raise ConflictError(
            "the interface document holds an unresolved merge conflict",
            hint="merge the dbt project itself and parse it, then run `mesh contract accept PROJECT`",
            where=Location(source, text.count("\n", 0, conflict.start()) + 1),
        )
    document = load(text, source)
    try:
        return checked(document, source, hint=_REWRITE_YAML, strict=True)
    except FieldError as err:
        lines: dict[str, int] = {}
        load(text, source, lines=lines)
        err.where = Location(source, lines.get(err.path))
        raise


def _document(interface: Interface) -> dict[str, Any]:
    return {"schema_version": interface.schema_version, **to_plain(interface)}


def _text(data: str | bytes, source: str, hint: str) -> str:
    if len(data) > MAX_BYTES:
        raise MeshError(
            f"the interface document is larger than {MAX_BYTES // 1024**2} MiB",
            hint="check that this is the right file",
            where=Location(source),
        )
    try:
        # A str is encoded too, since half of a surrogate pair in it is no UTF-8 either.
        text = (data if isinstance(data, bytes) else data.encode()).decode()
    except UnicodeError as err:
        raise MeshError(f"the interface document is not UTF-8: {err}", hint=hint, where=Location(source)) from None
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise MeshError("the interface document is empty", hint=hint, where=Location(source))
    return text


def _not_json(text: str, source: str, err: Exception) -> MeshError:
    """The error for text that msgspec refused: the standard library's parser knows the line."""
    if isinstance(err, RecursionError):
        return MeshError("the interface document nests too deep", hint=_REWRITE_JSON, where=Location(source))
    if "truncated" in str(err):
        return MeshError("the interface document is truncated", hint=_REWRITE_JSON, where=Location(source))
    problem, line = str(err).removeprefix("JSON is malformed: "), None
    try:
        json.loads(text)
    except json.JSONDecodeError as precise:
        problem, line = precise.msg, precise.lineno
    return MeshError(f"the interface document is not JSON: {problem}", hint=_REWRITE_JSON, where=Location(source, line))
