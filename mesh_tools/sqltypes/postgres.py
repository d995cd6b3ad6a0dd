"""PostgreSQL's types, by the names that its ``format_type()`` gives.

Source: PostgreSQL documentation, chapter 8 "Data Types": 8.1 Numeric (``numeric`` without numbers is unbounded,
precision up to 1000), 8.3 Character (``character`` is ``character(1)``, ``varchar`` and ``bpchar`` without a number
are unlimited, blanks at the end of ``character`` do not count), 8.5 Date/Time (precision 0 to 6, the default), 8.15
Arrays (sizes and the number of dimensions are not enforced). Not asked of an engine.
"""

from __future__ import annotations

from mesh_tools.sqltypes.domain import Array, Floating, SqlType, Text, integer
from mesh_tools.sqltypes.parse import Syntax
from mesh_tools.sqltypes.table import (
    UNBOUNDED,
    Numbers,
    Table,
    binaries,
    decimals,
    nothing_nested,
    parametrised,
    plain,
    scaled,
    texts,
)

_LONGEST_TEXT, _LONGEST_BITS = 10_485_760, 83_886_080
_REAL, _DOUBLE = Floating(24), Floating(53)
_BY_THEMSELVES = (
    "date json jsonb uuid xml money inet cidr macaddr macaddr8 oid point line lseg box path polygon circle tsvector "
    "tsquery pg_lsn int4range int8range numrange tsrange tstzrange daterange bytea"
)
_padded = texts("character", None, _LONGEST_TEXT, padding="blanks")


def _float(numbers: Numbers) -> SqlType | None:
    """``float(n)`` counts bits of the significand."""
    bits = numbers[0] if numbers else _DOUBLE.bits
    if len(numbers) > 1 or not 1 <= bits <= _DOUBLE.bits:
        return None
    return SqlType("real", _REAL) if bits <= _REAL.bits else SqlType("double precision", _DOUBLE)


def _character(numbers: Numbers) -> SqlType | None:
    return _padded(numbers or (1,))


def _bpchar(numbers: Numbers) -> SqlType | None:
    return _padded(numbers) if numbers else SqlType("bpchar", Text(padding="blanks"))


def _array(element: SqlType) -> SqlType:
    """Of any number of dimensions: one type."""
    return element if isinstance(element.domain, Array) else SqlType(f"{element.name}[]", Array(element))


TABLE = Table(
    syntax=Syntax(nested={}),
    plain=plain(
        {
            "smallint": "smallint int2",
            "integer": "integer int int4",
            "bigint": "bigint int8",
            "real": "real float4",
            "double precision": "float8|double precision",
            "text": "text",
            "boolean": "boolean bool",
            **{name: name for name in _BY_THEMSELVES.split()},
        },
        {
            "smallint": integer(16),
            "integer": integer(32),
            "bigint": integer(64),
            "real": _REAL,
            "double precision": _DOUBLE,
            "text": Text(),
        },
    ),
    parametrised=parametrised(
        ("numeric decimal dec", decimals("numeric", UNBOUNDED, precision=1000, scale=1000)),
        ("float", _float),
        ("varchar|character varying", texts("character varying", None, _LONGEST_TEXT)),
        ("char character", _character),
        ("bpchar", _bpchar),
        ("bit", binaries("bit", "bit", 1, _LONGEST_BITS)),
        ("varbit|bit varying", binaries("bit varying", "varbit", None, _LONGEST_BITS)),
        ("time|time without time zone", scaled("time{} without time zone", "time", 6, 6)),
        ("timetz|time with time zone", scaled("time{} with time zone", "timetz", 6, 6)),
        ("timestamp|timestamp without time zone", scaled("timestamp{} without time zone", "timestamp", 6, 6)),
        ("timestamptz|timestamp with time zone", scaled("timestamp{} with time zone", "timestamptz", 6, 6)),
        ("interval", scaled("interval{}", "interval", 6, 6)),
    ),
    nested=nothing_nested,
    array=_array,
)
