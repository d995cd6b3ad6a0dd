"""Canonical names of SQL types, and what a change of a type means: a table for each warehouse."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from mesh_tools.sqltypes import bigquery, duckdb, postgres, redshift, snowflake, spark
from mesh_tools.sqltypes.change import SAME, UNKNOWN, NestedChange, TypeChange, TypeChangeKind
from mesh_tools.sqltypes.domain import SqlType
from mesh_tools.sqltypes.lattice import compare

__all__ = ["NestedChange", "TypeChange", "TypeChangeKind", "canonical_type", "compare_types"]

_WAREHOUSES: dict[str, Callable[[str], SqlType | None]] = {
    "bigquery": bigquery.TABLE.sql_type,
    "databricks": spark.TABLE.sql_type,
    "duckdb": duckdb.sql_type,
    "motherduck": duckdb.sql_type,
    "postgres": postgres.TABLE.sql_type,
    "redshift": redshift.TABLE.sql_type,
    "snowflake": snowflake.TABLE.sql_type,
    "spark": spark.TABLE.sql_type,
}
"""By dbt's name of the adapter."""
_BLANKS = re.compile(r"\s+")


def canonical_type(data_type: str | None, adapter: str | None) -> str | None:
    """The warehouse's own name for ``data_type``.

    Args:
        data_type: As written in a contract, such as ``int4`` or ``numeric(18, 2)``.
        adapter: dbt's name of the warehouse, such as ``duckdb``.

    Returns:
        The canonical name, or ``None`` where the type or the warehouse's types are not known.
    """
    known = _known(data_type, adapter) if data_type and adapter else None
    return known.name if known else None


def compare_types(old: str | None, new: str | None, adapter: str | None) -> TypeChange:
    """What a change from type ``old`` to type ``new`` means.

    Args:
        old: As written in a contract, or canonical; ``None`` where none is declared.
        new: Likewise.
        adapter: dbt's name of the warehouse that holds both, such as ``duckdb``.
    """
    if old == new:
        return SAME
    if not (old and new):
        return UNKNOWN if old or new else SAME
    before, after = (_known(data_type, adapter) if adapter else None for data_type in (old, new))
    if before and after:
        return compare(before, after)
    return SAME if _squeezed(old) == _squeezed(new) else UNKNOWN


@lru_cache(maxsize=4096)
def _known(data_type: str, adapter: str) -> SqlType | None:
    read = _WAREHOUSES.get(adapter)
    return read(data_type) if read else None


def _squeezed(data_type: str) -> str:
    """Without blanks and in one case, but for quoted text, which means what it says."""
    return data_type if "'" in data_type or '"' in data_type else _BLANKS.sub("", data_type).casefold()
