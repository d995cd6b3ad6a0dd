"""The graph over all projects: edges between them, what is missing, circles, and waves that respect every edge.

``tests/cases/graph/meshes.yml`` holds small meshes and what their graph says.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mesh_tools.artifacts.manifest import read_manifest
from mesh_tools.errors import MeshError
from mesh_tools.mesh.graph import MeshGraph, Wave, cycles_of, knots_of
from mesh_tools.mesh.summary import STUB_TAG, NodeSummary, ProjectSummary, RelationKey, summarise

TESTS = Path(__file__).parents[2]
MESHES: dict[str, dict[str, Any]] = yaml.safe_load((TESTS / "cases/graph/meshes.yml").read_text(encoding="utf-8"))
MANIFESTS = TESTS / "cases" / "manifests"


def _unique_id(written: str) -> str:
    return written if written.count(".") > 1 else f"model.{written}"


def _node(written: str, reads: list[str], relation: RelationKey | None = None) -> NodeSummary:
    kind, project, name = _unique_id(written).split(".")
    return NodeSummary(
        unique_id=_unique_id(written),
        project=project,
        resource_type=kind,
        name=name,
        depends_on=tuple(_unique_id(read) for read in reads),
        relation=relation,
    )


def _graph(mesh: dict[str, Any]) -> MeshGraph:
    projects: defaultdict[str, dict[str, NodeSummary]] = defaultdict(dict)
    for written, reads in mesh["nodes"].items():
        relation = mesh.get("relations", {}).get(written)
        key = (relation[0].lower(), relation[1].lower(), relation[2].lower()) if relation else None
        node = _node(written, reads, key)
        projects[node.project][node.unique_id] = node
    return MeshGraph([ProjectSummary(project=name, nodes=nodes) for name, nodes in sorted(projects.items())])


def _written(wave: Wave, order: list[str]) -> str:
    if wave.nodes is None:
        return wave.project
    names = sorted((unique_id.split(".")[-1] for unique_id in wave.nodes), key=order.index)
    return f"{wave.project} {wave.number}: {' '.join(names)}"


class TestSmallMeshes:
    @pytest.mark.parametrize("name", MESHES)
    def test_edges_between_projects(self, name: str) -> None:
        edges = _graph(MESHES[name]).cross_edges()
        written = [f"{edge.producer.label} -> {edge.consumer.label} ({edge.kind})" for edge in edges]
        assert sorted(written) == sorted(MESHES[name]["edges"])
        assert [edge.consumer.unique_id for edge in edges] == sorted(edge.consumer.unique_id for edge in edges)

    @pytest.mark.parametrize("name", MESHES)
    def test_what_is_missing(self, name: str) -> None:
        expected = {
            _unique_id(gone): tuple(_unique_id(reader) for reader in readers)
            for gone, readers in MESHES[name].get("missing", {}).items()
        }
        assert _graph(MESHES[name]).missing == expected

    @pytest.mark.parametrize("name", MESHES)
    def test_circles_are_paths_that_one_can_read(self, name: str) -> None:
        graph = _graph(MESHES[name])
        assert [" -> ".join(node.label for node in cycle) for cycle in graph.node_cycles()] == MESHES[name].get(
            "node_cycles", []
        )
        assert [" -> ".join(cycle) for cycle in graph.project_cycles()] == MESHES[name].get("project_cycles", [])

    @pytest.mark.parametrize("name", [name for name, mesh in MESHES.items() if "waves" in mesh])
    def test_waves(self, name: str) -> None:
        order = [written.split(".")[-1] for written in MESHES[name]["nodes"]]
        assert [_written(wave, order) for wave in _graph(MESHES[name]).waves()] == MESHES[name]["waves"]

    @pytest.mark.parametrize("name", [name for name, mesh in MESHES.items() if "waves" not in mesh])
    def test_nodes_in_a_circle_cannot_be_built(self, name: str) -> None:
        with pytest.raises(MeshError, match=r"models read each other in a circle: a\.x -> ") as caught:
            _graph(MESHES[name]).waves()
        assert caught.value.hint


class TestReach:
    GRAPH = _graph({"nodes": {"a.x": [], "b.y": ["a.x"], "b.z": ["b.y"], "c.w": ["b.y"], "c.alone": []}})

    def test_ancestors_cross_projects(self) -> None:
        assert self.GRAPH.ancestors("model.c.w") == {"model.a.x", "model.b.y"}
        assert self.GRAPH.ancestors("model.a.x") == frozenset()

    def test_descendants_cross_projects(self) -> None:
        assert self.GRAPH.descendants("model.a.x") == {"model.b.y", "model.b.z", "model.c.w"}
        assert self.GRAPH.descendants("model.c.alone") == frozenset()

    def test_an_unknown_node_is_a_key_error(self) -> None:
        with pytest.raises(KeyError):
            self.GRAPH.ancestors("model.c.gone")
        with pytest.raises(KeyError):
            self.GRAPH.descendants("model.c.gone")
        with pytest.raises(KeyError):
            self.GRAPH.upstream_of(["model.a.x", "model.c.gone"])

    @pytest.mark.parametrize(
        ("steps", "upstream", "downstream"),
        [
            (0, "", ""),
            (1, "b.y", "b.y"),
            (2, "a.x b.y", "b.y b.z c.w"),
            (None, "a.x b.y", "b.y b.z c.w"),
        ],
        ids=["none", "one", "two", "all"],
    )
    def test_a_walk_may_stop_after_some_steps(self, steps: int | None, upstream: str, downstream: str) -> None:
        assert self.GRAPH.upstream_of(["model.c.w", "model.b.z"], steps) == set(map(_unique_id, upstream.split()))
        assert self.GRAPH.downstream_of(["model.a.x"], steps) == set(map(_unique_id, downstream.split()))

    def test_a_walk_from_a_node_to_another_of_the_start_comes_upon_it(self) -> None:
        assert self.GRAPH.upstream_of(["model.b.y", "model.b.z"], 1) == {"model.a.x", "model.b.y"}

    def test_upstream_projects(self) -> None:
        assert self.GRAPH.upstream_projects() == {"a": (), "b": ("a",), "c": ("b",)}


class TestMerging:
    """What a consumer holds of another project may be a bare stub; the producer's own node counts."""

    FULL = _node("a.x", ["a.w"])
    BARE = NodeSummary(unique_id="model.a.x", project="b", resource_type="model", name="x")
    READER = _node("b.y", ["a.x"])

    @pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
    def test_the_producers_node_wins_whatever_the_order(self, order: tuple[str, str]) -> None:
        nodes = {"a": [self.FULL, _node("a.w", [])], "b": [self.BARE, self.READER]}
        graph = MeshGraph(
            ProjectSummary(project=name, nodes={node.unique_id: node for node in nodes[name]}) for name in order
        )
        assert graph.nodes["model.a.x"] == self.FULL
        assert [edge.producer for edge in graph.cross_edges()] == [self.FULL]
        assert graph.missing == {}

    def test_a_foreign_node_that_its_project_has_no_more_is_the_readers_copy(self) -> None:
        graph = _installed({"a": [], "b": [self.BARE, self.READER]})
        assert graph.nodes["model.a.x@b"] == self.BARE
        assert graph.cross_edges() == ()

    def test_an_odd_unique_id_does_no_harm(self) -> None:
        node = NodeSummary(unique_id="odd", project="a", resource_type="model", name="odd")
        summary = ProjectSummary(project="a", nodes={"odd": node})
        assert MeshGraph([summary, summary]).nodes == {"odd@a": node}


