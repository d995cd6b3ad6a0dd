"""DuckDB's own names of its types.

Source: ``duckdb_types()`` and ``typeof(null::T)`` of DuckDB 1.5, which the tests ask again.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from mesh_tools.sqltypes.domain import (
    Array,
    Domain,
    Enumeration,
    Field,
    Floating,
    Mapping,
    Plain,
    Record,
    Scaled,
    SqlType,
    Text,
    decimal,
    integer,
)
from mesh_tools.sqltypes.duckdb_keywords import KEYWORDS
from mesh_tools.sqltypes.parse import TypeExpression, TypeSyntaxError, parse_type

_NAMES = {
    "BIGINT": "bigint int8 int64 long oid",
    "BIGNUM": "bignum varint",
    "BIT": "bit bitstring",
    "BLOB": "blob bytea binary varbinary",
    "BOOLEAN": "boolean bool logical",
    "DATE": "date",
    "DECIMAL": "decimal dec numeric",
    "DOUBLE": "double float8|double precision",
    "FLOAT": "float float4 real",
    "GEOMETRY": "geometry",
    "HUGEINT": "hugeint int128",
    "INTEGER": "integer int int4 int32 integral signed",
    "INTERVAL": "interval",
    "JSON": "json",
    "SMALLINT": "smallint int2 int16 short",
    "TIME": "time|time without time zone",
    "TIME WITH TIME ZONE": "timetz|time with time zone",
    "TIME_NS": "time_ns",
    "TIMESTAMP": "timestamp datetime timestamp_us|timestamp without time zone",
    "TIMESTAMP WITH TIME ZONE": "timestamptz|timestamp with time zone",
    "TIMESTAMP_MS": "timestamp_ms",
    "TIMESTAMP_NS": "timestamp_ns",
    "TIMESTAMP_S": "timestamp_s",
    "TINYINT": "tinyint int1",
    "UBIGINT": "ubigint uint64",
    "UHUGEINT": "uhugeint uint128",
    "UINTEGER": "uinteger uint32",
    "USMALLINT": "usmallint uint16",
    "UTINYINT": "utinyint uint8",
    "UUID": "uuid guid",
    "VARIANT": "variant",
    "VARCHAR": "varchar text string char character bpchar nvarchar|character varying",
}
CANONICAL_NAMES: dict[str, str] = {
    alias: canonical
    for canonical, groups in _NAMES.items()
    for position, group in enumerate(groups.split("|"))
    for alias in ([group] if position else group.split())
}
"""Canonical name of each plain type name, in lower case."""

_DEFAULT_DECIMAL = (18, 3)
_DECIMAL_WIDTHS = range(1, 39)
# float(n), by bits of the significand.
_FLOAT_BITS, _DOUBLE_BITS = range(1, 25), range(25, 54)
# Their aliases take numbers, these do not.
_WITHOUT_NUMBERS = frozenset({"float4", "real", "timestamp without time zone"})
_ARRAY_SIZES = range(1, 100_001)
# timestamp(p), by digits of a second.
_TIMESTAMP_OF_DIGITS = {0: "TIMESTAMP_S"} | {
    digits: name
    for name, all_digits in {"TIMESTAMP_MS": (1, 2, 3), "TIMESTAMP": (4, 5, 6), "TIMESTAMP_NS": (7, 8, 9)}.items()
    for digits in all_digits
}
_PLAIN_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def canonical(data_type: str) -> str | None:
    """The name that ``typeof(null::data_type)`` gives, or ``None`` for a type that this table does not know."""
    known = sql_type(data_type)
    return known.name if known else None


def sql_type(data_type: str) -> SqlType | None:
    """The canonical name and the values of ``data_type``, or ``None`` for a type that this table does not know."""
    try:
        expression = parse_type(data_type)
    except TypeSyntaxError:
        return None
    return _sql_type(expression) if _render(expression) else None


def _render(expression: TypeExpression) -> str | None:
    base = _base(expression)
    if base is None or any(size and int(size) not in _ARRAY_SIZES for size in expression.suffixes):
        return None
    return base + "".join(f"[{size}]" for size in expression.suffixes)


def _base(expression: TypeExpression) -> str | None:
    if expression.fields:
        return _nested(expression)
    if expression.name == "enum":
        return _enum(expression.arguments)
    name = CANONICAL_NAMES.get(f"{expression.name} {expression.tail}".strip())
    if name == "DECIMAL" and not expression.arguments:
        return _decimal(_DEFAULT_DECIMAL)
    if name is None or not expression.arguments:
        return name
    numbers = tuple(int(argument) for argument in expression.arguments if argument.isdigit())
    parametrised = None if expression.name in _WITHOUT_NUMBERS else _PARAMETRISED.get(name)
    return parametrised(numbers) if parametrised and len(numbers) == len(expression.arguments) else None


def _decimal(numbers: tuple[int, ...]) -> str | None:
    width, scale = (*numbers, 0)[:2]
    fits = len(numbers) <= len(_DEFAULT_DECIMAL) and width in _DECIMAL_WIDTHS and scale <= width
    return f"DECIMAL({width},{scale})" if fits else None


def _timestamp(numbers: tuple[int, ...]) -> str | None:
    return _TIMESTAMP_OF_DIGITS.get(numbers[0]) if len(numbers) == 1 else None


def _float(numbers: tuple[int, ...]) -> str | None:
    if len(numbers) != 1:
        return None
    return "FLOAT" if numbers[0] in _FLOAT_BITS else "DOUBLE" if numbers[0] in _DOUBLE_BITS else None


_PARAMETRISED: dict[str, Callable[[tuple[int, ...]], str | None]] = {
    "BIT": lambda numbers: "BIT" if len(numbers) == 1 else None,
    "DECIMAL": _decimal,
    "FLOAT": _float,
    "TIMESTAMP": _timestamp,
    "VARCHAR": lambda numbers: "VARCHAR" if len(numbers) == 1 else None,
}
"""What the type's numbers make of it; every other type takes none."""


