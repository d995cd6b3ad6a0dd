"""Snowflake's types.

Source: Snowflake documentation, "Summary of data types" and its pages: Numeric (``NUMBER`` is ``NUMBER(38,0)``, every
integer name as well, scale up to 37, all floats have 64 bits), String (``VARCHAR`` is ``VARCHAR(16777216)``, up to
134217728, ``CHAR`` is ``VARCHAR(1)`` and is not padded; ``BINARY`` 8388608, up to 67108864), Date & time (precision
0 to 9, the default; ``TIMESTAMP`` is ``TIMESTAMP_NTZ`` unless the account maps it otherwise), Structured (``NOT NULL``
of elements, values and fields; keys of an ``OBJECT`` are taken as they are written). Not asked of an engine.
"""

from __future__ import annotations

from mesh_tools.sqltypes.domain import Array, Field, Floating, Mapping, Record, SqlType, decimal
from mesh_tools.sqltypes.parse import Syntax, TypeExpression
from mesh_tools.sqltypes.table import Table, binaries, decimals, identifier, parametrised, plain, scaled, texts

_LONGEST_TEXT, _LONGEST_BINARY = 134_217_728, 67_108_864
_USUAL_TEXT, _USUAL_BINARY = 16_777_216, 8_388_608


def _nested(expression: TypeExpression, parts: list[SqlType]) -> SqlType | None:
    written = [part.name if part.nullable else f"{part.name} NOT NULL" for part in parts]
    match expression.name, parts:
        case "array", [element]:
            return SqlType(f"ARRAY({written[0]})", Array(element))
        case "map", [key, value]:
            return SqlType(f"MAP({', '.join(written)})", Mapping(key, value))
        case "object", _:
            names = [name or "" for name, _ in expression.fields]
            fields = tuple(Field(name, name, part) for name, part in zip(names, parts, strict=True))
            listed = ", ".join(identifier(name, '"') + " " + part for name, part in zip(names, written, strict=True))
            return SqlType(f"OBJECT({listed})", Record("object", fields))
        case _:
            return None


TABLE = Table(
    syntax=Syntax(nested={"array": "types", "map": "types", "object": "named"}, attributes=True),
    plain=plain(
        {
            "NUMBER(38,0)": "int integer bigint smallint tinyint byteint",
            "FLOAT": "float float4 float8 double real|double precision",
            "DECFLOAT": "decfloat",
            "BOOLEAN": "boolean",
            "DATE": "date",
            **{name.upper(): name for name in ("variant", "object", "array", "geography", "geometry", "file", "uuid")},
        },
        {"NUMBER(38,0)": decimal(38, 0), "FLOAT": Floating(53)},
    ),
    parametrised=parametrised(
        ("number decimal dec numeric", decimals("NUMBER", (38, 0), precision=38, scale=37)),
        (
            "varchar string text nvarchar nvarchar2|char varying|nchar varying|character varying",
            texts("VARCHAR", _USUAL_TEXT, _LONGEST_TEXT),
        ),
        ("char character nchar", texts("VARCHAR", 1, _LONGEST_TEXT)),
        ("binary varbinary", binaries("BINARY", "bytes", _USUAL_BINARY, _LONGEST_BINARY)),
        ("time", scaled("TIME{}", "time", 9, 9, show=True)),
        (
            "timestamp_ntz timestampntz timestamp datetime|timestamp without time zone",
            scaled("TIMESTAMP_NTZ{}", "timestamp", 9, 9, show=True),
        ),
        (
            "timestamp_ltz timestampltz|timestamp with local time zone",
            scaled("TIMESTAMP_LTZ{}", "timestamp of the session", 9, 9, show=True),
        ),
        (
            "timestamp_tz timestamptz|timestamp with time zone",
            scaled("TIMESTAMP_TZ{}", "timestamp with time zone", 9, 9, show=True),
        ),
    ),
    nested=_nested,
)
