"""How two types compare, by the values that they hold."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_tools.sqltypes.change import (
    FAMILY,
    LOSSY,
    NARROWED,
    SAME,
    WIDENED,
    NestedChange,
    TypeChange,
)
from mesh_tools.sqltypes.domain import (
    Array,
    Enumeration,
    Field,
    Floating,
    Limit,
    Mapping,
    Number,
    Plain,
    Record,
    Scaled,
    SqlType,
    Text,
)


def compare(old: SqlType, new: SqlType) -> TypeChange:
    """The change from ``old`` to ``new``, two types of one warehouse."""
    if old.name == new.name:
        return SAME
    outer, inner = _outer(old, new), tuple(_parts(old, new, ""))
    if outer is FAMILY or not inner:
        return outer
    own = () if outer is SAME else (NestedChange("", "changed", old.name, new.name, outer),)
    return TypeChange("nested", own + inner)


def _outer(old: SqlType, new: SqlType) -> TypeChange:
    """Of the types themselves, whatever is nested in them."""
    match old.domain, new.domain:
        case (Number() | Floating()) as before, (Number() | Floating()) as after:
            return _numbers(before, after)
        case Text() as before, Text() as after:
            return _text(before, after)
        case Scaled(family, digits, reach), Scaled(after_family, after_digits, after_reach) if family == after_family:
            return _by_size((digits, reach), (after_digits, after_reach))
        case Enumeration(values), Enumeration(after_values):
            return _enumeration(values, after_values)
        case Array() as before, Array() as after:
            return _array(before, after)
        case _:
            return SAME if _alike(old, new) else FAMILY


def _alike(old: SqlType, new: SqlType) -> bool:
    match old.domain, new.domain:
        case (Record(family), Record(after_family)) | (Plain(family), Plain(after_family)):
            return family == after_family
        case _:
            return isinstance(old.domain, Mapping) and isinstance(new.domain, Mapping)


def _numbers(old: Number | Floating, new: Number | Floating) -> TypeChange:
    match old, new:
        case Number(low, high, scale), Number(new_low, new_high, new_scale):
            return _by_size((scale, -low, high), (new_scale, -new_low, new_high))
        case Number(low, high, scale), Floating(bits):
            return WIDENED if scale <= 0 and max(-low, high) <= 2**bits else LOSSY
        case Floating(bits), Floating(new_bits):
            return _by_size((bits,), (new_bits,))
        case _:
            # A fraction in binary has no end in decimals, and infinity is no number there.
            return LOSSY


def _by_size(old: tuple[Limit, ...], new: tuple[Limit, ...]) -> TypeChange:
    """The first of each is the precision, the others are how far the values go."""
    if new[0] < old[0]:
        return LOSSY
    return NARROWED if any(after < before for before, after in zip(old[1:], new[1:], strict=True)) else WIDENED


def _text(old: Text, new: Text) -> TypeChange:
    if old.padding != new.padding:
        # Blanks at the end count in one of them and not in the other.
        return FAMILY
    return NARROWED if new.length < old.length else WIDENED


def _enumeration(old: tuple[str, ...], new: tuple[str, ...]) -> TypeChange:
    kept = [value for value in new if value in old]
    if not kept or kept != [value for value in old if value in new]:
        # Another order sorts and compares differently.
        return FAMILY
    return WIDENED if len(kept) == len(old) else NARROWED


def _array(old: Array, new: Array) -> TypeChange:
    if old.size == new.size:
        return SAME
    if new.size is None:
        return WIDENED
    return NARROWED if old.size is None else FAMILY


def _parts(old: SqlType, new: SqlType, path: str) -> Iterator[NestedChange]:
    """All that differs below two types of the same outer type."""
    match old.domain, new.domain:
        case Array(element), Array(after):
            yield from _part(element, after, f"{path}[]")
        case Mapping(key, value), Mapping(after_key, after_value):
            yield from _part(key, after_key, f"{path}{{key}}")
            yield from _part(value, after_value, f"{path}{{value}}")
        case Record(family, fields), Record(after_family, after_fields) if family == after_family:
            yield from _fields(fields, after_fields, path)


def _part(old: SqlType, new: SqlType, path: str) -> Iterator[NestedChange]:
    if old.nullable != new.nullable:
        # New NULLs are values that were never there; none any more is a build that may fail.
        yield NestedChange(path, "changed", _written(old), _written(new), LOSSY if new.nullable else NARROWED)
    outer = _outer(old, new) if old.name != new.name else SAME
    if outer is not SAME:
        yield NestedChange(path, "changed", old.name, new.name, outer)
    if outer is not FAMILY:
        yield from _parts(old, new, path)


def _fields(old: tuple[Field, ...], new: tuple[Field, ...], path: str) -> Iterator[NestedChange]:
    before, after = ({field.key: field for field in fields} for fields in (old, new))
    prefix = f"{path}." if path else ""
    for key, field in before.items():
        if key in after:
            yield from _part(field.type, after[key].type, prefix + field.name)
        else:
            yield NestedChange(prefix + field.name, "removed", old=field.type.name)
    for key, field in after.items():
        if key not in before:
            yield NestedChange(prefix + field.name, "added", new=field.type.name)
    if [key for key in before if key in after] != [key for key in after if key in before]:
        yield NestedChange(path, "reordered", _names(old), _names(new))


def _written(part: SqlType) -> str:
    return part.name if part.nullable else f"{part.name} NOT NULL"


def _names(fields: tuple[Field, ...]) -> str:
    return ", ".join(field.name for field in fields)
