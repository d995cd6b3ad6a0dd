"""Words and signs of blanked code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from mesh_tools.lint.code.scan import EXPRESSION

_TOKEN = re.compile(rf"""{EXPRESSION}+(?:\s*{EXPRESSION}+)*|"[^"]*"|`[^`]*`|'[^']*'|\$_*\$|[\w$]+|\S""")
_QUOTES = frozenset('"`')


class Token(Struct, frozen=True):
    """A word, an identifier or text in quotes, an expression of Jinja, or a sign.

    Attributes:
        word: In lower case; of an identifier in quotes only the opening quote.
        start: Of its first character.
        end: Behind its last.
    """

    word: str
    start: int
    end: int

    @property
    def is_expression(self) -> bool:
        """Whether Jinja writes it."""
        return self.word.startswith(EXPRESSION)

    @property
    def is_name(self) -> bool:
        """Whether it may be a name: a keyword may, too."""
        first = self.word[:1]
        return first in _QUOTES or first == "_" or first.isalpha()


def tokens(sql: str) -> Iterator[Token]:
    """The tokens of blanked code."""
    for found in _TOKEN.finditer(sql):
        word = found[0]
        yield Token(word[0] if word[0] in _QUOTES else word.lower(), found.start(), found.end())
