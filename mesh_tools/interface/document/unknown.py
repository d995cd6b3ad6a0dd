"""Finds keys that no interface document has: in one that people may have edited, a typing error loses a promise."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from msgspec import Struct
from msgspec.structs import fields

from mesh_tools.errors import did_you_mean


def unknown_keys(document: Any, kind: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The path of each unknown key of ``document``, and what may have been meant.

    Args:
        document: Dicts, lists, scalars, of the right types.
        kind: The struct that it is, or a list of such.
        path: Of the document.
    """
    if isinstance(document, list):
        for index, item in enumerate(document):
            yield from unknown_keys(item, kind, f"{path}[{index}]")
    elif isinstance(document, dict) and isinstance(kind, type) and issubclass(kind, Struct):
        known = _structs_in(kind)
        for key, value in document.items():
            place = f"{path}.{key}".lstrip(".")
            if key not in known:
                yield place, did_you_mean(key, known) or f"known keys: {', '.join(known)}"
            elif (inner := known[key]) is not None:
                yield from unknown_keys(value, inner, place)


@cache
def _structs_in(kind: type[Struct]) -> dict[str, type[Struct] | None]:
    """Each field's own struct, in whatever tuple or union it stands; ``None`` for what holds no struct."""
    hints = get_type_hints(kind)
    return {field.encode_name: _struct_of(hints[field.name]) for field in fields(kind)}


def _struct_of(hint: Any) -> type[Struct] | None:
    if isinstance(hint, type) and issubclass(hint, Struct):
        return hint
    if get_origin(hint) is dict:
        return None  # its keys are names, not fields
    return next((found for part in get_args(hint) if (found := _struct_of(part))), None)