def _installed(nodes: dict[str, list[NodeSummary]]) -> MeshGraph:
    """A graph over projects that hold ``nodes``, which need not be of their own package."""
    return MeshGraph(
        ProjectSummary(project=project, nodes={node.unique_id: node for node in held})
        for project, held in nodes.items()
    )


def _copy(project: str, written: str, *reads: str, relation: RelationKey | None = None) -> NodeSummary:
    """What ``project`` holds of a package that it installs."""
    return replace(_node(written, list(reads), relation), project=project)


class TestInstalledPackages:
    """Each project builds what the packages that it installs bring: it reads its own copy, not another project's."""

    CALENDAR = (_copy("a", "shared.calendar"), _copy("b", "shared.calendar"))

    def test_each_project_has_and_reads_its_own_copy(self) -> None:
        own = {copy.project: [copy, _node(f"{copy.project}.x", ["shared.calendar"])] for copy in self.CALENDAR}
        graph = _installed(own)
        assert graph.nodes["model.shared.calendar@a"] == self.CALENDAR[0]
        assert graph.nodes["model.shared.calendar@b"] == self.CALENDAR[1]
        assert graph.ancestors("model.b.x") == {"model.shared.calendar@b"}
        assert (graph.cross_edges(), graph.missing) == ((), {})

    def test_a_shared_package_makes_no_circle(self) -> None:
        a = [self.CALENDAR[0], _node("a.x", ["b.y", "shared.calendar"])]
        b = [self.CALENDAR[1], _node("b.y", ["shared.calendar"])]
        graph = _installed({"a": a, "b": b})
        assert graph.project_cycles() == ()
        assert graph.waves() == (Wave(project="b"), Wave(project="a"))

    def test_in_a_circle_each_copy_is_in_a_wave_of_its_project(self) -> None:
        a = [self.CALENDAR[0], _node("a.x", ["shared.calendar"]), _node("a.z", ["b.y"])]
        b = [self.CALENDAR[1], _node("b.y", ["a.x", "shared.calendar"])]
        first, other, *_ = _installed({"a": a, "b": b}).waves()
        assert first == Wave(project="a", nodes=frozenset({"model.shared.calendar@a", "model.a.x"}))
        assert other == Wave(project="b", nodes=frozenset({"model.shared.calendar@b"}))

    def test_each_consumer_has_its_own_guards(self) -> None:
        guard = "test.a.mesh_guard_a_x"
        held = {name: [_copy(name, guard, "a.x"), _node(f"{name}.y", ["a.x"])] for name in "bc"}
        graph = _installed({"a": [_node("a.x", [])], **held})
        assert graph.descendants("model.a.x") == {f"{guard}@b", f"{guard}@c", "model.b.y", "model.c.y"}
        assert {graph.nodes[f"{guard}@{name}"].unique_id for name in "bc"} == {guard}
        assert graph.upstream_projects() == {"a": (), "b": ("a",), "c": ("a",)}

    def test_a_source_that_its_project_builds_itself_is_no_edge(self) -> None:
        place = ("db", "main", "calendar")
        copies = {name: _copy(name, "shared.calendar", relation=place) for name in "abc"}
        source = _node("source.b.raw", [], place)
        assert _installed({"b": [copies["b"], source], "c": [copies["c"]]}).cross_edges() == ()
        (edge,) = _installed({"a": [copies["a"]], "b": [source]}).cross_edges()
        assert (edge.producer, edge.kind) == (copies["a"], "source")


