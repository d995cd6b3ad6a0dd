"""DuckDB's own names of its types.

Source: ``duckdb_types()`` and ``typeof(null::T)`` of DuckDB 1.5, which the tests ask again.
"""

from __future__ import annotations

import re

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
    "HUGEINT": "hugeint int128",
    "INTEGER": "integer int int4 int32 integral signed",
    "INTERVAL": "interval",
    "JSON": "json",
    "SMALLINT": "smallint int2 int16 short",
    "TIME": "time|time without time zone",
    "TIME WITH TIME ZONE": "timetz|time with time zone",
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
    "VARCHAR": "varchar text string char character bpchar nvarchar|character varying",
}
CANONICAL_NAMES: dict[str, str] = {
    alias: canonical
    for canonical, groups in _NAMES.items()
    for position, group in enumerate(groups.split("|"))
    for alias in ([group] if position else group.split())
}
"""Canonical name of each plain type name, in lower case."""

_DEFAULT_DECIMAL = ("18", "3")
# timestamp(p), by digits of a second.
_TIMESTAMP_OF_DIGITS = {"0": "TIMESTAMP_S"} | {
    str(digits): name
    for name, all_digits in {"TIMESTAMP_MS": (1, 2, 3), "TIMESTAMP": (4, 5, 6), "TIMESTAMP_NS": (7, 8, 9)}.items()
    for digits in all_digits
}
_PLAIN_IDENTIFIER = re.compile(r"[A-Za-z_]\w*\Z")


def canonical(data_type: str) -> str | None:
    """The name that ``typeof(null::data_type)`` gives, or ``None`` for a type that this table does not know."""
    try:
        return _render(parse_type(data_type))
    except TypeSyntaxError:
        return None


def _render(expression: TypeExpression) -> str | None:
    base = _base(expression)
    if base is None:
        return None
    return base + "".join(f"[{size}]" for size in expression.suffixes)


def _base(expression: TypeExpression) -> str | None:
    if expression.fields:
        return _nested(expression)
    if expression.name == "enum":
        return f"ENUM({', '.join(expression.arguments)})"
    name = CANONICAL_NAMES.get(f"{expression.name} {expression.tail}".strip())
    if name == "DECIMAL":
        precision, scale = (*expression.arguments, "0")[:2] if expression.arguments else _DEFAULT_DECIMAL
        return f"DECIMAL({precision},{scale})"
    if name == "TIMESTAMP" and expression.arguments:
        return _TIMESTAMP_OF_DIGITS.get(expression.arguments[0])
    return name


def _nested(expression: TypeExpression) -> str | None:
    parts: list[str] = []
    for field, field_type in expression.fields:
        rendered = _render(field_type)
        if rendered is None:
            return None
        parts.append(rendered if field is None else f"{_identifier(field)} {rendered}")
    name = "STRUCT" if expression.name == "row" else expression.name.upper()
    return f"{name}({', '.join(parts)})"


def _identifier(name: str) -> str:
    return name if _PLAIN_IDENTIFIER.match(name) else '"' + name.replace('"', '""') + '"'
