"""Options that are regular expressions: their annotation, and how a wrong one is found before any rule is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from msgspec import Struct

Regex = Annotated[str, "a regular expression"]
"""The annotation of an option, or of a part of one, that holds a regular expression."""

Keys = tuple[str | int, ...]


def wrong_regexes(value: Any, annotation: Any, keys: Keys = ()) -> Iterator[tuple[Keys, str, str]]:
    """Each regular expression of an option that is none: the keys that lead to it, the text, and what is wrong."""
    if annotation == Regex and isinstance(value, str):
        try:
            re.compile(value)
        except (re.error, OverflowError, RecursionError) as error:
            yield keys, value, str(error)
        return
    for key, item, item_type in _parts(value, annotation):
        yield from wrong_regexes(item, item_type, (*keys, *key))


def _parts(value: Any, annotation: Any) -> Iterator[tuple[Keys, Any, Any]]:
    arguments = get_args(annotation)
    if get_origin(annotation) in {Union, UnionType}:
        yield from (((), value, one) for one in arguments)
    elif isinstance(value, Struct) and isinstance(annotation, type):
        for field in msgspec.structs.fields(annotation):
            yield (field.encode_name,), getattr(value, field.name), field.type
    elif isinstance(value, Mapping) and len(arguments) > 1:
        for key, item in value.items():
            yield (str(key),), key, arguments[0]
            yield (str(key),), item, arguments[1]
    elif isinstance(value, (list, tuple)) and arguments:
        for index, item in enumerate(value):
            yield (index,), item, arguments[0]
