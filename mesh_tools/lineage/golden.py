"""Traces a handful of queries whose lineage is known, so that a sqlglot that works otherwise cannot mislead."""

from __future__ import annotations

from functools import cache
from typing import Literal

from mesh_tools.errors import MeshError
from mesh_tools.lineage.tasks import Task
from mesh_tools.lineage.version import WORKS_WITH, sqlglot_version

_RELATIONS = ((("a",), "a"), (("b",), "b"))
_COLUMNS = (("a", ("id", "x", "y"), True), ("b", ("id", "z"), True))
_PATHS: tuple[Literal["any", "exact"], ...] = ("any", "exact")
_QUERIES: tuple[tuple[str, str, str], ...] = (
    (
        "duckdb",
        "with o as (select * from a) select id, x + y as s from o where y > 0",
        "id=a.id s=a.x,a.y | a.y:filter",
    ),
    ("postgres", "select * from a join b using (id)", "id=a.id x=a.x y=a.y z=b.z | a.id:join b.id:join"),
    ("snowflake", "select sum(X) as T from a group by y", "t=a.x | a.y:group"),
    ("duckdb", "select id, x from a union all select id, z from b", "id=a.id,b.id x=a.x,b.z |"),
    (
        "duckdb",
        "with recursive r as (select id from a union all select b.z from r join b on b.id = r.id) select * from r",
        "id=a.id,b.z | a.id:join b.id:join b.z:join",
    ),
    ("postgres", "select (select max(z) from b where b.id = a.id) as m from a", "m=b.z | a.id:filter b.id:filter"),
)


@cache
def check() -> None:
    """Trace the queries; once in a process.

    Raises:
        MeshError: a result is not as it should be.
    """
    from mesh_tools.lineage.query.tracer import trace_query  # noqa: PLC0415  it loads sqlglot

    for dialect, sql, expected in _QUERIES:
        for path in _PATHS:
            lineage = trace_query(Task(sql, dialect, _RELATIONS, _COLUMNS), path=path).lineage
            found = " ".join(
                f"{name}={','.join(f'{edge.node}.{edge.column}' for edge in edges)}"
                for name, edges in lineage.columns.items()
            )
            found += " |" + "".join(f" {use.node}.{use.column}:{use.kind}" for use in lineage.indirect)
            if found != expected:
                raise MeshError(
                    f"sqlglot {sqlglot_version()} does not trace columns as it should: {lineage.reason or found}",
                    hint=f"install a version that does: pip install '{WORKS_WITH}'",
                )
