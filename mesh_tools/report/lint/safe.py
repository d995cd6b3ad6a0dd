"""Texts of projects that nobody vouches for, made safe to show: a name or a message may hold anything."""

from __future__ import annotations

import re

_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # controls, among them what terminals act on
    "\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # bidirectional and invisible
    "\ud800-\udfff\ufffe\uffff"  # no characters at all
    "\U000e0000-\U000e0fff]"  # tags, which spell invisible text
)
_BLANKS = re.compile(r"[\t\r\n]+")


def one_line(text: str) -> str:
    """``text`` in one line, with everything spelled out that does not show, or would change how the rest shows."""
    return visible(_BLANKS.sub(" ", text))


def visible(text: str) -> str:
    r"""``text`` with an escape such as ``\u202e`` for each character that does not show."""
    return _INVISIBLE.sub(lambda found: _escape(ord(found[0])), text) if not text.isprintable() else text


def shortened(text: str, most: int) -> str:
    """The first ``most`` characters, with dots where some are left out."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def _escape(number: int) -> str:
    if number <= 0xFF:  # noqa: PLR2004 - what two digits can say
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"  # noqa: PLR2004 - what four digits can say
