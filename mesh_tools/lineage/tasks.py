"""What goes to the tracer and what comes back, as plain values: they cross processes, and the cache keeps them."""

from __future__ import annotations

from msgspec import Struct

from mesh_tools.lineage.names import RelationName
from mesh_tools.model.lineage import ModelLineage

Columns = tuple[tuple[str, ...], bool]
"""Columns of a node in their order, and whether they are all that there are."""


class Task(Struct, frozen=True, array_like=True):
    """One query.

    Attributes:
        sql: Compiled.
        dialect: sqlglot's name of it.
        relations: The nodes that it may read, by their names in the SQL.
        columns: What is known of those nodes: unique_id, columns, whether these are all.
    """

    sql: str
    dialect: str
    relations: tuple[tuple[RelationName, str], ...]
    columns: tuple[tuple[str, tuple[str, ...], bool], ...]


class Done(Struct, frozen=True, array_like=True):
    """A traced query: its lineage without the model's name, and the relations in it that are no nodes."""

    lineage: ModelLineage
    missing: tuple[RelationName, ...] = ()
