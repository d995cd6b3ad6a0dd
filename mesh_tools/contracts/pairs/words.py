"""Whether two texts say the same in the same words."""

from __future__ import annotations

import re

_NO_WORD = re.compile(r"[\W_]+")
_FIRST_WORD = re.compile(r"[^\W_]+")


def same_words(old: str, new: str) -> bool:
    """Whether two texts differ in case, punctuation and blanks at most."""
    # Texts that differ mostly differ soon.
    return _first(old) == _first(new) and words_of(old) == words_of(new)


def _first(text: str) -> str:
    found = _FIRST_WORD.search(text)
    return found[0].casefold() if found else ""


def words_of(text: str) -> str:
    """The words of a text, without case, with single blanks between them."""
    return _NO_WORD.sub(" ", text).strip().casefold()
