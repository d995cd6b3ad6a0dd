"""What `mesh graph` prints."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesh_tools.mesh.graph import CrossEdge, MeshGraph
from mesh_tools.report.console import print_table


def print_graph(to: Console, graph: MeshGraph) -> None:
    """Build order, edges between projects, and what is wrong: cycles, nodes that no project has."""
    to.print(Text("build order", style="bold"))
    for position, wave in enumerate(graph.waves() if not graph.node_cycles() else (), start=1):
        part = "" if wave.nodes is None else f", {len(wave.nodes)} of its nodes"
        to.print(Text(f"  {position}. {wave.project}{part}"))
    to.print()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("product", "used by", "as"):
        table.add_column(heading)
    for edge in (*graph.cross_edges(), *graph.external_edges):
        if edge.consumer.holds_data or edge.kind != "ref":
            external = ", external" if edge.producer.project not in graph.projects else ""
            table.add_row(edge.producer.label, edge.consumer.label, f"{edge.kind}{external}")
    print_table(to, table)
    for cycle in graph.node_cycles():
        path = " -> ".join(node.label for node in cycle)
        to.print(Text(f"cycle of models, cannot be built: {path}", style="red"))
    for projects in graph.project_cycles():
        to.print(Text(f"cycle of projects, built in waves: {' -> '.join(projects)}", style="yellow"))
    for unique_id, readers in graph.missing.items():
        to.print(Text(f"{unique_id} is in no project; read by {', '.join(readers)}", style="red"))


def graph_document(graph: MeshGraph) -> dict[str, Any]:
    """The same for programs, with every edge."""
    cycles = graph.node_cycles()
    return {
        "projects": graph.upstream_projects(),
        "waves": []
        if cycles
        else [
            {"project": w.project, "number": w.number, "nodes": None if w.nodes is None else sorted(w.nodes)}
            for w in graph.waves()
        ],
        "edges": [_edge_document(edge) for edge in graph.cross_edges()],
        "external_edges": [_edge_document(edge) for edge in graph.external_edges],
        "node_cycles": [[node.key for node in cycle] for cycle in cycles],
        "project_cycles": [list(cycle) for cycle in graph.project_cycles()],
        "missing": {unique_id: list(readers) for unique_id, readers in graph.missing.items()},
    }


def _edge_document(edge: CrossEdge) -> dict[str, str]:
    return {"producer": edge.producer.key, "consumer": edge.consumer.key, "kind": edge.kind}
