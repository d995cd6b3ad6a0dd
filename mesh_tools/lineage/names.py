"""Names of columns and relations, comparable: as the warehouse folds their case.

A column is written in lower case wherever its warehouse folds case: ``ID`` of Snowflake and ``id`` of Postgres are
both ``id``. A name that was quoted to differ from what folding makes of it keeps its case, and on a warehouse that
folds to upper case a quoted name in lower case keeps its quotes: ``"id"`` is not ``id`` there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

RelationName = tuple[str, ...]
"""A relation as SQL names it, from the outermost part to the innermost, in lower case: dbt never makes two relations
whose names differ in case alone. A function that reads files is ``("()", text)``."""

FUNCTION = "()"

_UPPER = frozenset({"snowflake", "oracle", "exasol"})
_LOWER = frozenset({"postgres", "materialize", "risingwave", ""})
_SENSITIVE = frozenset({"clickhouse"})
_PART = re.compile(r'"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|\[([^\]]*)\]|\'((?:[^\']|\'\')*)\'|([^."`\[\]\']+)')


def column_key(name: str, dialect: str, *, quoted: bool = False) -> str:
    """``name`` as lineage writes it.

    Args:
        name: Without quotes.
        dialect: sqlglot's name of the SQL.
        quoted: Whether quotes protect its case.
    """
    if dialect in _SENSITIVE:
        return name
    if dialect not in _UPPER:
        return name if quoted and dialect in _LOWER else name.lower()
    if not quoted or name == name.upper():
        return name.lower()
    return f'"{name}"' if name == name.lower() else name


def relation_key(parts: Iterable[str]) -> RelationName:
    """The comparable name of a relation of these parts; parts that are empty do not count."""
    return tuple(part.lower() for part in parts if part)


def parse_relation(text: str, dialect: str) -> RelationName:
    """The comparable name of a relation that is written as SQL, such as dbt's ``relation_name``."""
    text = text.strip()
    if "(" in text and not text.startswith(('"', "`", "[")):
        return (FUNCTION, text)
    found = [next(part for part in match.groups() if part is not None) for match in _PART.finditer(text)]
    if dialect == "bigquery":  # one pair of quotes may hold the whole path
        found = [piece for part in found for piece in part.split(".")]
    return relation_key(part.strip() for part in found)


def warehouse_name(key: str, dialect: str) -> str:
    """The name that the warehouse itself has for the column ``key``."""
    if dialect not in _UPPER:
        return key
    if len(key) > 1 and key.startswith('"') and key.endswith('"'):
        return key[1:-1]
    return key.upper() if key == key.lower() else key
