"""YAML with exactly one spelling for each value, for files that are committed.

PyYAML's own emitters cannot do that: the C and the Python one spell emoji, line breaks and control characters
differently (docs/decisions/0004-registry-on-fsspec.md). What this one writes means the same to YAML 1.1 and 1.2.
"""

from __future__ import annotations

import re
from typing import Any

# Characters that a reviewer could not see, or that would reorder a line, are escaped.
_HIDDEN = re.compile(
    "[^\x20-\x7e\xa1-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
    "|[\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_PLAIN = re.compile(r"[A-Za-z_\u00a1-\ud7ff]([^\n]*\S)?\Z")
_NOT_PLAIN = re.compile(r": | #|:\Z")
# Words that YAML 1.1 or 1.2 reads as null or boolean.
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_LONGEST_IMPLICIT_KEY = 1000
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}


def dump(document: dict[str, Any]) -> str:
    """``document`` (dicts, lists, scalars; not empty) as block-style YAML, ending with a newline."""
    return "\n".join(_block(document, 0)) + "\n"


def _block(value: dict[str, Any] | list[Any], indent: int) -> list[str]:
    """The lines of a container that is not empty."""
    pad = " " * indent
    out: list[str] = []
    if isinstance(value, dict):
        for key, item in value.items():
            shown = _scalar(key)
            if len(shown) > _LONGEST_IMPLICIT_KEY:
                out += [f"{pad}? {shown}", *_entry(f"{pad}:", item, indent)]
            else:
                out += _entry(f"{pad}{shown}:", item, indent)
        return out
    for item in value:
        if isinstance(item, (dict, list)) and item:
            first, *rest = _block(item, indent + 2)
            out += [f"{pad}- {first[indent + 2 :]}", *rest]
        else:
            out += _entry(f"{pad}-", item, indent)
    return out


def _entry(lead: str, value: Any, indent: int) -> list[str]:
    """``lead`` (a key, or a dash) and its value."""
    if isinstance(value, (dict, list)) and value:
        return [lead, *_block(value, indent + 2)]
    if isinstance(value, str) and _fits_literal(value):
        chomp = "" if value.endswith("\n") else "-"
        body = value.removesuffix("\n").split("\n")
        return [f"{lead} |{chomp}", *(f"{' ' * (indent + 2)}{line}" if line else "" for line in body)]
    return [f"{lead} {_scalar(value)}"]


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):
        return value if _fits_plain(value) else _quoted(value)
    return str(value)


def _float(value: float) -> str:
    """``repr``, with the point and the sign that YAML 1.1 asks of an exponent."""
    mantissa, e, exponent = repr(value).partition("e")
    return f"{mantissa}{'' if '.' in mantissa or not e else '.0'}{e}{exponent}"


def _fits_plain(text: str) -> bool:
    return bool(
        _PLAIN.match(text) and text.lower() not in _WORDS and not _NOT_PLAIN.search(text) and not _HIDDEN.search(text)
    )


def _fits_literal(text: str) -> bool:
    """Whether a literal block keeps ``text`` even when an editor trims the ends of lines."""
    body = text.removesuffix("\n")
    return (
        "\n" in text
        and bool(body)
        and body[0] not in " \n"
        and body[-1] not in " \n"
        and " \n" not in body
        and not _HIDDEN.search(text.replace("\n", ""))
    )


def _quoted(text: str) -> str:
    escaped = re.sub(r'[\\"]', lambda match: _ESCAPES[match[0]], text)
    return f'"{_HIDDEN.sub(_escape, escaped)}"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if character in _ESCAPES:
        return _ESCAPES[character]
    if code <= 0xFF:  # noqa: PLR2004 - the widths of YAML's three escapes
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - as above
