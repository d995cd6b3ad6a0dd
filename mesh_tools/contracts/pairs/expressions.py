"""Check expressions, taken apart as far as can be proved: bounds, lists of values, not null; the rest is text.

``amount >= 0 and amount < 100``         two bounds of ``amount``
``(0 <= AMOUNT)``                        the first of them
``status in ('open', 'closed')``         values of ``status``
``amount between 1 and 5 and a < b``     two bounds, and the text ``a < b``
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Literal

from msgspec import Struct

_WORD = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*` | \d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w$]) | [a-z_][\w$]*
      | <> | <= | >= | != | == | :: | \|\| | \S""",
    re.VERBOSE | re.IGNORECASE,
)
_SAME = {"!=": "<>", "==": "="}
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?(e[+-]?\d{1,3})?\Z")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?)?\Z")
_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*\Z")
_IDENTIFIER = re.compile(r"""["`a-z_]""", re.IGNORECASE)
_WORDS = frozenset({"and", "or", "between", "in", "is", "not", "null", "case"})
_BETWEEN = 5  # words of: x between 1 and 5
_MAX_LENGTH = 20_000  # characters; what is longer is compared as text


class Bound(Struct, frozen=True):
    """``column`` is at least, or at most, a value."""

    column: str
    side: Literal["min", "max"]
    value: Decimal | str
    inclusive: bool


class Values(Struct, frozen=True):
    """``column`` is one of ``values``."""

    column: str
    values: frozenset[str]


class Filled(Struct, frozen=True):
    """``column`` is not null."""

    column: str


class Text(Struct, frozen=True):
    """Anything else, with blanks, case and brackets that mean nothing brought into one form."""

    text: str
    identifiers: tuple[str, ...]


Clause = Bound | Values | Filled | Text


def clauses(expression: str, names: Mapping[str, str]) -> tuple[Clause, ...]:
    """What must hold all together for ``expression`` to hold.

    Args:
        expression: SQL of a check.
        names: What columns are called, by their names as written and in lower case.
    """
    if len(expression) > _MAX_LENGTH:
        return (Text(expression, ()),)
    words = [_normal(word, names) for word in _WORD.findall(expression)]
    return tuple(clause for part in _conjuncts(words) for clause in _clauses(part))


def literal(value: str) -> Decimal | str | None:
    """What a bound may be compared by: a number, or an ISO date or time as text; else ``None``."""
    if _NUMBER.match(value.lower()):
        return Decimal(value)
    text = value[1:-1] if len(value) > 1 and value[0] == value[-1] == "'" else value
    return text if _MOMENT.match(text) else None


def _normal(word: str, names: Mapping[str, str]) -> str:
    if word[0] == "'":
        return word
    if word[0] in '"`':
        inner = word[1:-1]
        word = inner if _PLAIN.match(inner) and inner not in _WORDS else f'"{inner}"'
    else:
        word = word.lower()
    return names.get(word.lower().strip('"'), _SAME.get(word, word)) if word not in _WORDS else word


def _conjuncts(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """The parts that a conjunction has, without the brackets around them, whatever their nesting."""
    pending = [words]
    while pending:
        part = _unwrapped(pending.pop())
        pieces = list(_split(part))
        if len(pieces) > 1:
            pending += reversed(pieces)
        elif part:
            yield part


def _unwrapped(words: Sequence[str]) -> Sequence[str]:
    """Without the brackets that enclose the whole."""
    closing = _partners(words)
    start, end = 0, len(words)
    while start < end and closing.get(start) == end - 1:
        start, end = start + 1, end - 1
    return words[start:end]


def _partners(words: Sequence[str]) -> dict[int, int]:
    """Of each opening bracket the closing one."""
    partners: dict[int, int] = {}
    opened: list[int] = []
    for index, word in enumerate(words):
        if word == "(":
            opened.append(index)
        elif word == ")" and opened:
            partners[opened.pop()] = index
    return partners


def _split(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """At each ``and`` outside of brackets and of ``between``; not at all beside an ``or``, or within a ``case``."""
    depth, start, between = 0, 0, False
    if any(word in {"or", "case"} for word in words) and _has_outer(words, {"or", "case"}):
        yield words
        return
    for index, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if depth == 0 and word == "between":
            between = True
        elif depth == 0 and word == "and" and between:
            between = False
        elif depth == 0 and word == "and":
            yield words[start:index]
            start = index + 1
    yield words[start:]


def _has_outer(words: Sequence[str], wanted: set[str]) -> bool:
    depth = 0
    for word in words:
        depth += (word == "(") - (word == ")")
        if depth == 0 and word in wanted:
            return True
    return False


def _clauses(words: Sequence[str]) -> Iterator[Clause]:
    words = _signed(words)
    bounds = list(_bounds(words))
    if bounds:
        yield from bounds
    elif len(words) > 4 and words[1:3] == ["in", "("] and _is_column(words[0]) and _are_literals(words[3:-1]):  # noqa: PLR2004
        yield Values(_name(words[0]), frozenset(_value(word) for word in words[3:-1:2]))
    elif words[1:] == ["is", "not", "null"] and _is_column(words[0]):
        yield Filled(_name(words[0]))
    else:
        identifiers = tuple(dict.fromkeys(_name(word) for word in words if _is_column(word)))
        yield Text(_written(words), identifiers)


def _written(words: Sequence[str]) -> str:
    """The words in one line, with blanks as people write them."""
    pairs = zip(words, [*words[1:], ")"], strict=True)
    return "".join(word if word == "(" or after in {")", ","} else f"{word} " for word, after in pairs)


def _signed(words: Sequence[str]) -> list[str]:
    """With a sign before a number, which follows no operand, joined to it."""
    joined: list[str] = []
    for word in words:
        sign = joined[-1] if joined and joined[-1] in {"-", "+"} else ""
        before = joined[-2] if len(joined) > 1 else "("
        if sign and _NUMBER.match(word) and (before in _FLIPPED or before in {"(", ",", "=", "<>", "between", "and"}):
            joined[-1] = f"-{word}" if sign == "-" else word
        else:
            joined.append(word)
    return joined


def _bounds(words: Sequence[str]) -> Iterator[Bound]:
    if len(words) == 3 and words[1] in _FLIPPED:  # noqa: PLR2004 - x > 0
        left, operator, right = words
        if _is_column(left) and (value := literal(right)) is not None:
            yield _bound(left, operator, value)
        elif _is_column(right) and (value := literal(left)) is not None:
            yield _bound(right, _FLIPPED[operator], value)
    elif len(words) == _BETWEEN and words[1] == "between" and _is_column(words[0]):
        lowest, highest = literal(words[2]), literal(words[4])
        if lowest is not None and highest is not None:
            yield _bound(words[0], ">=", lowest)
            yield _bound(words[0], "<=", highest)


def _bound(column: str, operator: str, value: Decimal | str) -> Bound:
    return Bound(_name(column), "min" if operator[0] == ">" else "max", value, operator.endswith("="))


def _are_literals(words: Sequence[str]) -> bool:
    """Whether they are values with commas between them."""
    values, commas = words[::2], words[1::2]
    return all(word[0] == "'" or _NUMBER.match(word) for word in values) and all(word == "," for word in commas)


def _value(word: str) -> str:
    return word[1:-1].replace("''", "'") if word[0] == "'" else word


def _is_column(word: str) -> bool:
    return bool(_IDENTIFIER.match(word))


def _name(word: str) -> str:
    return word[1:-1] if word[0] == '"' else word
