"""BigQuery's types.

Source: Google Cloud documentation, GoogleSQL "Data types": one integer type, ``NUMERIC`` of 38 digits, 9 of them after
the point, ``BIGNUMERIC`` from -2^255 to 2^255-1 times 10^-38, parameterized types (``NUMERIC(P,S)`` with S up to 9 and
P-S up to 29, ``BIGNUMERIC(P,S)`` with both up to 38, ``STRING(L)``, ``BYTES(L)``), names of fields without case.
``FLOAT`` and ``RECORD`` are names of its API. Not asked of an engine.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf

from mesh_tools.sqltypes.domain import (
    Array,
    Domain,
    Field,
    Floating,
    Limit,
    Number,
    Plain,
    Record,
    Scaled,
    SqlType,
    Text,
    decimal,
    integer,
)
from mesh_tools.sqltypes.parse import Syntax, TypeExpression
from mesh_tools.sqltypes.table import Builder, Numbers, Table, identifier, parametrised, plain

_NUMERIC = decimal(38, 9)
_BIGNUMERIC = Number(Fraction(-(2**255), 10**38), Fraction(2**255 - 1, 10**38), 38)


def _decimals(name: str, usual: Number, *, before: int, after: int) -> Builder:
    """Of decimals with so many digits before and after the point."""

    def build(numbers: Numbers) -> SqlType | None:
        if not numbers:
            return SqlType(name, usual)
        p, s = (*numbers, 0)[:2]
        if len(numbers) > len("ps") or s > after or not max(1, s) <= p <= s + before:
            return None
        domain = decimal(p, s)
        return SqlType(name if domain == usual else f"{name}({p}, {s})", domain)

    return build


def _limited(name: str, domain: Callable[[Limit], Domain]) -> Builder:
    """Of text or bytes with or without a length."""

    def build(numbers: Numbers) -> SqlType | None:
        if len(numbers) > 1 or 0 in numbers:
            return None
        length = numbers[0] if numbers else inf
        return SqlType(f"{name}({length})" if numbers else name, domain(length))

    return build


def _nested(expression: TypeExpression, parts: list[SqlType]) -> SqlType | None:
    match expression.name, parts:
        case "array", [element]:
            return SqlType(f"ARRAY<{element.name}>", Array(element))
        case "range", [bound]:
            return SqlType(f"RANGE<{bound.name}>", Plain(f"RANGE<{bound.name}>"))
        case "struct" | "record", _:
            return _struct([name for name, _ in expression.fields], parts)
        case _:
            return None


def _struct(names: list[str | None], parts: list[SqlType]) -> SqlType:
    """A field without a name is known by its position."""
    pairs = list(zip(names, parts, strict=True))
    listed = ", ".join((f"{identifier(name, '`')} " if name else "") + _written(part) for name, part in pairs)
    fields = (
        Field(name.casefold() if name else str(position), name or str(position), part)
        for position, (name, part) in enumerate(pairs)
    )
    return SqlType(f"STRUCT<{listed}>", Record("struct", tuple(fields)))


def _written(part: SqlType) -> str:
    return part.name if part.nullable else f"{part.name} NOT NULL"


TABLE = Table(
    syntax=Syntax(
        brackets="<>",
        nested={"array": "types", "range": "types", "struct": "perhaps named", "record": "perhaps named"},
        quote="`",
        attributes=True,
    ),
    plain=plain(
        {
            "INT64": "int64 int smallint integer bigint tinyint byteint",
            "FLOAT64": "float64 float",
            "BOOL": "bool boolean",
            **{
                name.upper(): name
                for name in ("date", "datetime", "time", "timestamp", "interval", "json", "geography")
            },
        },
        {"INT64": integer(64), "FLOAT64": Floating(53)},
    ),
    parametrised=parametrised(
        ("numeric decimal", _decimals("NUMERIC", _NUMERIC, before=29, after=9)),
        ("bignumeric bigdecimal", _decimals("BIGNUMERIC", _BIGNUMERIC, before=38, after=38)),
        ("string", _limited("STRING", Text)),
        ("bytes", _limited("BYTES", lambda length: Scaled("bytes", 0, length))),
    ),
    nested=_nested,
)