def _enum(values: tuple[str, ...]) -> str | None:
    written = bool(values) and all(value.startswith("'") for value in values)
    return f"ENUM({', '.join(values)})" if written else None


def _nested(expression: TypeExpression) -> str | None:
    if expression.name == "map" and len(expression.fields) != len(("key", "value")):
        return None
    parts: list[str] = []
    for field, field_type in expression.fields:
        rendered = _render(field_type)
        if rendered is None:
            return None
        parts.append(rendered if field is None else f"{_identifier(field)} {rendered}")
    name = "STRUCT" if expression.name == "row" else expression.name.upper()
    return f"{name}({', '.join(parts)})"


def _identifier(name: str) -> str:
    is_plain = _PLAIN_IDENTIFIER.match(name) and name.lower() not in KEYWORDS
    return name if is_plain else '"' + name.replace('"', '""') + '"'


_DOMAINS: dict[str, Domain] = {
    **{f"{word}INT": integer(bits) for word, bits in {"TINY": 8, "SMALL": 16, "BIG": 64, "HUGE": 128}.items()},
    "INTEGER": integer(32),
    **{f"U{word}INT": integer(bits, signed=False) for word, bits in {"TINY": 8, "SMALL": 16, "BIG": 64}.items()},
    "UINTEGER": integer(32, signed=False),
    "UHUGEINT": integer(128, signed=False),
    "FLOAT": Floating(24),
    "DOUBLE": Floating(53),
    "VARCHAR": Text(),
    # Digits of a second, and how far they reach: nanoseconds end in 2262.
    "TIME": Scaled("time", 6),
    "TIME_NS": Scaled("time", 9),
    "TIMESTAMP_S": Scaled("timestamp", 0, 1),
    "TIMESTAMP_MS": Scaled("timestamp", 3, 1),
    "TIMESTAMP": Scaled("timestamp", 6, 1),
    "TIMESTAMP_NS": Scaled("timestamp", 9, 0),
}
"""The values of each plain type; every other one is like no other. So is BIGNUM: decimals cannot be cast to it."""


def _sql_type(expression: TypeExpression) -> SqlType:
    """Of an expression that is known to have a name."""
    if not expression.suffixes:
        return SqlType(_render(expression) or "", _domain(expression))
    *inner, size = expression.suffixes
    element = _sql_type(replace(expression, suffixes=tuple(inner)))
    return SqlType(f"{element.name}[{size}]", Array(element, int(size) if size else None))


def _domain(expression: TypeExpression) -> Domain:
    """Of an expression without array dimensions."""
    if expression.name == "map":
        key, value = (_sql_type(field_type) for _, field_type in expression.fields)
        return Mapping(key, value)
    if expression.fields:
        family = "union" if expression.name == "union" else "struct"
        return Record(family, tuple(_field(name or "", field_type) for name, field_type in expression.fields))
    if expression.name == "enum":
        return Enumeration(expression.arguments)
    name = _base(expression) or ""
    if name.startswith("DECIMAL"):
        width, scale = name.removeprefix("DECIMAL(").removesuffix(")").split(",")
        return decimal(int(width), int(scale))
    return _DOMAINS.get(name, Plain(name))


def _field(name: str, field_type: TypeExpression) -> Field:
    # DuckDB finds a field without regard to case.
    return Field(name.casefold(), _identifier(name), _sql_type(field_type))
