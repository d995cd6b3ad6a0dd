"""Documents as JSON: in ASCII, without spaces, keys of mappings sorted, so that the same is the same bytes."""

from __future__ import annotations

import codecs
import json
from typing import Any

import msgspec

from mesh_tools.site.output import Page

_ENCODER = msgspec.json.Encoder(order="deterministic")
_HANDLER = "mesh-json-escape"
_LAST_OF_TWO_BYTES = 0xFFFF


def _escaped(error: UnicodeError) -> tuple[str, int]:
    r"""Characters beyond ASCII as ``\uXXXX``: in JSON they stand in strings alone."""
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101 - the handler is used for nothing else
    found = error.object[error.start : error.end]
    return "".join(map(_unit, found)), error.end


def _unit(character: str) -> str:
    code = ord(character)
    if code <= _LAST_OF_TWO_BYTES:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


codecs.register_error(_HANDLER, _escaped)


def as_json(value: Any) -> bytes:
    """``value`` as one line of JSON in ASCII."""
    try:
        data = _ENCODER.encode(value)
    except UnicodeEncodeError:  # half a surrogate pair, which strict readers of JSON refuse
        plain = json.dumps(msgspec.to_builtins(value, order="deterministic"), ensure_ascii=False, separators=(",", ":"))
        data = plain.encode("utf-8", "replace")
    if not data.isascii():
        data = data.decode().encode("ascii", _HANDLER)
    return data + b"\n"


def json_page(path: str, value: Any) -> Page:
    """The file ``path`` with ``value``."""
    return Page(path, as_json(value))
