"""Which entries have a key: sorted keys, and for each the numbers of its entries, in shards of about one size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_BASE = len(_DIGITS)
SHARD = 131_072
"""Characters of a shard: a large one waits, many small ones cost a request each."""


class Shard(Struct, frozen=True):
    """A run of keys in their order, and the entries of each."""

    keys: tuple[str, ...]
    postings: tuple[str, ...]


def packed(numbers: Iterable[int]) -> str:
    """Ascending ``numbers`` as their differences, of base 36: a flat string is the least that a browser keeps."""
    last = 0
    parts = []
    for number in numbers:
        parts.append(_base36(number - last))
        last = number
    return ",".join(parts)


def _base36(number: int) -> str:
    if number < _BASE:
        return _DIGITS[number]
    digits = ""
    while number:
        number, digit = divmod(number, _BASE)
        digits = _DIGITS[digit] + digits
    return digits


def shards(table: Mapping[str, Sequence[int]]) -> Iterator[Shard]:
    """The whole ``table``; a browser finds the shard of a key by the first key of each."""
    keys: list[str] = []
    postings: list[str] = []
    size = 0
    for key in sorted(table, key=_units):
        text = packed(table[key])
        if keys and size + len(key) + len(text) > SHARD:
            yield Shard(tuple(keys), tuple(postings))
            keys, postings, size = [], [], 0
        keys.append(key)
        postings.append(text)
        size += len(key) + len(text)
    if keys:
        yield Shard(tuple(keys), tuple(postings))


def _units(text: str) -> bytes:
    """The order that JavaScript compares strings in."""
    return text.encode("utf-16-be", "surrogatepass")
