"""What lies beside a node, and where a column comes from, in a lineage that was gathered."""

from __future__ import annotations

from mesh_tools.site.facts.graph import ColumnLink, LineageEdge, LineageGraph, LineageNode
from mesh_tools.site.gather.lineage_index import LineageIndex

NODES = {
    name: LineageNode(id=name, label=name, kind="product", project="p", domain="d", columns=("x",))
    for name in ("a", "b", "c")
}
LINKS = (ColumnLink("x", "y", "rename"), ColumnLink("x", "", "join"))
INDEX = LineageIndex(
    LineageGraph(
        nodes=NODES,
        edges=(
            LineageEdge(
                source="a",
                target="b",
                method="fast",
                columns=(ColumnLink("x", "y", "rename"), ColumnLink("x", "", "join")),
            ),
            LineageEdge(source="a", target="c", method="table"),
        ),
    )
)


def test_a_column_comes_from_those_that_go_straight_into_it() -> None:
    assert [(found.node.id, found.column, found.kind) for found in INDEX.origins_of("b", "y")] == [("a", "x", "rename")]
    assert INDEX.origins_of("a", "x") == ()


def test_a_node_knows_what_lies_beside_it() -> None:
    assert [edge.target for edge in INDEX.downstream["a"]] == ["b", "c"]
    assert [edge.source for edge in INDEX.upstream["c"]] == ["a"]
