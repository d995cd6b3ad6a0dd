"""From what the tracer knows at the end to the lineage that others read."""

from __future__ import annotations

from mesh_tools.lineage.query.context import Context
from mesh_tools.lineage.query.values import AGGREGATE, BARE, Relation, Value
from mesh_tools.model.lineage import (
    ColumnEdge,
    EdgeKind,
    HazardousRead,
    IndirectUse,
    ModelLineage,
    TraceMethod,
    UseKind,
)


def lineage_of(method: TraceMethod, root: Relation, context: Context) -> ModelLineage:
    """The lineage of a model whose query is ``root``; who that is, others know."""
    columns = {name: edges_of(name, value) for name, value in root.columns.items()}
    direct = {leaf for value in root.columns.values() for leaf in value.leaves}
    uses = set(root.rows)
    for value in root.columns.values():
        uses |= value.carried
    used = direct | {(node, column) for node, column, _ in uses}
    uses |= {(node, column, "select") for node, column in context.named - used}
    hazards = context.hazards | {(node, "star") for node in root.open}
    return ModelLineage(
        unique_id="",
        method=method,
        columns=columns,
        indirect=tuple(IndirectUse(node, column, _use(kind)) for node, column, kind in sorted(uses)),
        reads=tuple(context.reads),
        hazards=tuple(HazardousRead(node, hazard) for node, hazard in sorted(hazards)),  # type: ignore[arg-type]
        complete=root.complete and not any(name.startswith("<") for name in columns),
        expressions={name: value.digest for name, value in root.columns.items()},
        rows_digest=root.digest,
    )


def edges_of(name: str, value: Value) -> tuple[ColumnEdge, ...]:
    """The edges into the output column ``name``."""
    return tuple(
        ColumnEdge(node, column, _kind(name, column, done)) for (node, column), done in sorted(value.leaves.items())
    )


def _kind(name: str, column: str, done: int) -> EdgeKind:
    if done == BARE:
        return "pass" if name == column else "rename"
    return "aggregate" if done == AGGREGATE else "transform"


def _use(kind: str) -> UseKind:
    return kind  # type: ignore[return-value]
