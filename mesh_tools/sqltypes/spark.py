"""The types of Apache Spark SQL and of Databricks, by the names that their catalogues give.

Source: Apache Spark documentation, "Data Types" (names and aliases of each type, ``decimal`` is ``decimal(10,0)``,
up to 38 digits; a ``char(n)`` is always read as n characters; ``timestamp`` is that of the session's time zone unless
configured otherwise), and the Databricks SQL reference, "Data types", which has the same names, with ``variant``,
``void`` and intervals. Names of fields have no case. Not asked of an engine.
"""

from __future__ import annotations

from mesh_tools.sqltypes.domain import (
    Array,
    Field,
    Floating,
    Mapping,
    Record,
    SqlType,
    Text,
    integer,
)
from mesh_tools.sqltypes.parse import Syntax, TypeExpression
from mesh_tools.sqltypes.table import Numbers, Table, decimals, identifier, parametrised, plain, texts

_LONGEST = 2**31 - 1
_UNITS = ("year", "month", "day", "hour", "minute", "second")
_INTERVALS = {
    f"interval {span}": f"|interval {span}"
    for span in (
        *_UNITS,
        "year to month",
        *(f"{a} to {b}" for i, a in enumerate(_UNITS[2:]) for b in _UNITS[3 + i :]),
    )
}


def _char(numbers: Numbers) -> SqlType | None:
    """Padded to its length when it is read, so that another length is another value."""
    return texts("char", None, _LONGEST, padding=f"to {numbers[0]}")(numbers) if numbers else None


def _varchar(numbers: Numbers) -> SqlType | None:
    """Its length has to be written."""
    return texts("varchar", None, _LONGEST)(numbers) if numbers else None


def _nested(expression: TypeExpression, parts: list[SqlType]) -> SqlType | None:
    match expression.name, parts:
        case "array", [element]:
            return SqlType(f"array<{element.name}>", Array(element))
        case "map", [key, value]:
            return SqlType(f"map<{key.name},{value.name}>", Mapping(key, value))
        case "struct", _:
            return _struct([name or "" for name, _ in expression.fields], parts)
        case _:
            return None


def _struct(names: list[str], parts: list[SqlType]) -> SqlType:
    pairs = list(zip(names, parts, strict=True))
    listed = (f"{identifier(name, '`')}:{part.name}{'' if part.nullable else ' NOT NULL'}" for name, part in pairs)
    fields = tuple(Field(name.casefold(), name, part) for name, part in pairs)
    return SqlType(f"struct<{','.join(listed)}>", Record("struct", fields))


TABLE = Table(
    syntax=Syntax(
        brackets="<>", nested={"array": "types", "map": "types", "struct": "named"}, quote="`", attributes=True
    ),
    plain=plain(
        {
            "tinyint": "tinyint byte",
            "smallint": "smallint short",
            "int": "int integer",
            "bigint": "bigint long",
            "float": "float real",
            "double": "double",
            "string": "string",
            "timestamp": "timestamp timestamp_ltz",
            **{name: name for name in ("binary", "boolean", "date", "timestamp_ntz", "variant", "void")},
            **_INTERVALS,
        },
        {
            "tinyint": integer(8),
            "smallint": integer(16),
            "int": integer(32),
            "bigint": integer(64),
            "float": Floating(24),
            "double": Floating(53),
            "string": Text(),
        },
    ),
    parametrised=parametrised(
        ("decimal dec numeric", decimals("decimal", (10, 0), precision=38, scale=38)),
        ("char character", _char),
        ("varchar", _varchar),
    ),
    nested=_nested,
)
