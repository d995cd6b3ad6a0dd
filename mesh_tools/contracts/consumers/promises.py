"""What a consumer's own contract, and the table that it keeps between builds, make of other columns."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mesh_tools.contracts.consumers.dialect import DUCKDB, as_duckdb_type
from mesh_tools.contracts.consumers.reader import Reader
from mesh_tools.contracts.consumers.shadow import ANY_TYPE, ShadowColumns
from mesh_tools.sqltypes import compare_types

_NUMBERS = re.compile(r"\([^()]*\)")
# What an inserted value may become without an error.
_FITS = frozenset({"same", "narrowed"})

SNAPSHOT_COLUMNS: ShadowColumns = (
    ("dbt_scd_id", "VARCHAR"),
    ("dbt_updated_at", "TIMESTAMP"),
    ("dbt_valid_from", "TIMESTAMP"),
    ("dbt_valid_to", "TIMESTAMP"),
)
"""What dbt adds to the columns of a snapshot's query."""


def declared_columns(reader: Reader) -> ShadowColumns | None:
    """The columns of the reader's YAML; ``None`` unless all have types that are known."""
    typed = tuple((name, as_duckdb_type(data_type, reader.adapter)) for name, data_type in reader.declared)
    known = tuple((name, data_type) for name, data_type in typed if data_type)
    return known if known and len(known) == len(typed) else None


def named_columns(reader: Reader, names: Iterable[str] = ()) -> ShadowColumns | None:
    """The columns of the reader's YAML, and others of these ``names``; ``None`` when there are none.

    Types that are not known become one that fits everywhere.
    """
    types = {name: as_duckdb_type(data_type, reader.adapter) or ANY_TYPE for name, data_type in reader.declared}
    known = {name.lower() for name in types}
    types |= {name: ANY_TYPE for name in names if name.lower() not in known}
    return tuple(types.items()) or None


def contract_faults(reader: Reader, output: ShadowColumns) -> tuple[str, ...]:
    """How ``output`` differs from the contract of ``reader``, as dbt's ``assert_columns_equivalent`` compares them.

    By name and type, whatever their order. dbt asks DuckDB for exact types, and other warehouses for type codes
    without width and scale. No faults where the contract's types are not known.
    """
    declared = declared_columns(reader)
    if declared is None:
        return ()
    exact = reader.adapter in DUCKDB
    promised = {name.lower(): _compared(data_type, exact=exact) for name, data_type in declared}
    found = {name.lower(): _compared(data_type, exact=exact) for name, data_type in output}
    gone = [f"its contract has {name}, its SQL has not" for name in promised if name not in found]
    new = [f"{name} is not in its contract" for name in found if name not in promised]
    types = [
        f"{name} is {found[name]}, its contract says {data_type}"
        for name, data_type in promised.items()
        if name in found and found[name] not in {data_type, ANY_TYPE}
    ]
    return (*gone, *new, *types)


def stored_faults(reader: Reader, kept: ShadowColumns, output: ShadowColumns) -> tuple[str, ...]:
    """Why rows of ``output`` cannot be added to a table of the columns ``kept``.

    dbt inserts by name: a column that is missing fails, except in snapshots, which keep it empty; a new one is left
    out, unless ``on_schema_change`` is ``fail``. Values that the stored type may not hold fail when they come.
    """
    if reader.on_schema_change == "sync_all_columns":
        return ()
    stored = {name.lower(): data_type for name, data_type in kept}
    found = {name.lower(): data_type for name, data_type in output}
    gone = [f"its table has {name}, its SQL has not" for name in stored if name not in found]
    new = [f"{name} is not in its table" for name in found if name not in stored]
    types = [
        f"{name} is {found[name]}, its table keeps {data_type}"
        for name, data_type in stored.items()
        if name in found and compare_types(data_type, found[name], "duckdb").kind not in _FITS
    ]
    tolerates = reader.kind == "snapshot" or reader.on_schema_change == "append_new_columns"
    return (
        *(() if reader.kind == "snapshot" else gone),
        *(new if reader.on_schema_change == "fail" and not tolerates else ()),
        *types,
    )


def _compared(data_type: str, *, exact: bool) -> str:
    return data_type if exact else _NUMBERS.sub("", data_type)