class TestProducersOutsideTheMesh:
    """A stub says that its producer is known; only what neither a project nor a stub has is missing."""

    STUB = _node("ext.x", [])
    READERS = (_node("b.y", ["ext.x"]), _node("exposure.b.board", ["ext.x"]), _node("b.z", ["ext.gone"]))

    def _graph(self, *others: ProjectSummary) -> MeshGraph:
        nodes = {node.unique_id: node for node in self.READERS}
        stubs = {self.STUB.unique_id: self.STUB}
        return MeshGraph([ProjectSummary(project="b", nodes=nodes, stubs=stubs), *others])

    def test_a_stub_of_one_is_an_external_edge_and_not_missing(self) -> None:
        graph = self._graph()
        written = [f"{e.producer.label} -> {e.consumer.label} ({e.kind})" for e in graph.external_edges]
        assert written == ["ext.x -> b.board (exposure)", "ext.x -> b.y (ref)"]
        assert graph.missing == {"model.ext.gone": ("model.b.z",)}

    def test_it_is_nothing_to_build(self) -> None:
        graph = self._graph()
        assert (graph.cross_edges(), graph.waves()) == ((), (Wave(project="b"),))
        assert graph.upstream_projects() == {"b": ()}

    def test_a_product_that_its_project_in_the_mesh_has_no_more_is_missing(self) -> None:
        graph = self._graph(ProjectSummary(project="ext", nodes={}))
        assert graph.missing.keys() == {"model.ext.x", "model.ext.gone"}
        assert graph.external_edges == ()


class TestSummary:
    @pytest.mark.parametrize("engine", ["dbt_1", "dbt_2"])
    def test_a_manifest_in_short(self, engine: str) -> None:
        summary = summarise(read_manifest(MANIFESTS / engine / "manifest.json"))
        orders = summary.nodes["model.shop.orders.v2"]
        assert (orders.label, orders.access, orders.v) == ("shop.orders.v2", "public", 2)
        assert orders.relation == ("shop", "main", "orders_v2")
        assert orders.holds_data
        source = summary.nodes["source.shop.raw.orders"]
        assert (source.label, source.relation) == ("shop.raw.orders", ("shop", "main", "raw_orders"))
        exposure = summary.nodes["exposure.shop.turnover"]
        assert (exposure.resource_type, exposure.relation, exposure.holds_data) == ("exposure", None, False)

    @pytest.mark.parametrize("engine", ["dbt_1", "dbt_2"])
    def test_one_project_alone_has_no_cross_edges_and_misses_nothing(self, engine: str) -> None:
        graph = MeshGraph([summarise(read_manifest(MANIFESTS / engine / "manifest.json"))])
        assert graph.cross_edges() == ()
        assert graph.missing == {}
        assert graph.waves() == (Wave(project="shop"),)

    def test_stubs_of_interface_packages_are_kept_apart(self, tmp_path: Path) -> None:
        text = (MANIFESTS / "dbt_1" / "manifest.json").read_text(encoding="utf-8")
        path = tmp_path / "manifest.json"
        path.write_text(text.replace('"gold"', f'"{STUB_TAG}"'), encoding="utf-8")
        summary = summarise(read_manifest(path))
        assert "model.shop.orders.v2" not in summary.nodes
        assert summary.stubs["model.shop.orders.v2"].label == "shop.orders.v2"


