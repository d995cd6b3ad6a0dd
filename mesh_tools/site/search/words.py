"""Words of descriptions, as the browser makes them of what is typed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_OFTEN = ("a", "all", "an", "and", "are", "as", "at", "be", "by", "each", "for", "from", "if", "in", "is", "it", "its")
_SMALL = ("no", "not", "of", "on", "one", "or", "that", "the", "this", "to", "was", "which", "who", "with")
STOP = (*_OFTEN, *_SMALL)
"""Said by every other description: they are not kept, and what is typed of them is passed over."""
SHORTEST, LONGEST = 3, 40
_STOPPED = frozenset(STOP)
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """``text`` without case and without accents: ``É`` and ``e`` are the same to whoever types."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part)).lower()


@lru_cache(maxsize=65_536)  # `id`, `created_at` and their like are described alike all over
def words(text: str) -> frozenset[str]:
    """The words of ``text`` that are kept."""
    found = (word for word in _WORD.findall(fold(text)) if word not in _STOPPED)
    return frozenset(word[:LONGEST] for word in found if len(word) >= SHORTEST)
