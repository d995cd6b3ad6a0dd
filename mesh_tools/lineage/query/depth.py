"""Tells SQL that is nested so deeply that a parser by recursive descent would overflow its stack.

sqlglot's compiled form has no limit of its own to recursion: it would not raise an error but end the process.
"""

from __future__ import annotations

import re
from typing import Final

DEEPEST: Final = 300
"""Brackets or CASEs in each other."""

_STEP: Final = re.compile(r"[(\[{]|[)\]}]|\bcase\b|\bend\b", re.IGNORECASE)
_PREFIXES: Final = re.compile(r"(?:\bnot\s+){300}|(?:[-+~!]\s+){300}|[+~!]{300}|(?:\bselect\s+){300}", re.IGNORECASE)
_DEEPER: Final = frozenset("([{")
_OPENINGS: Final = ("(", "[", "{", "case", "not", "select", "+", "-", "~", "!")


def is_nested_deeply(sql: str) -> bool:
    """Whether ``sql`` is nested more deeply than :data:`DEEPEST`; brackets in texts and comments count, too."""
    lowered = sql.lower()
    if all(lowered.count(opening) <= DEEPEST for opening in _OPENINGS):
        return False
    depth = 0
    for step in _STEP.findall(sql):
        if step in _DEEPER or step.lower() == "case":
            depth += 1
            if depth > DEEPEST:
                return True
        elif depth:
            depth -= 1
    return _PREFIXES.search(sql) is not None
