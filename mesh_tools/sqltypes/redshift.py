"""Amazon Redshift's types, by the names that its catalogue gives.

Source: Amazon Redshift Database Developer Guide, "Data types": Numeric (``decimal`` is ``decimal(18,0)``, precision
up to 38, scale up to 37), Character (lengths in bytes; ``char`` is ``char(1)``, ``varchar`` and ``text``
``varchar(256)``, ``bpchar`` ``char(256)``, ``max`` 4096 and 65535), Datetime (microseconds, no precision), VARBYTE
(64,000 when no length is written, up to 16,777,216). Not asked of an engine.
"""

from __future__ import annotations

from mesh_tools.sqltypes.domain import Floating, Scaled, SqlType, Text, integer
from mesh_tools.sqltypes.parse import Syntax
from mesh_tools.sqltypes.table import Table, binaries, decimals, nothing_nested, parametrised, plain, texts

_LONGEST_CHAR, _LONGEST_VARCHAR = 4096, 65535
_CHAR, _VARCHAR = "char character nchar", "varchar nvarchar|character varying|national character varying"

TABLE = Table(
    syntax=Syntax(nested={}),
    plain={
        **plain(
            {
                "smallint": "smallint int2",
                "integer": "integer int int4",
                "bigint": "bigint int8",
                "real": "real float4",
                "double precision": "float float8|double precision",
                "boolean": "boolean bool",
                "date": "date",
                "time without time zone": "time|time without time zone",
                "time with time zone": "timetz|time with time zone",
                "timestamp without time zone": "timestamp|timestamp without time zone",
                "timestamp with time zone": "timestamptz|timestamp with time zone",
                "interval year to month": "|interval year to month",
                "interval day to second": "|interval day to second",
                "super": "super",
                "geometry": "geometry",
                "geography": "geography",
                "hllsketch": "hllsketch",
            },
            {
                "smallint": integer(16),
                "integer": integer(32),
                "bigint": integer(64),
                "real": Floating(24),
                "double precision": Floating(53),
                "time without time zone": Scaled("time"),
                "timestamp without time zone": Scaled("timestamp"),
            },
        ),
        "bpchar": SqlType("character(256)", Text(256, "blanks")),
        "text": SqlType("character varying(256)", Text(256)),
    },
    parametrised=parametrised(
        ("decimal numeric dec", decimals("numeric", (18, 0), precision=38, scale=37)),
        (_CHAR, texts("character", 1, _LONGEST_CHAR, padding="blanks")),
        (_VARCHAR, texts("character varying", 256, _LONGEST_VARCHAR)),
        ("varbyte varbinary|binary varying", binaries("binary varying", "bytes", 64_000, 16_777_216)),
    ),
    nested=nothing_nested,
    largest={
        **dict.fromkeys(_CHAR.split(), _LONGEST_CHAR),
        **dict.fromkeys(("varchar", "nvarchar", "character varying"), _LONGEST_VARCHAR),
    },
)
