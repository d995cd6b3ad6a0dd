"""Removes characters of SQL files."""

from __future__ import annotations

from mesh_tools.lint.fixes.fix import CutText
from mesh_tools.lint.fixes.refused import Refused


def without_text(data: bytes, fix: CutText) -> bytes:
    """What a file is to hold instead of ``data``; its line ends, and whatever else it holds, stay.

    Raises:
        Refused: dbt has read something else.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("the file is not UTF-8") from None
    start = text.find(fix.code)
    if start < 0 or text[:start].strip("\ufeff \t\r\n") or text[start + len(fix.code) :].strip():
        raise Refused("the file has changed: dbt has to parse the project again")
    for offset in reversed(fix.offsets):
        text = _cut(text, start + offset)
    return text.encode("utf-8")


def _cut(text: str, position: int) -> str:
    """The text without the character, and without its line if there is nothing else on it."""
    line = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    end = len(text) if end < 0 else end + 1
    if text[line:position].strip() or text[position + 1 : end].strip():
        return text[:position] + text[position + 1 :]
    return text[:line] + text[end:]
