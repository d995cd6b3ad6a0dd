"""Traces the models of many projects: parents first, in chunks, out of the cache where nothing has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

import msgspec

from mesh_tools.artifacts.reading import collector_paused
from mesh_tools.lineage.cache import LineageCache
from mesh_tools.lineage.inputs import TraceInput
from mesh_tools.lineage.levels import levels
from mesh_tools.lineage.names import RelationName
from mesh_tools.lineage.tasks import Columns, Done, Task
from mesh_tools.lineage.version import sqlglot_version
from mesh_tools.lineage.work import Workers
from mesh_tools.model.lineage import ColumnEdge, ModelLineage

__all__ = ["TraceInput", "trace"]


def trace(inputs: Sequence[TraceInput], *, cache: Path | None = None, workers: int = 1) -> dict[str, ModelLineage]:
    """Trace all models among ``inputs``.

    Args:
        inputs: Nodes of any number of projects; see :func:`mesh_tools.lineage.inputs.inputs_of`.
        cache: A file that remembers; it is made anew when it is missing, damaged or of another version.
        workers: Processes to trace with. The result is the same for any number.

    Returns:
        The lineage of every model and snapshot, by unique_id; what has no SQL of its own has none.

    Raises:
        MeshError: this version of sqlglot does not work as expected.
    """
    columns = {node.key: _declared(node) for node in inputs}
    found: dict[str, ModelLineage] = {}
    with LineageCache(cache, sqlglot_version()) as remembered, Workers(workers, remembered) as pool, collector_paused():
        for level in levels(inputs):
            for node, lineage in _traced(level, columns, remembered, pool):
                found[node.key] = lineage
                if node.columns is None and lineage.complete and lineage.is_traced:
                    columns[node.key] = (tuple(lineage.columns), True)
    for node in inputs:
        if node.sql is None and node.reason is not None:
            found[node.key] = _untraced(node, node.reason)
    return {node.key: found[node.key] for node in inputs if node.key in found}


def _declared(node: TraceInput) -> Columns:
    return (node.columns, True) if node.columns is not None else (node.otherwise, node.all_of_them)


def _traced(
    level: list[TraceInput], columns: Mapping[str, Columns], cache: LineageCache, pool: Workers
) -> Iterator[tuple[TraceInput, ModelLineage]]:
    """The lineage of each node of one level, in the level's order."""
    tasks = [_task(node, node.relations, columns) for node in level]
    results = _done(tasks, cache, pool)
    # SQL may name relations that dbt does not know it to read; they are looked for among all nodes of the project.
    beyond = {
        at: _task(node, {**node.relations, **more}, columns)
        for at, node in enumerate(level)
        if (more := {name: node.others[name] for name in results[at].missing if name in node.others})
    }
    for at, result in zip(beyond, _done(list(beyond.values()), cache, pool), strict=True):
        results[at] = result
    for node, result in zip(level, results, strict=True):
        yield node, _finished(node, result)


def _done(tasks: list[Task], cache: LineageCache, pool: Workers) -> list[Done]:
    """The results of ``tasks``, in their order, each remembered or traced and then remembered."""
    keys = [_cache_key(task) for task in tasks]
    known = cache.get(keys)
    fresh = {key: task for key, task in zip(keys, tasks, strict=True) if key not in known}
    traced = dict(zip(fresh, pool.run(list(fresh.values())), strict=True))
    cache.put(traced.items())
    known.update(traced)
    return [known[key] for key in keys]


def _task(node: TraceInput, relations: Mapping[RelationName, str], columns: Mapping[str, Columns]) -> Task:
    nodes = dict.fromkeys(relations.values())
    return Task(
        sql=node.sql or "",
        dialect=node.dialect,
        relations=tuple(relations.items()),
        columns=tuple((key, *columns.get(key, ((), False))) for key in nodes),
    )


def _cache_key(task: Task) -> bytes:
    digest = blake2b(task.sql.encode("utf-8", "surrogatepass"), digest_size=20)
    digest.update(_ENCODER.encode((task.dialect, task.relations, task.columns)))
    return digest.digest()


_ENCODER = msgspec.msgpack.Encoder()


def _finished(node: TraceInput, done: Done) -> ModelLineage:
    lineage = done.lineage
    unread = [key for key in node.reads if key not in lineage.reads]
    unknown = [name for name in done.missing if name not in node.others]
    if lineage.is_traced and unread and unknown:
        return _untraced(node, f"it reads {'.'.join(unknown[0])}, which is none of the relations that dbt knows of")
    if not lineage.is_traced:
        return _untraced(node, lineage.reason or "")
    return msgspec.structs.replace(lineage, unique_id=node.key, columns={**lineage.columns, **_appended(node, lineage)})


def _appended(node: TraceInput, lineage: ModelLineage) -> dict[str, tuple[ColumnEdge, ...]]:
    return {
        name: tuple(
            dict.fromkeys(
                ColumnEdge(edge.node, edge.column, edge.kind if edge.kind == "aggregate" else "transform")
                for column in made_of
                for edge in lineage.columns.get(column, ())
            )
        )
        for name, made_of in node.appended
    }


def _untraced(node: TraceInput, reason: str) -> ModelLineage:
    words = " ".join((node.sql or "").split())
    return ModelLineage(
        unique_id=node.key,
        method="table",
        reason=reason,
        reads=node.reads,
        complete=False,
        rows_digest=blake2b(words.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest() if words else None,
    )
