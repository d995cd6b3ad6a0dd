"""How long a text says: ``2 years``, ``P2Y``, ``90 days``, ``18 months``, ``1 year and 6 months``, ``forever``."""

from __future__ import annotations

import math
import re

_DAYS = {"y": 365.2425, "m": 365.2425 / 12, "w": 7.0, "d": 1.0, "h": 1 / 24}
_UNITS = {
    unit: _DAYS[letter]
    for letter, units in {
        "y": "y yr yrs year years",
        "m": "mo mos month months",
        "w": "w wk wks week weeks",
        "d": "d day days",
        "h": "h hr hrs hour hours",
    }.items()
    for unit in units.split()
}
_WORDS = {"a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "five": 5.0, "seven": 7.0, "ten": 10.0}
_FOREVER = frozenset({"forever", "unlimited", "indefinite", "indefinitely", "all", "infinite", "full history"})
_ISO = re.compile(
    r"p(?:(\d+(?:\.\d+)?)y)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)w)?(?:(\d+(?:\.\d+)?)d)?(?:t(\d+(?:\.\d+)?)h)?\Z"
)
_PART = re.compile(
    rf"(\d+(?:\.\d+)?|\b(?:{'|'.join(_WORDS)})\b)[\s_-]*({'|'.join(sorted(_UNITS, key=len, reverse=True))})\b"
)
_FILLING = re.compile(r"\b(and|of|history|rolling|the|last|at|least)\b|[\s,.+]+")


def days(text: str) -> float | None:
    """The duration in days, ``inf`` for what has no end; ``None`` where the text says something else."""
    text = text.strip().lower()
    if text in _FOREVER:
        return math.inf
    iso = _ISO.match(text)
    if iso and any(iso.groups()):
        return sum(
            float(number) * _DAYS[letter] for number, letter in zip(iso.groups(), "ymwdh", strict=True) if number
        )
    parts = _PART.findall(text)
    if not parts or _FILLING.sub("", _PART.sub("", text)):
        return None
    return sum((_WORDS.get(number) or float(number)) * _UNITS[unit] for number, unit in parts)
