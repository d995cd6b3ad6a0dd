"""The lineage as data for the explorer: to open a node is to load one small file, however large the mesh is.

A node's record holds its neighbours with what leads to and from them, and enough of each neighbour to draw it. Which
file has a node is told by a digest of its id, which the browser computes too: no index of all nodes is loaded.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, get_args

from msgspec.json import encode

from mesh_tools.site.facts.graph import ColumnLink, LineageEdge, LineageGraph, LineageNode, NodeKind
from mesh_tools.site.gather.lineage_index import LineageIndex
from mesh_tools.site.gather.lineage_paths import KINDS, METHODS, USES
from mesh_tools.site.output import Page

NODE_KINDS: tuple[NodeKind, ...] = get_args(NodeKind)
LINK_KINDS = (*KINDS, *USES)
_NODES_IN_A_FILE = 8
_OFFSET, _PRIME, _WORD = 2166136261, 16777619, 0xFFFFFFFF  # FNV-1a, 32 bits


def digest(text: str) -> int:
    """FNV-1a over the UTF-16 code units of ``text``: those that JavaScript has."""
    units = array("H", text.encode("utf-16-le", "surrogatepass"))
    found = _OFFSET
    for unit in units:
        found = (found ^ unit) * _PRIME & _WORD
    return found


def bucket_count(graph: LineageGraph) -> int:
    """How many files there are; a power of two, so that few files change their nodes when the mesh grows."""
    count = 1
    while count * _NODES_IN_A_FILE < len(graph.nodes):
        count *= 2
    return count


def shards(graph: LineageGraph, index: LineageIndex) -> Iterator[Page]:
    """``data/lineage/b0.js`` and so on, and ``data/lineage/names.js`` with the names of all nodes."""
    if not graph.nodes:
        return
    count = bucket_count(graph)
    buckets: defaultdict[int, list[LineageNode]] = defaultdict(list)
    for node in graph.nodes.values():
        buckets[digest(node.id) % count].append(node)
    for number in range(count):
        # Encoded file by file: all records at once would be most of the memory that the site takes.
        yield _shard(f"lineage/b{number}", [_record(node, graph, index) for node in buckets[number]])
    yield _shard("lineage/names", [_name(node) for node in graph.nodes.values()])


def _shard(key: str, value: Any) -> Page:
    return Page(f"data/{key}.js", f'M.put("{key}", {encode(value).decode()});\n')


def _name(node: LineageNode) -> tuple[Any, ...]:
    """An empty label is the id."""
    return (node.id, node.label if node.label != node.id else "", NODE_KINDS.index(node.kind), node.domain)


def _record(node: LineageNode, graph: LineageGraph, index: LineageIndex) -> tuple[Any, ...]:
    upstream, downstream = index.upstream.get(node.id, []), index.downstream.get(node.id, [])
    return (
        *_name(node),
        node.href or "",
        node.columns,
        node.reason or "",
        [_neighbour(graph.nodes[edge.source], edge, index) for edge in upstream],
        [_neighbour(graph.nodes[edge.target], edge, index) for edge in downstream],
    )


def _neighbour(node: LineageNode, edge: LineageEdge, index: LineageIndex) -> tuple[Any, ...]:
    return (
        *_name(node),
        len(node.columns),
        len(index.upstream.get(node.id, ())),
        len(index.downstream.get(node.id, ())),
        METHODS.index(edge.method),
        edge.through,
        [_link(link) for link in edge.columns],
    )


def _link(link: ColumnLink) -> str | tuple[str, str, int]:
    """A column that is passed on under its name is that name alone: most are."""
    if link.kind == "pass" and link.column == link.to:
        return link.column
    return (link.column, link.to, LINK_KINDS.index(link.kind))
