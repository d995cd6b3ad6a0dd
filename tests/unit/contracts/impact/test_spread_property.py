"""Random meshes: what spreads is what the lineage graph has, nothing is left out, any question has an answer."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_tools.contracts.impact.nodes import Node
from mesh_tools.contracts.impact.spread import distances, readers_of, spread
from mesh_tools.contracts.impact.target import resolve
from mesh_tools.contracts.impact.values import Impact, Target, Use
from mesh_tools.errors import MeshError
from mesh_tools.lineage.graph import MeshLineage
from mesh_tools.model.interface import Column, Interface, Owner, Product, ProductVersion
from mesh_tools.model.lineage import ColumnEdge, EdgeKind, IndirectUse, ModelLineage
from mesh_tools.report.impact import impact_mermaid

KINDS: tuple[EdgeKind, ...] = ("pass", "rename", "transform", "aggregate")
COLUMNS = ("a", "b", "c")


@st.composite
def meshes(draw: st.DrawFn) -> dict[str, Node]:
    """Up to eight models, each reading some before it; a few of them not traced."""
    nodes: dict[str, Node] = {}
    for number in range(draw(st.integers(2, 8))):
        key = f"model.p.m{number}"
        reads = draw(st.lists(st.sampled_from(list(nodes)), unique=True, max_size=3)) if nodes else []
        edge = st.builds(ColumnEdge, st.sampled_from(reads or [key]), st.sampled_from(COLUMNS), st.sampled_from(KINDS))
        edges = st.lists(edge, max_size=2 if reads else 0).map(tuple)
        use = st.builds(IndirectUse, st.sampled_from(reads or [key]), st.sampled_from(COLUMNS), st.just("filter"))
        lineage = ModelLineage(
            unique_id=key,
            method="exact",
            columns={name: draw(edges) for name in COLUMNS},
            indirect=tuple(draw(st.lists(use, max_size=1 if reads else 0))),
            reads=tuple(reads),
        )
        traced = number == 0 or draw(st.booleans()) or draw(st.booleans())
        nodes[key] = Node(
            key=key,
            unique_id=key,
            project="p",
            name=f"m{number}",
            kind="model",
            inputs=tuple(reads),
            lineage=lineage if traced else None,
        )
    return nodes


@settings(max_examples=100)
@given(nodes=meshes())
def test_columns_that_are_made_of_one_are_those_of_the_lineage_graph(nodes: dict[str, Node]) -> None:
    start = "model.p.m0"
    reached = spread(nodes, readers_of(nodes), [start], "a")
    graph = MeshLineage({key: node.lineage for key, node in nodes.items() if node.lineage})
    expected = {(found.node, found.column) for found in graph.downstream(start, "a") if found.is_known}
    assert {(key, column) for key, reach in reached.items() for column in reach.columns} == expected


@settings(max_examples=100)
@given(nodes=meshes())
def test_what_reads_something_that_was_not_traced_may_use_the_column(nodes: dict[str, Node]) -> None:
    readers = readers_of(nodes)
    reached = spread(nodes, readers, ["model.p.m0"], "a")
    for node in nodes.values():
        hit = [key for key in node.inputs if key in reached or key == "model.p.m0"]
        if node.lineage is None and hit:
            assert node.key in reached
        if any(reached[key].unknown for key in hit if key in reached):
            assert reached[node.key].unknown
    assert set(distances(readers, ["model.p.m0"], reached)) == set(reached)


SHOP = Interface(
    project="shop",
    products=(
        Product(
            name="orders",
            latest=2,
            versions=tuple(
                ProductVersion(v=v, semantic_version="1.0.0", path="x.sql", columns=(Column(name="id"),))
                for v in (1, 2)
            ),
        ),
    ),
)
WORDS = st.text(max_size=10) | st.lists(st.sampled_from(["shop", "orders", "v1", "v", "id", ""]), max_size=5).map(
    ".".join
)


@given(text=WORDS)
def test_any_question_names_something_or_is_refused(text: str) -> None:
    try:
        found = resolve(text, (SHOP,))
    except MeshError as error:
        found = None
        refused = error
    assert isinstance(found, Target) or refused.hint


@given(name=st.text(max_size=12))
def test_no_name_can_end_a_label_of_the_flowchart(name: str) -> None:
    use = Use(project=name, node=name, kind="model", direct=True, evidence="lineage", inputs=(name,))
    target = Target(project="shop", product=name, versions=(None,))
    lines = impact_mermaid(Impact(target=target, owner=Owner(), uses=(use,))).split("\n")
    quoted = [line for line in lines if '"' in line]
    assert all(line.count('"') == 2 for line in quoted)
    assert all(line.endswith(('"]', '"])')) for line in quoted)
    assert len(lines) == len(quoted) + len([line for line in lines if line.strip() in {"flowchart LR", "end", ""}]) + 1
