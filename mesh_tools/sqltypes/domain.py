"""The values that a type holds, in terms that all warehouses share.

A warehouse's table says which values each of its types holds; how two types compare follows from that, see
:mod:`mesh_tools.sqltypes.lattice`.
"""

from __future__ import annotations

from fractions import Fraction
from math import inf

from msgspec import Struct

Limit = int | float | Fraction
"""A bound; ``inf`` for none."""


class Number(Struct, frozen=True):
    """Exact numbers from ``low`` to ``high`` with up to ``scale`` digits after the point."""

    low: Limit
    high: Limit
    scale: Limit = 0


class Floating(Struct, frozen=True):
    """Binary floating point with ``bits`` of significand, the hidden one included."""

    bits: int


class Text(Struct, frozen=True):
    """Text of up to ``length`` characters or bytes, as the warehouse counts.

    ``padding`` is empty for text that is kept as it is; else it names how the warehouse pads with blanks.
    """

    length: Limit = inf
    padding: str = ""


class Scaled(Struct, frozen=True):
    """A point or span of time, or bytes: ``digits`` is the precision, ``reach`` how far the values go.

    Only compared within one ``family`` of one warehouse, so that any unit will do.
    """

    family: str
    digits: Limit = 0
    reach: Limit = 0


class Enumeration(Struct, frozen=True):
    """One of ``values``, which sort in this order."""

    values: tuple[str, ...]


class Plain(Struct, frozen=True):
    """A type that is like no other."""

    family: str


class Array(Struct, frozen=True):
    """A list of ``element``; exactly ``size`` of them where it is not ``None``."""

    element: SqlType
    size: int | None = None


class Mapping(Struct, frozen=True):
    """Keys and values."""

    key: SqlType
    value: SqlType


class Field(Struct, frozen=True):
    """A field of a :class:`Record`; ``key`` is what the warehouse finds it by, ``name`` as it is written."""

    key: str
    name: str
    type: SqlType


class Record(Struct, frozen=True):
    """Fields in order. ``family`` tells a struct from a union."""

    family: str
    fields: tuple[Field, ...]


Domain = Number | Floating | Text | Scaled | Enumeration | Plain | Array | Mapping | Record


class SqlType(Struct, frozen=True):
    """A type of one warehouse: its canonical ``name``, the values that it holds, and whether ``NULL`` is one."""

    name: str
    domain: Domain
    nullable: bool = True


def integer(bits: int, *, signed: bool = True) -> Number:
    """Whole numbers of so many bits, in two's complement."""
    return Number(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else Number(0, 2**bits - 1)


def decimal(precision: int, scale: int) -> Number:
    """``precision`` digits, ``scale`` of them after the point; a negative scale rounds before the point."""
    high = Fraction(10**precision - 1) / Fraction(10) ** scale
    return Number(-high, high, scale)
