"""Compares types with those that a policy names, whatever the warehouse calls them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from mesh_tools.lint.matching import is_wholly
from mesh_tools.lint.regexes import Regex
from mesh_tools.sqltypes import canonical_type


class Convention(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What columns of some name have for a type.

    Attributes:
        name: A regular expression of whole names.
        types: SQL types; without its arguments a type means all of that name.
        holds: ``name_to_type``: what is called so is of these types. ``type_to_name``: what is of these types is called
            so. ``both``.
    """

    name: Regex
    types: tuple[str, ...]
    holds: Literal["name_to_type", "type_to_name", "both"] = "both"


_MOMENTS = ("timestamp", "timestamptz", "timestamp_ntz", "timestamp_ltz", "timestamp_tz", "datetime", "timestamp_s",
            "timestamp_ms", "timestamp_ns")  # fmt: skip

CONVENTIONS = (
    Convention(name="(.*_)?(is|has|was|were|had|can|should|did|does|may|will)_.+", types=("boolean",)),
    Convention(name=".+_date", types=("date",), holds="name_to_type"),
    Convention(name=".+_(at|utc|timestamp)", types=_MOMENTS, holds="name_to_type"),
)


def broken(
    name: str, written: str, adapter: str | None, conventions: tuple[Convention, ...]
) -> Iterator[tuple[Convention, str]]:
    """The conventions that a column of this name and type breaks, each with how, in words."""
    for one in conventions:
        called = is_wholly(one.name, name.lower())
        typed = forbidden(written, adapter, one.types)
        shown = one.types[0]
        if called and not typed and one.holds != "type_to_name":
            yield one, f"is called like a {shown}, but is {written}"
        if typed and not called and one.holds != "name_to_type":
            yield one, f"is {written}, but its name does not match '{one.name}'"


@lru_cache(maxsize=4096)
def forbidden(written: str, adapter: str | None, types: tuple[str, ...]) -> bool:
    """Whether a type is one of ``types``."""
    exact, name = _forms(written, adapter)
    return any(exact == (form := _forms(one, adapter))[0] or ("(" not in one and name == form[1]) for one in types)


@lru_cache(maxsize=4096)
def _forms(written: str, adapter: str | None) -> tuple[str, str]:
    """A type in the warehouse's own words, and without its arguments."""
    exact = (canonical_type(written, adapter) or written).lower().replace(" ", "")
    before, opening, after = exact.partition("(")
    return exact, before + after.partition(")")[2] if opening else before