# Upstream of each name, anything: circles, loops, names without an entry.
ANY_GRAPH = st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdefg"), max_size=4), max_size=6)


class TestKnotsAndCycles:
    def test_knots_come_in_an_order_to_build_them(self) -> None:
        assert knots_of({"c": ["b"], "b": ["a"], "a": [], "x": []}) == (("a",), ("b",), ("c",), ("x",))

    def test_of_those_that_are_free_the_first_named_comes_first(self) -> None:
        assert knots_of({"z": [], "a": [], "m": ["z"]}) == (("z",), ("a",), ("m",))

    def test_a_circle_is_one_knot(self) -> None:
        assert knots_of({"d": ["b"], "b": ["c"], "c": ["b", "a"]}) == (("a",), ("b", "c"), ("d",))

    def test_the_shortest_circle_is_shown(self) -> None:
        assert cycles_of({"a": ["b", "d"], "b": ["c"], "c": ["a"], "d": ["a"]}) == (("a", "d", "a"),)

    def test_a_loop_inside_a_larger_circle(self) -> None:
        assert cycles_of({"a": ["a", "b"], "b": ["a"]}) == (("a", "a"),)

    def test_each_knot_has_its_own_circle(self) -> None:
        assert cycles_of({"a": ["b"], "b": ["a"], "x": ["y"], "y": ["x"]}) == (("a", "b", "a"), ("x", "y", "x"))

    @given(ANY_GRAPH)
    def test_every_name_is_in_one_knot_after_what_it_reads(self, upstream: dict[str, list[str]]) -> None:
        knots = knots_of(upstream)
        names = [name for knot in knots for name in knot]
        assert sorted(names) == sorted({*upstream, *(up for ups in upstream.values() for up in ups)})
        position = {name: i for i, knot in enumerate(knots) for name in knot}
        assert all(position[up] <= position[name] for name, ups in upstream.items() for up in ups)

    @given(ANY_GRAPH)
    def test_every_cycle_runs_along_edges_and_closes(self, upstream: dict[str, list[str]]) -> None:
        for cycle in cycles_of(upstream):
            assert cycle[0] == cycle[-1]
            assert len(cycle) > 1
            assert all(before in upstream[after] for before, after in pairwise(cycle))

    @given(ANY_GRAPH)
    def test_a_knot_of_several_has_a_cycle(self, upstream: dict[str, list[str]]) -> None:
        knots = [knot for knot in knots_of(upstream) if len(knot) > 1 or knot[0] in upstream.get(knot[0], [])]
        assert len(cycles_of(upstream)) == len(knots)


@st.composite
def _meshes(draw: st.DrawFn) -> dict[str, list[str]]:
    """A graph without circles whose nodes lie in projects by chance, so that projects may form circles."""
    count = draw(st.integers(0, 12))
    nodes = [f"{draw(st.sampled_from('abcd'))}.n{i}" for i in range(count)]
    return {
        node: draw(st.lists(st.sampled_from(nodes[:i]), max_size=3, unique=True)) if i else []
        for i, node in enumerate(nodes)
    }


@given(_meshes())
def test_waves_hold_every_node_once_and_respect_every_edge(nodes: dict[str, list[str]]) -> None:
    graph = _graph({"nodes": nodes})
    waves = graph.waves()
    position: dict[str, int] = {}
    for i, wave in enumerate(waves):
        members = wave.nodes
        if members is None:
            members = frozenset(node.unique_id for node in graph.nodes.values() if node.project == wave.project)
        assert members
        assert all(graph.nodes[unique_id].project == wave.project for unique_id in members)
        assert position.keys().isdisjoint(members)
        position |= dict.fromkeys(members, i)
    assert position.keys() == graph.nodes.keys()
    for node in graph.nodes.values():
        assert all(position[read] <= position[node.unique_id] for read in node.depends_on)


@given(_meshes())
def test_a_project_outside_every_circle_is_one_whole_wave(nodes: dict[str, list[str]]) -> None:
    graph = _graph({"nodes": nodes})
    split = {wave.project for wave in graph.waves() if wave.nodes is not None}
    knots = knots_of(graph.upstream_projects())
    assert split == {project for knot in knots if len(knot) > 1 for project in knot}


@given(_meshes())
def test_ancestors_and_descendants_are_each_others_mirror(nodes: dict[str, list[str]]) -> None:
    graph = _graph({"nodes": nodes})
    for unique_id in graph.nodes:
        assert all(unique_id in graph.descendants(ancestor) for ancestor in graph.ancestors(unique_id))
        assert set(graph.nodes[unique_id].depends_on) <= graph.ancestors(unique_id)
        assert graph.upstream_of([unique_id]) - {unique_id} == graph.ancestors(unique_id)
        assert graph.downstream_of([unique_id]) - {unique_id} == graph.descendants(unique_id)
