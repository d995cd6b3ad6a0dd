"""Column lineage and column usage of models, as values.

Nodes are named by dbt's unique_id; columns as their relation has them (in lower case where the warehouse folds case).
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

EdgeKind = Literal["pass", "rename", "transform", "aggregate"]
"""How an upstream column becomes an output column."""
UseKind = Literal["select", "join", "filter", "group", "order", "window"]
"""What a query does with a column that it reads."""
TraceMethod = Literal["fast", "exact", "table"]
"""``fast``: resolver of our own over whitelisted syntax. ``exact``: sqlglot's qualified tree. ``table``: not traced."""
Hazard = Literal["star", "positional", "natural_join", "unqualified"]
"""Ways to depend on columns that a query does not name: ``select *`` that reaches its output, set operations by
position over a ``*``, NATURAL JOIN, and unqualified names in a query of several relations."""


class ColumnEdge(Struct, frozen=True, array_like=True):
    """``column`` of ``node`` goes into an output column."""

    node: str
    column: str
    kind: EdgeKind


class IndirectUse(Struct, frozen=True, array_like=True):
    """``column`` of ``node`` decides which rows there are, or how they are joined, grouped or ordered."""

    node: str
    column: str
    kind: UseKind


class HazardousRead(Struct, frozen=True, array_like=True):
    """``node`` is read in a way that depends on columns that are not named."""

    node: str
    hazard: Hazard


class ModelLineage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of one model's SQL.

    Attributes:
        unique_id: dbt's.
        method: How it was traced.
        reason: With ``table``: why it was not traced, in one line.
        columns: Output columns in their order, each with the upstream columns that go into it.
        indirect: Upstream columns that the query joins, filters, groups or orders by.
        reads: unique_ids of the nodes that it reads, traced or not.
        hazards: Reads that depend on columns that are not named.
        complete: Whether ``columns`` are all columns, in their order; false where a ``*`` could not be expanded.
        expressions: A digest of each output column's expression, of the same tracer alone comparable.
        rows_digest: The same of what decides which rows there are: sources, joins, filters, grouping, set operations.
    """

    unique_id: str
    method: TraceMethod
    reason: str | None = None
    columns: dict[str, tuple[ColumnEdge, ...]] = {}
    indirect: tuple[IndirectUse, ...] = ()
    reads: tuple[str, ...] = ()
    hazards: tuple[HazardousRead, ...] = ()
    complete: bool = True
    expressions: dict[str, str] = {}
    rows_digest: str | None = None

    @property
    def is_traced(self) -> bool:
        """Whether columns are known."""
        return self.method != "table"

    def used_columns(self, node: str) -> frozenset[str] | None:
        """The columns of ``node`` that this model uses in any way, or ``None`` when it was not traced."""
        if not self.is_traced:
            return None
        direct = {edge.column for edges in self.columns.values() for edge in edges if edge.node == node}
        return frozenset(direct | {use.column for use in self.indirect if use.node == node})
