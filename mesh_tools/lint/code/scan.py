"""Tells what of the code is SQL from comments, text in quotes and Jinja: in one pass, without parsing.

Jinja is looked at first, as dbt does: it may stand in a comment or in quotes, and hold quotes itself. What does not end
reaches to the end of the code, so that nothing is found in what cannot be understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

Kind = Literal["comment", "text", "name", "expression", "block"]
"""SQL and Jinja comments; text in quotes; identifiers in quotes; ``{{ }}``; ``{% %}``."""

EXPRESSION = "\0"
"""What an expression of Jinja is filled with."""

_BACKSLASH = frozenset({"athena", "bigquery", "clickhouse", "databricks", "mysql", "singlestore", "snowflake", "spark"})

_OPENING = re.compile(
    r"""\{\{|\{%|\{\#|--|/\*|'|"|`|(?<![\w$])\$(?:[A-Za-z_]\w*)?\$|^[ \t]*(?:\#(?=[ \t])|//)""",
    re.MULTILINE,
)
_IN_JINJA = re.compile(r"""'(?:[^'\\]|\\.)*(?:'|\\?\Z)|"(?:[^"\\]|\\.)*(?:"|\\?\Z)|\}\}|%\}|[{}]""", re.DOTALL)
_JINJA = re.compile(r"\{\{|\{%|\{#")
_ENDS = {
    "--": re.compile(r"(?=\n)|\{\{|\{%|\{#"),
    "/*": re.compile(r"\*/|\{\{|\{%|\{#"),
    "'": re.compile(r"''|'|\{\{|\{%|\{#"),
    '"': re.compile(r'""|"|\{\{|\{%|\{#'),
    "`": re.compile(r"`|\{\{|\{%|\{#"),
}
_ESCAPING = re.compile(r"\\.|''|'|\{\{|\{%|\{#", re.DOTALL)
_KINDS: dict[str, Kind] = {"{{": "expression", "{%": "block", "{#": "comment", "'": "text", '"': "name", "`": "name"}
_NOT_A_BREAK = re.compile(r"[^\r\n]")


class Piece(Struct, frozen=True):
    """A part of the code that is no plain SQL.

    Attributes:
        kind: What it is.
        start: Of its first character.
        end: Behind its last.
    """

    kind: Kind
    start: int
    end: int


def has_escapes(adapter: str | None) -> bool:
    """Whether a backslash escapes a quote in the text of such a warehouse."""
    return adapter in _BACKSLASH


def pieces(code: str, *, escapes: bool = False) -> Iterator[Piece]:
    r"""What is no plain SQL, in order; pieces do not overlap, and what stands in a piece belongs to it.

    Args:
        code: SQL with Jinja.
        escapes: Whether ``\'`` does not end a text.
    """
    position = 0
    while found := _OPENING.search(code, position):
        opening = found[0].strip()
        start = found.end() - len(opening)
        position = _end(code, opening, start, found.end(), escapes=escapes)
        kind: Kind = "text" if opening[0] == "$" else _KINDS.get(opening, "comment")
        yield Piece(kind, start, position)


def blanked(code: str, *, escapes: bool = False) -> str:
    """The code with nothing but SQL in it, each character where it was, and every line break.

    Comments and blocks become blanks; expressions become :data:`EXPRESSION`; of text and identifiers in quotes the
    quotes stay, around underscores.
    """
    return _filled(code, pieces(code, escapes=escapes), {"comment": " ", "block": " ", "expression": EXPRESSION})


def uncommented(code: str, *, escapes: bool = False) -> str:
    """The code with blanks for comments, each character where it was."""
    comments = (piece for piece in pieces(code, escapes=escapes) if piece.kind == "comment")
    return _filled(code, comments, {"comment": " "})


def _filled(code: str, found: Iterator[Piece], fillings: dict[Kind, str]) -> str:
    parts: list[str] = []
    position = 0
    for piece in found:
        filling = fillings.get(piece.kind)
        start, end = (piece.start, piece.end) if filling else (piece.start + 1, max(piece.end - 1, piece.start + 1))
        parts += (code[position:start], _NOT_A_BREAK.sub(filling or "_", code[start:end]))
        position = end
    return "".join((*parts, code[position:]))


def _end(code: str, opening: str, start: int, position: int, *, escapes: bool) -> int:
    """Behind what begins with ``opening``."""
    if opening == "{#":
        end = code.find("#}", position)
        return end + 2 if end >= 0 else len(code)
    if opening[0] == "{":
        return _end_of_jinja(code, opening, position)
    if opening[0] == "$":
        end = code.find(opening, position)
        return end + len(opening) if end >= 0 else len(code)
    if opening == "'" and (escapes or _is_escape_string(code, start)):
        return _end_of_text(code, opening, _ESCAPING, position)
    return _end_of_text(code, opening, _ENDS.get(opening, _ENDS["--"]), position)


def _is_escape_string(code: str, start: int) -> bool:
    """Whether the quote at ``start`` is that of ``E'...'``, in which backslashes escape."""
    return start > 0 and code[start - 1] in "eE" and (start == 1 or not (code[start - 2].isalnum()))


def _end_of_text(code: str, quote: str, ends: re.Pattern[str], position: int) -> int:
    while found := ends.search(code, position):
        what = found[0]
        if _JINJA.match(what):
            position = _end(code, what, found.start(), found.end(), escapes=False)
        elif what == quote * 2 or what[:1] == "\\":
            position = found.end()
        else:
            return found.end()
    return len(code)


def _end_of_jinja(code: str, opening: str, position: int) -> int:
    """Braces and quotes inside are those of Jinja's own values."""
    closing = "}}" if opening == "{{" else "%}"
    depth = 0
    while found := _IN_JINJA.search(code, position):
        what = found[0]
        position = found.end()
        if what == "}}" and depth:
            # Of two braces the first ends a mapping; the second is looked at again.
            depth -= 1
            position -= 1
        elif what == closing:
            return position
        elif what == "{":
            depth += 1
        elif what == "}" and depth:
            depth -= 1
    return len(code)
