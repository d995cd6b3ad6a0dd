"""A small lineage of the catalogue, with something of everything."""

from __future__ import annotations

from typing import Any

from mesh_tools.site.facts.graph import ColumnLink, LineageEdge, LineageGraph, LineageNode, TracedShare

EVIL = '</script><img src=x onerror=alert(1)>"`:#%é😀'
BEHIND = "an internal model behind it is not traced: a Python model"
DELAYS = (("id", "id", "pass"), ("delay", "late", "aggregate"), ("delay", "", "filter"))
COLUMNS = tuple(f"c{number:02d}" for number in range(30))


def node(name: str, *columns: str, kind: Any = "product", domain: str = "air", **more: Any) -> LineageNode:
    return LineageNode(id=name, label=name, kind=kind, project=domain, domain=domain, columns=columns, **more)


def edge(source: str, target: str, *links: tuple[str, str, Any], **more: Any) -> LineageEdge:
    columns = tuple(ColumnLink(*link) for link in links)
    return LineageEdge(source=source, target=target, columns=columns, **{"method": "fast", **more})


def graph_of(*parts: LineageNode | LineageEdge, shares: tuple[TracedShare, ...] = ()) -> LineageGraph:
    nodes = {part.id: part for part in parts if isinstance(part, LineageNode)}
    edges = tuple(part for part in parts if isinstance(part, LineageEdge))
    return LineageGraph(nodes=nodes, edges=edges, shares=shares)


GRAPH = graph_of(
    node("air (sources)", kind="internal"),
    node("air.flights", "id", "delay", href="products/air/flights/index.html"),
    node("rail.trains", *COLUMNS, domain="rail"),
    node("rail.delays", "late", "id", domain="rail", reason=BEHIND),
    node("rail.board", kind="exposure", domain="rail"),
    node(EVIL, EVIL, domain=EVIL),
    edge("air (sources)", "air.flights", ("", "id", "rename"), through=2),
    edge("air.flights", "rail.delays", *DELAYS, through=1),
    edge("air.flights", "rail.trains", *(("id", column, "transform") for column in COLUMNS)),
    edge("rail.delays", "rail.board", method="table"),
    edge("rail.delays", EVIL, ("late", EVIL, "rename"), method="published"),
    shares=(TracedShare(domain="air", traced=3, models=3), TracedShare(domain="rail", traced=1, models=3)),
)  # fmt: skip
