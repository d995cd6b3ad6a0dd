"""Canonical names of SQL types, a table for each warehouse."""

from __future__ import annotations

from collections.abc import Callable

from mesh_tools.sqltypes import duckdb

_CANONICALISERS: dict[str, Callable[[str], str | None]] = {"duckdb": duckdb.canonical}


def canonical_type(data_type: str | None, adapter: str | None) -> str | None:
    """The warehouse's own name for ``data_type``.

    Args:
        data_type: As written in a contract, such as ``int4`` or ``numeric(18, 2)``.
        adapter: dbt's name of the warehouse, such as ``duckdb``.

    Returns:
        The canonical name, or ``None`` where the type or the warehouse's types are not known.
    """
    canonicalise = _CANONICALISERS.get(adapter or "")
    return canonicalise(data_type) if canonicalise is not None and data_type else None
